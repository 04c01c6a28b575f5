# SPDX-License-Identifier: MIT
# What may be left out of a build: a switch WEFT_WITH_<NAME> for each component that needs somebody
# else's library, and the reasons of those that were left out.

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
