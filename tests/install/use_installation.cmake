# SPDX-License-Identifier: MIT
# Builds a user's project against an installation, with CMake and with pkg-config, and runs it.

function(step)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        list(JOIN ARGN " " line)
        message(FATAL_ERROR "failed (${status}): ${line}")
    endif()
endfunction()

# Configures what `ARGN` says, which must fail with a message that matches `pattern`.
function(fails_with pattern)
    execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} ${ARGN}
        RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE errors)
    string(REGEX REPLACE "[ \n]+" " " errors "${errors}")
    if(status EQUAL 0 OR NOT errors MATCHES "${pattern}")
        message(FATAL_ERROR "must fail with '${pattern}': ${ARGN}\nstatus ${status}\n${errors}")
    endif()
endfunction()

# The same, but it must succeed and say something that matches.
function(succeeds_with pattern)
    execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} ${ARGN}
        RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE errors)
    if(NOT status EQUAL 0 OR NOT said MATCHES "${pattern}")
        message(FATAL_ERROR "must say '${pattern}': ${ARGN}\nstatus ${status}\n${said}${errors}")
    endif()
endfunction()

# Builds and runs all programs of CONSUMER in `work`, with what is installed in `prefix`:
# weft::weft, HOSTS, ASIO_STREAMS, and c-ares, OpenSSL, Mbed TLS, zlib, hiredis,
# WebSocket++'s interface and that of C if CARES, TLS, MBEDTLS, DEFLATE, REDIS, WEBSOCKETPP and C.
function(use_installation prefix work)
    step(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CONSUMER} -B ${work}
        -D CMAKE_PREFIX_PATH=${prefix}
        -D CMAKE_CXX_COMPILER=${COMPILER}
        -D EXPECT_HOSTS=${HOSTS}
        -D EXPECT_ASIO_STREAMS=${ASIO_STREAMS}
        -D EXPECT_CARES=${CARES}
        -D EXPECT_TLS=${TLS}
        -D EXPECT_MBEDTLS=${MBEDTLS}
        -D EXPECT_DEFLATE=${DEFLATE}
        -D EXPECT_REDIS=${REDIS}
        -D EXPECT_WEBSOCKETPP=${WEBSOCKETPP}
        -D EXPECT_C=${C}
        ${ARGN})
    step(${CMAKE_COMMAND} --build ${work})
    string(REPLACE "," ";" hosts "${HOSTS}")
    string(REPLACE "," ";" asio_streams "${ASIO_STREAMS}")
    set(programs everything core_only)
    set(modules_of_everything weft)
    set(modules_of_core_only weft-core)
    foreach(host IN LISTS hosts)
        list(APPEND programs in_${host})
        set(modules_of_in_${host} weft weft-${host})
    endforeach()
    foreach(stream IN LISTS asio_streams)
        list(APPEND programs over_${stream})
        set(modules_of_over_${stream} weft-${stream})
    endforeach()
    foreach(library cares tls mbedtls deflate redis websocketpp c)
        string(TOUPPER ${library} upper)
        if(${upper})
            list(APPEND programs with_${library})
            set(modules_of_with_${library} weft weft-${library})
        endif()
    endforeach()
    find_program(PKG_CONFIG pkg-config)
    foreach(program IN LISTS programs)
        # libubox may lie in the source tree, which no installed library refers to.
        step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=$ENV{CMAKE_PREFIX_PATH}/lib
            ${work}/${program})
        if(PKG_CONFIG)
            link_by_pkg_config(${program} ${prefix} ${work} ${modules_of_${program}})
        endif()
    endforeach()
    if(PKG_CONFIG)
        compile_by_pkg_config(${prefix} ${work})
    else()
        message("no pkg-config here: the .pc files were not tried")
    endif()
endfunction()

# What pkg-config says of `modules` in `prefix`, as a list.
function(ask_pkg_config out prefix option)
    set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
    execute_process(COMMAND ${PKG_CONFIG} ${option} ${ARGN}
        OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "pkg-config ${option} ${ARGN} failed")
    endif()
    separate_arguments(said NATIVE_COMMAND "${said}")
    set(${out} ${said} PARENT_SCOPE)
endfunction()

# Links what CMake has compiled, which takes less time than to compile it again, and runs it.
function(link_by_pkg_config program prefix work)
    ask_pkg_config(libraries ${prefix} --libs ${ARGN})
    file(GLOB_RECURSE objects ${work}/CMakeFiles/${program}.dir/*.o)
    separate_arguments(flags NATIVE_COMMAND "${FLAGS}")
    step(${COMPILER} ${flags} ${objects} ${libraries} -o ${work}/${program}_by_pkg_config)
    step(${CMAKE_COMMAND} -E env
        LD_LIBRARY_PATH=${prefix}/${LIBDIR}:$ENV{CMAKE_PREFIX_PATH}/lib
        ${work}/${program}_by_pkg_config)
endfunction()

# From the source, without CMake.
function(compile_by_pkg_config prefix work)
    ask_pkg_config(options ${prefix} "--cflags;--libs" weft-core)
    separate_arguments(flags NATIVE_COMMAND "${FLAGS}")
    step(${COMPILER} -std=c++20 ${flags} ${CONSUMER}/core_only.cpp ${options}
        -o ${work}/core_only_compiled)
    step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${prefix}/${LIBDIR} ${work}/core_only_compiled)
endfunction()
