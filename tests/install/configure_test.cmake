# SPDX-License-Identifier: MIT
# What configuring says: of libraries that are missing, too old or not wanted, and of languages that
# Weft cannot be compiled in. Nothing is built.

cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/use_installation.cmake)

file(REMOVE_RECURSE ${WORK})
set(compiler -D CMAKE_CXX_COMPILER=${COMPILER})
set(weft -S ${SOURCE} ${compiler})
set(alone -D WEFT_BUILD_TESTS=OFF -D WEFT_BUILD_TOOLS=OFF -D WEFT_BUILD_EXAMPLES=OFF
    -D WEFT_BENCHMARKS=OFF)
set(bare "")
foreach(name CARES TLS MBEDTLS DEFLATE UV EVENT EV ULOOP GLIB SD_EVENT QT ASIO BOOST_ASIO
        ASIO_STREAM BOOST_ASIO_STREAM TESTING)
    list(APPEND bare -D WEFT_WITH_${name}=OFF)
endforeach()

# Languages: each refused in one sentence, before anything else.
fails_with("Weft needs C\\+\\+20 or later: CMAKE_CXX_STANDARD is 17\\."
    ${weft} -B ${WORK}/cxx17 -D CMAKE_CXX_STANDARD=17)
fails_with("Weft needs exceptions: compile without -fno-exceptions\\."
    ${weft} -B ${WORK}/no_exceptions -D CMAKE_CXX_FLAGS=-fno-exceptions)

# The library alone needs nothing that tests and tools need; every component can be left out.
succeeds_with("weft::uv is left out: WEFT_WITH_UV is OFF"
    ${weft} -B ${WORK}/bare ${alone} ${bare}
    -D CMAKE_DISABLE_FIND_PACKAGE_GTest=ON -D CMAKE_DISABLE_FIND_PACKAGE_CLI11=ON
    -D CMAKE_DISABLE_FIND_PACKAGE_Python3=ON -D CMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON)

# Without GoogleTest and CLI11 everything else is built; who insists gets an error.
set(without -D CMAKE_DISABLE_FIND_PACKAGE_GTest=ON -D CMAKE_DISABLE_FIND_PACKAGE_CLI11=ON)
set(not_built "will not be built:")
succeeds_with("the weft program ${not_built} no CLI11.*the tests ${not_built} no GoogleTest"
    ${weft} -B ${WORK}/without ${bare} ${without} -D WEFT_BUILD_EXAMPLES=OFF)
fails_with("WEFT_BUILD_TOOLS is ON, but the weft program cannot be built: no CLI11"
    ${weft} -B ${WORK}/without -D WEFT_BUILD_TOOLS=ON)
fails_with("WEFT_BUILD_TESTS is ON, but the tests cannot be built: no GoogleTest"
    ${weft} -B ${WORK}/without -D WEFT_BUILD_TOOLS=OFF -D WEFT_BUILD_TESTS=ON)

# Libraries that are too old: left out with the reason, or an error for who insists.
function(fake header content)
    file(WRITE ${WORK}/old/${header} "${content}\n")
