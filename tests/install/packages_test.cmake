# SPDX-License-Identifier: MIT
# The Debian packages: made by CPack, looked at, unpacked into an empty folder, and used from there.
# BUILT_PACKAGES names a build that is there; without it, a small one is made.

cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/use_installation.cmake)

find_program(DPKG_DEB dpkg-deb)
find_program(SHLIBDEPS dpkg-shlibdeps)
if(NOT DPKG_DEB OR NOT SHLIBDEPS)
    message("skipped: no dpkg-deb or no dpkg-shlibdeps (Debian, Ubuntu: dpkg-dev)")
    return()
endif()

file(REMOVE_RECURSE ${WORK})
set(build ${BUILT_PACKAGES})
if(NOT build)
    set(build ${WORK}/build)
    set(chosen "")
    foreach(name CARES MBEDTLS REDIS WEBSOCKETPP EVENT EV ULOOP GLIB SD_EVENT QT ASIO_STREAM
            BOOST_ASIO BOOST_ASIO_STREAM)
        list(APPEND chosen -D WEFT_WITH_${name}=OFF)
    endforeach()
    step(${CMAKE_COMMAND} -S ${SOURCE} -B ${build} --preset packages -G ${GENERATOR} ${chosen}
        -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
        -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG=-O0)
    step(${CMAKE_COMMAND} --build ${build})
endif()
file(REMOVE_RECURSE ${build}/packages)
execute_process(COMMAND ${CMAKE_COMMAND} -E chdir ${build} ${CMAKE_CPACK_COMMAND} -G DEB
    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "cpack failed: ${said}")
endif()
file(GLOB packages ${build}/packages/*.deb)

# What dpkg-deb says of `file`.
function(ask_package out option file)
    execute_process(COMMAND ${DPKG_DEB} ${option} ${file} ${ARGN} OUTPUT_VARIABLE said
        COMMAND_ERROR_IS_FATAL ANY)
    set(${out} "${said}" PARENT_SCOPE)
endfunction()

# What the package `name` contains and needs must match.
function(package_has name contents depends)
    file(GLOB file ${build}/packages/${name}_*.deb)
    ask_package(files -c "${file}")
    ask_package(fields -f "${file}" Depends)
    foreach(pattern IN LISTS contents)
        if(NOT files MATCHES "${pattern}")
            message(FATAL_ERROR "${name} does not contain ${pattern}:\n${files}")
        endif()
    endforeach()
    foreach(pattern IN LISTS depends)
        if(NOT fields MATCHES "${pattern}")
            message(FATAL_ERROR "${name} does not depend on ${pattern}: ${fields}")
        endif()
    endforeach()
endfunction()

file(STRINGS ${build}/CPackConfig.cmake version REGEX "set.CPACK_PACKAGE_VERSION ")
string(REGEX MATCH "([0-9]+\\.[0-9]+)\\.[0-9]+" version "${version}")
set(interface ${CMAKE_MATCH_1})
set(same "\\(= ${version}-1\\)")
package_has(libweft${interface}
    "libweft_core\\.so\\.${interface}[ \n];share/doc/libweft${interface}/copyright"
    "libc6;libstdc\\+\\+6")
package_has(libweft-dev
    "include/weft/weft\\.hpp;/libweft_core\\.so;pkgconfig/weft\\.pc;weft-config\\.cmake"
    "libweft${interface} ${same}")
foreach(needs "uv libuv1 libuv1-dev" "tls libssl3 libssl-dev"
        "mbedtls libmbedtls libmbedtls-dev" "deflate zlib1g zlib1g-dev")
    separate_arguments(needs)
    list(GET needs 0 name)
    list(GET needs 1 library)
    list(GET needs 2 development)
    file(GLOB file ${build}/packages/libweft-${name}-dev_*.deb)
    if(name IN_LIST BUILT OR file)
        package_has(libweft-${name}${interface} "/libweft_${name}\\.so\\.${interface}"
            "libweft${interface} ${same};${library}")
        package_has(libweft-${name}-dev
            "weft-${name}\\.cmake;weft-${name}\\.pc;/libweft_${name}\\.so"
            "libweft-dev ${same};libweft-${name}${interface} ${same};${development}")
    endif()
endforeach()
file(GLOB tool ${build}/packages/weft_*.deb)
if(tool)
    set(contents "usr/bin/weft;man1/weft\\.1\\.gz;bash-completion/completions/weft"
        "zsh/vendor-completions/_weft;fish/vendor_completions\\.d/weft\\.fish")
    package_has(weft "${contents}" "libweft${interface} ${same}")
endif()

# No file is in two packages, and nothing that is installed is in none.
set(all "")
foreach(package IN LISTS packages)
    ask_package(files -c ${package})
    string(REGEX MATCHALL "\\./[^\n]*[^/\n]\n" files "${files}")
    list(APPEND all ${files})
endforeach()
list(TRANSFORM all REPLACE " -> .*$|\n" "")
set(once ${all})
list(REMOVE_DUPLICATES once)
if(NOT all STREQUAL once)
    message(FATAL_ERROR "a file is in two packages")
endif()
step(${CMAKE_COMMAND} --install ${build} --prefix ${WORK}/whole/usr)
file(GLOB_RECURSE installed LIST_DIRECTORIES FALSE RELATIVE ${WORK}/whole ${WORK}/whole/*)
foreach(name IN LISTS installed)
    if(NOT ./${name} IN_LIST all AND NOT ./${name}.gz IN_LIST all)
        message(FATAL_ERROR "${name} is in no package")
    endif()
endforeach()

# Only what a user of one component installs: with its library, and no other.
function(unpack root)
    file(REMOVE_RECURSE ${root})
    file(MAKE_DIRECTORY ${root})
    foreach(name IN LISTS ARGN)
        file(GLOB file ${build}/packages/${name}_*.deb)
        step(${DPKG_DEB} -x ${file} ${root})
    endforeach()
endfunction()
set(linking -S ${CONSUMER}/../links -D CMAKE_CXX_COMPILER=${COMPILER})
unpack(${WORK}/core libweft${interface} libweft-dev)
set(asking ${linking} -B ${WORK}/links -D CMAKE_PREFIX_PATH=${WORK}/core/usr)
succeeds_with("Generating done" ${asking} -D ASK=core -D LINK=weft::core)
step(${CMAKE_COMMAND} --build ${WORK}/links)
step(${WORK}/links/below/linker)
fails_with("weft::testing: it is not installed .package libweft-testing-dev."
    ${asking} -D ASK=testing -D LINK=weft::core)
unpack(${WORK}/testing libweft${interface} libweft-dev libweft-testing${interface}
    libweft-testing-dev)
succeeds_with("Generating done" ${linking} -B ${WORK}/links_testing
    -D CMAKE_PREFIX_PATH=${WORK}/testing/usr -D ASK=testing -D LINK=weft::testing)
if(tool)
    file(GLOB names ${build}/packages/libweft*${interface}_*.deb)
    list(TRANSFORM names REPLACE "^.*/([^/_]*)_[^/]*$" "\\1")
    unpack(${WORK}/program weft ${names})
    file(GLOB library_folder ${WORK}/program/usr/lib/*/libweft_core.so.${interface})
    get_filename_component(library_folder "${library_folder}" DIRECTORY)
    step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${library_folder}
        ${WORK}/program/usr/bin/weft --version)
endif()
