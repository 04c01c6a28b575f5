# SPDX-License-Identifier: MIT
# Compiles the module unit and a program that imports it, with the Clang that is found. PARTS=unit
# only compiles, without linking the library, which is compiled again otherwise.

cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/use_installation.cmake)

find_program(CLANG NAMES clang++ clang++-19 clang++-18 clang++-17 clang++-16)
find_program(SCANNER NAMES clang-scan-deps clang-scan-deps-19 clang-scan-deps-18)
set(why_not "")
if(CMAKE_VERSION VERSION_LESS 3.28)
    set(why_not "CMake ${CMAKE_VERSION} is older than 3.28")
elseif(NOT GENERATOR STREQUAL "Ninja")
    set(why_not "modules need the generator Ninja")
elseif(NOT CLANG OR NOT SCANNER)
    set(why_not "no clang++ or no clang-scan-deps (Debian, Ubuntu: clang, clang-tools)")
else()
    execute_process(COMMAND ${CLANG} -dumpversion OUTPUT_VARIABLE version)
    if(version VERSION_LESS 16)
        string(STRIP "Clang ${version} is older than 16" why_not)
    endif()
endif()
if(why_not)
    message("skipped: ${why_not}")
    return()
endif()

file(REMOVE_RECURSE ${WORK})
step(${CMAKE_COMMAND} -G Ninja -S ${CMAKE_CURRENT_LIST_DIR}/module_project -B ${WORK}
    -D CMAKE_CXX_COMPILER=${CLANG} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
    -D CMAKE_BUILD_TYPE=Debug -D WEFT_UNITY=ON -D WEFT_SOURCE=${SOURCE})
if(PARTS STREQUAL "unit")
    step(${CMAKE_COMMAND} --build ${WORK} --target CMakeFiles/importer.dir/importer.cpp.o)
else()
    step(${CMAKE_COMMAND} --build ${WORK} --target importer)
    step(${WORK}/importer)
endif()
