# SPDX-License-Identifier: MIT
# Explains why weft::<component> is not defined when a target links it: the project did not request
# the component from find_package(weft), or Weft's sources are built without it.

include_guard(GLOBAL)

# Checks all targets in `folder` and below it, after CMake has read them. `package` is the folder of
# the installed package; without it, Weft's sources are part of the project.
function(weft_look_for_unknown_links folder)
    get_property(watched GLOBAL PROPERTY weft_watched_folders)
    if(NOT folder IN_LIST watched)
        set_property(GLOBAL APPEND PROPERTY weft_watched_folders ${folder})
        cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY [==[${folder}]==]
            CALL weft_explain_unknown_links [==[${folder}]==] [==[${ARGN}]==])")
    endif()
endfunction()

function(weft_explain_unknown_links folder package)
    set(links "")
    set(defined "")
    weft_collect_links(${folder})
    foreach(link IN LISTS links)
        string(REGEX REPLACE "^(.*) (.*)$" "\\2" name "${link}")
        string(REGEX REPLACE "^(.*) (.*)$" "\\1" target "${link}")
        if(NOT TARGET weft::${name} AND NOT weft::${name} IN_LIST defined)
            weft_explain_link("${name}" "${package}" why)
            message(FATAL_ERROR "The target ${target} links weft::${name}, but ${why}.")
        endif()
    endforeach()
endfunction()

# Appends "target component" to `links` for each link to a component of Weft, and all imported
# targets to `defined`.
macro(weft_collect_links start)
    set(weft_folders ${start})
    while(weft_folders)
        list(POP_FRONT weft_folders weft_folder)
        get_property(weft_found DIRECTORY ${weft_folder} PROPERTY SUBDIRECTORIES)
        list(APPEND weft_folders ${weft_found})
        get_property(weft_found DIRECTORY ${weft_folder} PROPERTY IMPORTED_TARGETS)
        list(APPEND defined ${weft_found})
        get_property(weft_found DIRECTORY ${weft_folder} PROPERTY BUILDSYSTEM_TARGETS)
        foreach(weft_target IN LISTS weft_found)
            get_property(weft_linked TARGET ${weft_target} PROPERTY INTERFACE_LINK_LIBRARIES)
            get_property(weft_more TARGET ${weft_target} PROPERTY LINK_LIBRARIES)
            list(APPEND weft_linked ${weft_more})
            string(GENEX_STRIP "${weft_linked}" weft_linked) # links under a condition are CMake's
            list(FILTER weft_linked INCLUDE REGEX "^weft::[a-z_]+$")
            list(TRANSFORM weft_linked REPLACE "^weft::" "${weft_target} ")
            list(APPEND links ${weft_linked})
        endforeach()
    endwhile()
endmacro()

# Sets `out` to the text that follows "links weft::<name>, but".
function(weft_explain_link name package out)
    if(NOT package)
        get_property(reason GLOBAL PROPERTY weft_why_not_${name})
        set(why "Weft has no such component")
        if(reason)
            set(why "that component is left out: ${reason}")
        endif()
    else()
        include(${package}/weft-components.cmake)
        weft_why_absent(${name} why)
        if(name IN_LIST weft_other_components AND EXISTS ${package}/weft-${name}.cmake)
            set(why "find_package(weft) was not asked for that component")
            string(APPEND why ": add ${name} to its COMPONENTS")
        endif()
    endif()
    set(${out} "${why}" PARENT_SCOPE)
endfunction()
