# SPDX-License-Identifier: MIT
# What belongs to one system stands in folders named posix, linux, bsd and windows, in src/ as in
# tests/. A system's folder is built on that system alone.

if(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android)$")
    set(weft_systems posix linux)
elseif(WIN32)
    set(weft_systems windows)
elseif(APPLE OR CMAKE_SYSTEM_NAME MATCHES "BSD$|^DragonFly$")
    set(weft_systems posix bsd)
else()
    set(weft_systems posix)
endif()

# Takes the files of other systems out of the list variable that is named.
function(weft_keep_this_system list_name)
    set(kept ${${list_name}})
    foreach(system posix linux bsd windows)
        if(NOT system IN_LIST weft_systems)
            list(FILTER kept EXCLUDE REGEX "/${system}/[^/]*$")
        endif()
    endforeach()
    set(${list_name} ${kept} PARENT_SCOPE)
endfunction()
