# SPDX-License-Identifier: MIT
# The components. Stores a description of each one, from which the pkg-config, CPS, SPDX and Debian
# files are made. Components that need other people's libraries can be left out of a build: each has
# a switch WEFT_WITH_<NAME>, and the reason is stored if it is left out.

# Stores the description of component `name`:
#   weft_describe(name description [DEPENDS component...]
#       [PACKAGE package] [LIBRARY imported_target] [PKG_CONFIG "module >= version"]
#       [HEADERS name...] [INCLUDE folder] [THREADS] [RUNTIME])
# PACKAGE is a file of cmake/find. HEADERS are files and folders of include/ that belong to this
# component only. For INCLUDE and RUNTIME see weft_layer.
function(weft_describe name description)
    set_property(GLOBAL APPEND PROPERTY weft_described ${name})
    set_property(GLOBAL PROPERTY weft_description_${name} "${description}" "${ARGN}")
endfunction()

# Reads what weft_describe stored: sets OF_<WORD> for each of its words, `description`, and
# OF_INSTALLED_WITH, the prefix of the names of the component's install components.
macro(weft_read_description name)
    get_property(OF_ARGUMENTS GLOBAL PROPERTY weft_description_${name})
    list(POP_FRONT OF_ARGUMENTS description)
    cmake_parse_arguments(OF "THREADS;RUNTIME" "PACKAGE;LIBRARY;PKG_CONFIG;INCLUDE"
        "DEPENDS;HEADERS" ${OF_ARGUMENTS})
    set(OF_INSTALLED_WITH weft)
    get_property(OF_OPTIONAL GLOBAL PROPERTY weft_optional)
    if(${name} IN_LIST OF_OPTIONAL)
        set(OF_INSTALLED_WITH weft_${name})
    endif()
endmacro()

# Declares the switch of component `name` and sets `built` to whether it is to be built. AUTO: if
# cmake/find/<package>.cmake finds the library and can use it. ON: as AUTO, but an error if not.
#   weft_component(name package built)
function(weft_component name package built)
    string(TOUPPER WEFT_WITH_${name} switch)
    set(${switch} AUTO CACHE STRING "Build weft::${name}: AUTO (if its library is here), ON or OFF")
    set_property(CACHE ${switch} PROPERTY STRINGS AUTO ON OFF)
    string(TOUPPER "${${switch}}" wanted)
    set(weft_why_not "")
    if(NOT wanted MATCHES "^(AUTO|ON|YES|TRUE|Y|1|OFF|NO|FALSE|N|0)$")
        message(FATAL_ERROR "${switch} is ${${switch}}; it can be AUTO, ON or OFF.")
    elseif(NOT wanted)
        set(weft_why_not "${switch} is ${${switch}}")
    elseif(package)
        include(${PROJECT_SOURCE_DIR}/cmake/find/${package}.cmake)
        set_property(GLOBAL PROPERTY weft_version_of_${package} "${weft_library_version}")
        if(weft_why_not AND NOT wanted STREQUAL AUTO)
            message(FATAL_ERROR
                "${switch} is ${${switch}}, but weft::${name} cannot be built: ${weft_why_not}.")
        endif()
    endif()
    if(weft_why_not)
        message(STATUS "weft::${name} is left out: ${weft_why_not}")
        set_property(GLOBAL APPEND PROPERTY weft_left_out ${name})
        set_property(GLOBAL PROPERTY weft_why_not_${name} "${weft_why_not}")
        set(${built} FALSE PARENT_SCOPE)
    else()
        set(${built} TRUE PARENT_SCOPE)
    endif()
endfunction()

# Sets `out` to lines "  name (left out: reason)" for those of `names` that were left out, each with
# a line end as C++ writes it.
function(weft_left_out_lines out)
    get_property(left_out GLOBAL PROPERTY weft_left_out)
    set(lines "")
    foreach(name IN LISTS left_out)
        if(name IN_LIST ARGN)
            get_property(reason GLOBAL PROPERTY weft_why_not_${name})
            string(REGEX REPLACE "[\"\\\\$`]" "'" reason "${reason}") # it becomes a literal
            string(APPEND lines "  ${name} (left out: ${reason})\\n")
        endif()
    endforeach()
    string(REPLACE ";" "," lines "${lines}")
    set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# What was found in this folder is seen from everywhere, as whoever adds this project to their own
# links what it links.
function(weft_see_libraries_everywhere)
    get_property(found DIRECTORY PROPERTY IMPORTED_TARGETS)
    foreach(target IN LISTS found)
        set_target_properties(${target} PROPERTIES IMPORTED_GLOBAL TRUE)
    endforeach()
endfunction()

# Says that `what`, which the option `switch` is for, is not built; an error if the option is ON.
function(weft_leave_out what switch reason)
    if(NOT "${${switch}}" STREQUAL AUTO)
        message(FATAL_ERROR "${switch} is ${${switch}}, but ${what} cannot be built: ${reason}.")
    endif()
    message(STATUS "${what} will not be built: ${reason}")
endfunction()
