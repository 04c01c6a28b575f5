# SPDX-License-Identifier: MIT
# Whether a library that was found is one that Weft can use: the compiler is asked for its version,
# its headers and its declarations. Installed beside the find modules, for the builds of users.

include_guard(GLOBAL)

# Sets weft_why_not, which is empty if the library can be used and otherwise the reason; and
# weft_library_version, which is empty if the library's headers do not contain its version.
#   weft_check_library(name TARGET imported_target PACKAGES "who has it"
#       [HEADERS header...]
#       [MINIMUM version]
#       [VERSION_HEADER header VERSION expression...]
#       [DECLARES identifier]
#       [PROGRAM "source of a program, without a semicolon"])
# Each expression is one number of the version, written with the macros of VERSION_HEADER. A library
# that tells no version is new enough if its first header declares the identifier. PROGRAM is for a
# compiled C++ library; see weft_check_standard_library.
function(weft_check_library name)
    set(one PACKAGES TARGET MINIMUM VERSION_HEADER DECLARES PROGRAM)
    cmake_parse_arguments(LIBRARY "" "${one}" "HEADERS;VERSION" ${ARGN})
    set(weft_why_not "" PARENT_SCOPE)
    set(weft_library_version "" PARENT_SCOPE)
    if(NOT TARGET ${LIBRARY_TARGET})
        set(weft_why_not "no ${name} (${LIBRARY_PACKAGES})" PARENT_SCOPE)
        return()
    elseif(MSVC OR NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang") # asked in another way
        return()
    endif()
    weft_write_questions(questions)
    weft_include_options(options ${LIBRARY_TARGET})
    weft_preprocess(${name} "${questions}" "${options}" answers fault)
    if(fault)
        set(weft_why_not "${name} cannot be used: ${fault}" PARENT_SCOPE)
        return()
    endif()
    weft_read_version(version "${answers}")
    set(weft_library_version "${version}" PARENT_SCOPE)
    weft_judge_answers(why_not "${answers}" "${version}")
    if(LIBRARY_PROGRAM AND NOT why_not)
        weft_check_standard_library(${name} "${LIBRARY_PROGRAM}" why_not ${LIBRARY_TARGET})
    endif()
    set(weft_why_not "${why_not}" PARENT_SCOPE)
endfunction()

# Sets `why_not_name` if the C++ library in `ARGN`, its targets, was built with another standard
# library than this folder's sources: if `program`, which passes a std::string to a function of it,
# does not link. Asked only of libc++ and of libstdc++'s old ABI, in which few libraries are built.
function(weft_check_standard_library name program why_not_name)
    weft_preprocess(standard "#include <version>\n#ifdef _LIBCPP_VERSION\nweft_uses 'libc++'\n\
#elif defined _GLIBCXX_USE_CXX11_ABI && !_GLIBCXX_USE_CXX11_ABI\n\
weft_uses 'libstdc++ with its old ABI'\n#endif\n" "" answers fault)
    set(${why_not_name} "" PARENT_SCOPE)
    if(NOT answers MATCHES "weft_uses '([^']+)'")
        return()
    endif()
    set(standard "${CMAKE_MATCH_1}")
    string(MAKE_C_IDENTIFIER "weft_${name}_links" links)
    if(NOT DEFINED ${links})
        get_directory_property(compile_options COMPILE_OPTIONS)
        get_directory_property(link_options LINK_OPTIONS)
        list(FILTER compile_options EXCLUDE REGEX "^\\$<|^SHELL:")
        set(source "${CMAKE_BINARY_DIR}/CMakeFiles/${links}.cpp")
        file(WRITE "${source}" "${program}\n")
        try_compile(${links} "${CMAKE_BINARY_DIR}/CMakeFiles/${links}" "${source}"
            COMPILE_DEFINITIONS ${compile_options}
            LINK_OPTIONS ${link_options}
            LINK_LIBRARIES ${ARGN})
    endif()
    if(NOT ${links})
        set(${why_not_name} "${name} was built with another C++ standard library than ${standard}"
            PARENT_SCOPE)
    endif()
endfunction()

# What the preprocessor is to expand, from the arguments of weft_check_library.
function(weft_write_questions out)
    set(text "")
    foreach(header IN LISTS LIBRARY_VERSION_HEADER LIBRARY_HEADERS)
        string(APPEND text "#if !__has_include(<${header}>)\nweft_lacks \"${header}\"\n#endif\n")
    endforeach()
    set(read ${LIBRARY_VERSION_HEADER})
    if(LIBRARY_DECLARES)
        list(GET LIBRARY_HEADERS 0 first)
        list(APPEND read ${first})
    endif()
    foreach(header IN LISTS read)
        string(APPEND text "#if __has_include(<${header}>)\n#include <${header}>\n#endif\n")
    endforeach()
    foreach(expression IN LISTS LIBRARY_VERSION)
        string(APPEND text "weft_number ${expression} @\n")
    endforeach()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# Sets `why_not_name` from what was expanded.
function(weft_judge_answers why_not_name answers version)
    set(needed "${LIBRARY_MINIMUM} or later is needed (${LIBRARY_PACKAGES})")
    set(why_not "")
    string(REGEX MATCH "weft_lacks \"([^\"]+)\"" lacks "${answers}")
    set(missing "${CMAKE_MATCH_1}")
    if(version AND version VERSION_LESS LIBRARY_MINIMUM)
        set(why_not "${name} ${version} is too old: ${needed}")
    elseif(lacks)
        set(why_not "${name} lacks the header ${missing} (${LIBRARY_PACKAGES})")
    elseif(LIBRARY_VERSION AND NOT version)
        set(why_not "${name} does not tell its version: ${needed}")
    elseif(LIBRARY_DECLARES AND NOT answers MATCHES "[^a-z0-9_]${LIBRARY_DECLARES}[^a-z0-9_]")
        set(why_not "${name} is too old: ${needed}")
    endif()
    set(${why_not_name} "${why_not}" PARENT_SCOPE)
endfunction()

# The version among what was expanded, as "1.44.2"; empty if there is none.
function(weft_read_version out answers)
    string(REGEX MATCHALL "weft_number [^@]*@" expressions "${answers}")
    set(numbers "")
    foreach(expression IN LISTS expressions)
        string(REGEX REPLACE "^weft_number |[ \r\n]*@$" "" expression "${expression}")
        string(REGEX REPLACE "([0-9a-fA-F])[uUlL]+" "\\1" expression "${expression}")
        string(REGEX REPLACE "0[xX][0-9a-fA-F]+|[0-9]+" "" operators "${expression}")
        if(NOT expression MATCHES "[0-9]" OR operators MATCHES "[^-+*/%&|<>() \r\n]")
            set(numbers "")
            break()
        endif()
        math(EXPR number "${expression}")
        list(APPEND numbers ${number})
    endforeach()
    list(JOIN numbers "." version)
    string(REGEX REPLACE "^([0-9]+\\.[0-9]+)\\.0$" "\\1" version "${version}")
    set(${out} "${version}" PARENT_SCOPE)
endfunction()

# The options by which a user of `target` finds its headers.
function(weft_include_options out target)
    set(options "")
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    foreach(folder IN LISTS folders)
        if(IS_DIRECTORY "${folder}"
                AND NOT "${folder}" IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
            list(APPEND options -isystem "${folder}")
        endif()
    endforeach()
    set(${out} "${options}" PARENT_SCOPE)
endfunction()

# Preprocesses `text` as this folder's sources are compiled: into `out`, or `fault_name` says why
# not.
function(weft_preprocess name text options out fault_name)
    string(MAKE_C_IDENTIFIER "${name}" word)
    set(source "${CMAKE_BINARY_DIR}/CMakeFiles/weft_check_${word}.cpp")
    file(WRITE "${source}" "${text}")
    separate_arguments(flags NATIVE_COMMAND "${CMAKE_CXX_COMPILER_ARG1} ${CMAKE_CXX_FLAGS}")
    get_directory_property(folder_flags COMPILE_OPTIONS)
    list(FILTER folder_flags EXCLUDE REGEX "^\\$<|^SHELL:")
    if(CMAKE_SYSROOT)
        list(APPEND flags "--sysroot=${CMAKE_SYSROOT}")
    endif()
    if(CMAKE_CXX_COMPILER_TARGET)
        list(APPEND flags "--target=${CMAKE_CXX_COMPILER_TARGET}")
    endif()
    execute_process(
        COMMAND ${CMAKE_CXX_COMPILER} ${flags} ${folder_flags}
            ${CMAKE_CXX20_STANDARD_COMPILE_OPTION} ${options} -E -P "${source}"
        OUTPUT_VARIABLE answers ERROR_VARIABLE errors RESULT_VARIABLE status)
    set(fault "")
    if(NOT status EQUAL 0)
        string(REGEX MATCH "error: (#error )?\"?([^\"\n]+)" found "${errors}")
        set(fault "${CMAKE_MATCH_2}")
        if(NOT fault)
            set(fault "${CMAKE_CXX_COMPILER} -E fails: ${errors}")
        endif()
    endif()
    set(${out} "${answers}" PARENT_SCOPE)
    set(${fault_name} "${fault}" PARENT_SCOPE)
endfunction()

# Whether this folder's sources are compiled with run-time type information.
function(weft_has_rtti out)
    set(answers "")
    if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT MSVC)
        weft_preprocess(rtti "#ifndef __cpp_rtti\nweft_without_rtti\n#endif\n" "" answers fault)
    endif()
    if(answers MATCHES "weft_without_rtti")
        set(${out} FALSE PARENT_SCOPE)
    else()
        set(${out} TRUE PARENT_SCOPE)
    endif()
endfunction()
