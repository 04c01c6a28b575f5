# SPDX-License-Identifier: MIT
# The language that everything is compiled in: C++20, or a later one that the builder has chosen.
# Refuses what Weft cannot be compiled with, in the words of weft/core/language.hpp.

set(weft_auto_at_top OFF)
if(PROJECT_IS_TOP_LEVEL)
    set(weft_auto_at_top AUTO)
endif()

if(NOT DEFINED CMAKE_CXX_STANDARD)
    set(CMAKE_CXX_STANDARD 20)
elseif(CMAKE_CXX_STANDARD LESS 20 OR CMAKE_CXX_STANDARD EQUAL 98)
    if(PROJECT_IS_TOP_LEVEL)
        message(FATAL_ERROR
            "Weft needs C++20 or later: CMAKE_CXX_STANDARD is ${CMAKE_CXX_STANDARD}.")
    endif()
    message(STATUS "Weft needs C++20: CMAKE_CXX_STANDARD is ${CMAKE_CXX_STANDARD}, and Weft and "
        "targets that link it are compiled as C++20")
    set(CMAKE_CXX_STANDARD 20)
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
if(NOT DEFINED CMAKE_CXX_EXTENSIONS)
    set(CMAKE_CXX_EXTENSIONS OFF)
endif()

if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT MSVC)
    include(${PROJECT_SOURCE_DIR}/cmake/find/usable_library.cmake)
    weft_preprocess(language "#include <weft/core/language.hpp>\n"
        "-I${PROJECT_SOURCE_DIR}/include" answers fault)
    if(fault)
        message(FATAL_ERROR "${fault}")
    endif()
endif()
