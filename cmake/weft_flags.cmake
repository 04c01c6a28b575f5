# SPDX-License-Identifier: MIT
# Compiler flags: warnings for our own targets, sanitizers for everything, ccache when there is one.

if(WEFT_SANITIZE)
    add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${WEFT_SANITIZE})
endif()

# Position-independent code lets a program replace any function at run time by default,
# and so keeps the compiler from inlining within a file.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fno-semantic-interposition)
endif()

if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
    find_program(WEFT_CCACHE ccache)
    if(WEFT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        set(CMAKE_CXX_COMPILER_LAUNCHER ${WEFT_CCACHE})
    endif()
endif()

# The newest compilers that the project builds with free of warnings. What a newer one warns about
# must not end its user's build.
set(weft_newest_GNU 14)
set(weft_newest_Clang 19)
set(weft_newest "${weft_newest_${CMAKE_CXX_COMPILER_ID}}")
if(WEFT_WERROR AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL "${weft_newest}.99")
    message(STATUS "Warnings are no errors: "
        "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} was not tried")
    set(WEFT_WERROR OFF)
endif()

# Gives `target` the project's warnings; users of the target are not affected.
function(weft_set_warnings target)
    if(MSVC)
        target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${WEFT_WERROR}>:/WX>)
        return()
    endif()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # GCC 12 warns about std::string's own operator+ (GCC bug 105651).
        target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
    if(WEFT_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
        if(WEFT_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            # Instrumentation confuses flow analysis: GCC's manual warns of false positives.
            target_compile_options(${target} PRIVATE -Wno-error=maybe-uninitialized)
            # Asio has fences, which ThreadSanitizer does not see.
            target_compile_options(${target} PRIVATE -Wno-tsan)
        endif()
    endif()
endfunction()
