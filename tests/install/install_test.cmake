# SPDX-License-Identifier: MIT
# Installs the build that is there, moves the installation, and builds a user's project against it;
# run by ctest with the variables that CMakeLists.txt passes.

cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/use_installation.cmake)

set(FLAGS "")
if(SANITIZE)
    set(FLAGS "-fsanitize=${SANITIZE}")
endif()

# What ./dev peers has built is found by its users, too.
set(ENV{CMAKE_PREFIX_PATH} ${CONSUMER}/../../../build/peers/libubox)

file(REMOVE_RECURSE ${WORK})
step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(RENAME ${WORK}/prefix ${WORK}/moved)

# All public headers are there, but for those of components that were left out.
file(GLOB_RECURSE headers RELATIVE ${SOURCE}/include ${SOURCE}/include/*.hpp ${SOURCE}/include/*.h)
foreach(header IN LISTS headers)
    string(REGEX REPLACE "^weft/(hosts/)?([a-z_]+).*$" "\\2" name "${header}")
    string(REGEX REPLACE "^(asio)_(strands|watch)$" "\\1" name "${name}")
    if(header STREQUAL "weft/weft.h")
        set(name c)
    elseif(header MATCHES "^websocketpp_compatible/")
        set(name websocketpp)
    endif()
    if((name IN_LIST BUILT OR NOT name IN_LIST OPTIONAL)
            AND NOT EXISTS ${WORK}/moved/include/${header})
        message(FATAL_ERROR "not installed: ${header}")
    endif()
endforeach()

# CMake from 4.3 on would read CPS files in these folders instead of the package's own files.
set(moved ${WORK}/moved)
file(GLOB preferred ${moved}/${LIBDIR}/cps/* ${moved}/lib*/cps/* ${moved}/share/cps/*)
if(preferred)
    message(FATAL_ERROR "find_package() would read: ${preferred}")
endif()
use_installation(${WORK}/moved ${WORK}/build -D CMAKE_CXX_FLAGS=${FLAGS})

if(WEBSOCKETPP)
    step(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CONSUMER}/../program_of_websocketpp
        -B ${WORK}/websocketpp -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${FLAGS}
        -D websocketpp_DIR=${WORK}/moved/${LIBDIR}/cmake/weft/websocketpp)
    step(${CMAKE_COMMAND} --build ${WORK}/websocketpp)
    step(${WORK}/websocketpp/program)
    step(${WORK}/websocketpp/program_by_target)
endif()

# CMake raises the language of a target that links Weft; that is said.
succeeds_with("Weft needs C..20: CMAKE_CXX_STANDARD is 17, and targets that link Weft are compiled"
    -S ${CONSUMER} -B ${WORK}/cxx17 -D CMAKE_CXX_COMPILER=${COMPILER}
    -D CMAKE_PREFIX_PATH=${WORK}/moved -D CMAKE_CXX_STANDARD=17)

# A library that is too old is found, and refused with the reason.
if("${HOSTS}" MATCHES boost_asio)
    file(WRITE ${WORK}/old/boost/version.hpp "#define BOOST_VERSION 107400\n")
    fails_with("weft::boost_asio: Boost 1.74 is too old: 1.81 or later is needed"
        -S ${CONSUMER} -B ${WORK}/old_build -D CMAKE_CXX_COMPILER=${COMPILER}
        -D CMAKE_PREFIX_PATH=${WORK}/moved -D EXPECT_HOSTS=boost_asio
        "-D CMAKE_CXX_FLAGS=-isystem ${WORK}/old")
endif()

# What is not there, or was not asked for, is explained.
set(linking -S ${CONSUMER}/../links -D CMAKE_CXX_COMPILER=${COMPILER})
set(asking ${linking} -B ${WORK}/links -D CMAKE_PREFIX_PATH=${WORK}/moved)
succeeds_with("Generating done" ${asking} -D ASK=core -D LINK=weft::core)
succeeds_with("Generating done" ${asking} -D ASK=testing -D LINK=weft::testing)
fails_with("target linker links weft::testing, but find_package.weft. was not asked for that comp\
onent: add testing to its COMPONENTS" ${asking} -D ASK=core -D LINK=weft::testing)
fails_with("target linker links weft::nothing, but there is no such component; .*: weft core str"
    ${asking} -D ASK=core -D LINK=weft::nothing)
fails_with("weft::nothing: there is no such component; the components are: weft core stream"
    ${asking} -D ASK=nothing -D LINK=weft::core)
foreach(host uv event ev uloop glib sd_event qt)
    if(NOT host IN_LIST BUILT)
        fails_with("weft::${host}: this installation was built without it: "
            ${asking} -D ASK=${host} -D LINK=weft::core)
    endif()
endforeach()
file(REMOVE ${WORK}/moved/${LIBDIR}/cmake/weft/weft-testing.cmake)
fails_with("weft::testing: it is not installed .package libweft-testing-dev."
    ${asking} -D ASK=testing -D LINK=weft::core)

# So it is where Weft's sources are a part of the project.
set(containing ${linking} -B ${WORK}/contains -D WEFT_SOURCE=${SOURCE} -D WEFT_WITH_TESTING=OFF)
fails_with("target linker links weft::testing, but that component is left out: WEFT_WITH_TESTING "
    ${containing} -D LINK=weft::testing)
fails_with("target linker links weft::nothing, but Weft has no such component"
    ${containing} -D LINK=weft::nothing)
