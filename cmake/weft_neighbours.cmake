# SPDX-License-Identifier: MIT
# Neighbours: other people's libraries that examples, tests and benchmarks use beside Weft. What
# uses one has its name among the words of its file name, and is left out where that is missing.

# Looks for the neighbour `name`; where it is found, the target weft_neighbour_<name> links it:
#   weft_neighbour(name HEADER header LIBRARY library DEBIAN package_to_install)
function(weft_neighbour name)
    cmake_parse_arguments(NEXT "" "HEADER;LIBRARY;DEBIAN" "" ${ARGN})
    set_property(GLOBAL APPEND PROPERTY weft_neighbours ${name})
    string(TOUPPER WEFT_${name} prefix)
    find_path(${prefix}_INCLUDE_DIR ${NEXT_HEADER})
    find_library(${prefix}_LIBRARY ${NEXT_LIBRARY})
    mark_as_advanced(${prefix}_INCLUDE_DIR ${prefix}_LIBRARY)
    if(NOT ${prefix}_INCLUDE_DIR OR NOT ${prefix}_LIBRARY)
        message(STATUS "what runs beside ${name} is left out (Debian, Ubuntu: ${NEXT_DEBIAN})")
        return()
    endif()
    add_library(weft_neighbour_${name} INTERFACE)
    target_include_directories(weft_neighbour_${name} SYSTEM INTERFACE ${${prefix}_INCLUDE_DIR})
    target_link_libraries(weft_neighbour_${name} INTERFACE ${${prefix}_LIBRARY})
endfunction()

# Those of `sources` whose neighbours are here.
function(weft_with_neighbours sources_name)
    get_property(known GLOBAL PROPERTY weft_neighbours)
    set(left ${${sources_name}})
    foreach(name IN LISTS known)
        if(NOT TARGET weft_neighbour_${name})
            list(FILTER left EXCLUDE REGEX "[/_]${name}[_.][a-z_.]*$")
        endif()
    endforeach()
    set(${sources_name} ${left} PARENT_SCOPE)
endfunction()

# Links `target` with the neighbours among the words of `name`.
function(weft_link_neighbours target name)
    get_property(known GLOBAL PROPERTY weft_neighbours)
    foreach(neighbour IN LISTS known)
        if("_${name}_" MATCHES "_${neighbour}_")
            target_link_libraries(${target} PRIVATE weft_neighbour_${neighbour})
        endif()
    endforeach()
endfunction()

weft_neighbour(redis HEADER hiredis/async.h LIBRARY hiredis DEBIAN libhiredis-dev)
weft_neighbour(curl HEADER curl/curl.h LIBRARY curl DEBIAN libcurl4-openssl-dev)
weft_neighbour(lws HEADER libwebsockets.h LIBRARY websockets DEBIAN libwebsockets-dev)
