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
