# SPDX-License-Identifier: MIT
# The recipe for Conan: makes a package in a home of its own, without a network, and so without the
# components that need other packages; then the recipe's test package uses it.

cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/use_installation.cmake)

find_program(CONAN conan HINTS ${PEERS}/venv/bin)
if(NOT CONAN)
    message("skipped: no conan (./dev peers installs it)")
    return()
endif()
execute_process(COMMAND ${CONAN} --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "Conan version 2")
    message("skipped: this conan is not version 2: ${version}")
    return()
endif()

file(REMOVE_RECURSE ${WORK})
set(ENV{CONAN_HOME} ${WORK}/home)
set(ENV{CXX} ${COMPILER})
set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} ${LAUNCHER})
step(${CONAN} profile detect)
step(${CONAN} remote disable *)
step(${CONAN} create ${SOURCE}/packaging/conan -o &:tls=False -o &:deflate=False -o &:testing=False
    -s compiler.cppstd=20 -s build_type=Debug
    -c tools.cmake.cmaketoolchain:generator=${GENERATOR}
    -c "tools.cmake.cmaketoolchain:extra_variables={'WEFT_UNITY': 'ON'}")