endfunction()
fake(boost/version.hpp "#define BOOST_VERSION 107400")
fake(asio/version.hpp "#define ASIO_VERSION 101801")
fake(ares_version.h "#define ARES_VERSION_MAJOR 1\n#define ARES_VERSION_MINOR 15
#define ARES_VERSION_PATCH 0")
fake(openssl/opensslv.h "#define OPENSSL_VERSION_NUMBER 0x1010117fL")
fake(mbedtls/version.h "#define MBEDTLS_VERSION_MAJOR 2\n#define MBEDTLS_VERSION_MINOR 16
#define MBEDTLS_VERSION_PATCH 9")
fake(zlib.h "#define ZLIB_VER_MAJOR 1\n#define ZLIB_VER_MINOR 2\n#define ZLIB_VER_REVISION 8")
fake(hiredis/hiredis.h "#define HIREDIS_MAJOR 0\n#define HIREDIS_MINOR 13")
fake(event2/event-config.h "#define EVENT__NUMERIC_VERSION 0x02001600")
fake(ev.h "#define EV_VERSION_MAJOR 3\n#define EV_VERSION_MINOR 9")
fake(systemd/sd-event.h "int sd_event_new();")
set(old "-D CMAKE_CXX_FLAGS=-isystem ${WORK}/old")
set(reasons "")
foreach(reason
        "cares:c-ares 1.15 is too old: 1.16 or later is needed"
        "tls:OpenSSL 1.1 is too old: 3.0 or later is needed"
        "mbedtls:Mbed TLS 2.16.9 is too old: 2.28 or later is needed"
        "deflate:zlib 1.2.8 is too old: 1.2.9 or later is needed"
        "redis:hiredis 0.13 is too old: 0.14 or later is needed"
        "event:libevent 2.0.22 is too old: 2.1 or later is needed"
        "ev:libev 3.9 is too old: 4.0 or later is needed"
        "sd_event:libsystemd is too old: 243 or later is needed"
        "asio:Asio 1.18.1 is too old: 1.22 or later is needed"
        "boost_asio:Boost 1.74 is too old: 1.81 or later is needed .Debian 12: libboost1.81-dev"
        "asio_stream:Asio 1.18.1 is too old"
        "boost_asio_stream:Boost 1.74 is too old")
    string(REGEX MATCH "^([a-z_]+):(.*)$" parts ${reason})
    if(CMAKE_MATCH_1 IN_LIST BUILT)
        string(APPEND reasons "weft::${CMAKE_MATCH_1} is left out: ${CMAKE_MATCH_2}.*")
    endif()
endforeach()
succeeds_with("${reasons}" ${weft} -B ${WORK}/old_build ${alone} ${old} -D WEFT_BUILD_TOOLS=AUTO)
if(boost_asio IN_LIST BUILT AND GENERATOR STREQUAL "Ninja")
    # `weft loops` prints it.
    file(READ ${WORK}/old_build/build.ninja commands)
    if(NOT commands MATCHES "  boost_asio .left out: Boost 1.74 is too old: 1.81 or later")
        message(FATAL_ERROR "weft loops does not say why boost_asio is left out")
    endif()
endif()
if(boost_asio IN_LIST BUILT)
    fails_with("WEFT_WITH_BOOST_ASIO is ON, but weft::boost_asio cannot be built: Boost 1.74 is too"
        ${weft} -B ${WORK}/insist ${alone} ${bare} ${old} -D WEFT_WITH_BOOST_ASIO=ON)
endif()

# A library that was built without a feature that Weft needs.
if(mbedtls IN_LIST BUILT)
    file(WRITE ${WORK}/no_dates.hpp
        "#include <mbedtls/version.h>\n#undef MBEDTLS_HAVE_TIME_DATE\n")
    fails_with("weft::mbedtls cannot be built: Mbed TLS was built without MBEDTLS_HAVE_TIME_DATE"
        ${weft} -B ${WORK}/no_dates ${alone} ${bare} -D WEFT_WITH_MBEDTLS=ON
        "-D CMAKE_CXX_FLAGS=-include ${WORK}/no_dates.hpp")
endif()

# Compiled C++ libraries that were built with another standard library, here with another ABI of it.
if(qt IN_LIST BUILT AND CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    set(other "was built with another C\\+\\+ standard library than libstdc\\+\\+ with its old")
    succeeds_with("qt is left out: Qt ${other}.*the tests ${not_built} GoogleTest ${other}"
        ${weft} -B ${WORK}/old_abi ${bare} -D WEFT_WITH_QT=AUTO -D WEFT_WITH_TESTING=ON
        -D WEFT_BUILD_TOOLS=OFF -D WEFT_BUILD_EXAMPLES=OFF -D WEFT_BENCHMARKS=OFF
        -D CMAKE_CXX_FLAGS=-D_GLIBCXX_USE_CXX11_ABI=0)
endif()

# As a part of another project, with its own C++ standard, and with libraries it has found before.
succeeds_with("CMAKE_CXX_STANDARD is 17, and Weft and targets that link it are compiled as C..20"
    -S ${CMAKE_CURRENT_LIST_DIR}/subproject -B ${WORK}/subproject ${compiler}
    -D WEFT_SOURCE=${SOURCE} -D CMAKE_CXX_STANDARD=17)
succeeds_with("Generating done"
    -S ${CMAKE_CURRENT_LIST_DIR}/subproject -B ${WORK}/fetched ${compiler}
    -D WEFT_SOURCE=${SOURCE} -D FETCH=ON)

# A clone, if this folder is a repository with a commit, and not only a folder in one.
find_package(Git QUIET)
set(status 1)
if(GIT_FOUND AND EXISTS ${SOURCE}/.git)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} rev-parse HEAD
        OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
endif()
if(status EQUAL 0)
    succeeds_with("Generating done"
        -S ${CMAKE_CURRENT_LIST_DIR}/subproject -B ${WORK}/cloned ${compiler}
        -D WEFT_SOURCE=file://${SOURCE} -D FETCH=ON -D CLONE=${commit})
    if(NOT EXISTS ${WORK}/cloned/_deps/weft-src/include/weft/weft.hpp)
        message(FATAL_ERROR "FetchContent did not clone Weft")
    endif()
endif()
