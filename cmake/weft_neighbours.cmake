# SPDX-License-Identifier: MIT
# Neighbours: other people's libraries that examples, tests and benchmarks use beside Weft. What
# uses one has its name among the words of its file name, and is left out where that is missing.

include(${PROJECT_SOURCE_DIR}/cmake/find/usable_library.cmake)

# Looks for the neighbour `name`; where it is found and new enough, the target weft_neighbour_<name>
# links it:
#   weft_neighbour(name CALLED "its own name" HEADER header LIBRARY library
#       [what weft_check_library takes...])
#   weft_neighbour(name CALLED "its own name" TARGET imported_target PACKAGES "who has it")
function(weft_neighbour name)
    cmake_parse_arguments(NEXT "" "CALLED;HEADER;LIBRARY;TARGET" "" ${ARGN})
    set_property(GLOBAL APPEND PROPERTY weft_neighbours ${name})
    if(NOT NEXT_TARGET)
        set(NEXT_TARGET weft_found_${name})
        weft_find_neighbour(${name} ${NEXT_HEADER} ${NEXT_LIBRARY})
    endif()
    weft_check_library("${NEXT_CALLED}" TARGET ${NEXT_TARGET} ${NEXT_UNPARSED_ARGUMENTS})
    if(weft_why_not)
        message(STATUS "what runs beside ${NEXT_CALLED} is left out: ${weft_why_not}")
        return()
    endif()
    add_library(weft_neighbour_${name} INTERFACE)
    target_link_libraries(weft_neighbour_${name} INTERFACE ${NEXT_TARGET})
endfunction()

# Defines weft_found_<name> if both are here.
function(weft_find_neighbour name header library)
    string(TOUPPER WEFT_${name} prefix)
    find_path(${prefix}_INCLUDE_DIR ${header})
    find_library(${prefix}_LIBRARY ${library})
    mark_as_advanced(${prefix}_INCLUDE_DIR ${prefix}_LIBRARY)
    if(${prefix}_INCLUDE_DIR AND ${prefix}_LIBRARY)
        add_library(weft_found_${name} UNKNOWN IMPORTED GLOBAL)
        set_target_properties(weft_found_${name} PROPERTIES
            IMPORTED_LOCATION ${${prefix}_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${${prefix}_INCLUDE_DIR})
    endif()
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

weft_neighbour(redis CALLED hiredis HEADER hiredis/async.h LIBRARY hiredis
    HEADERS hiredis/async.h hiredis/adapters/libuv.h
    MINIMUM 0.14 VERSION_HEADER hiredis/hiredis.h VERSION HIREDIS_MAJOR HIREDIS_MINOR
    PACKAGES "Debian, Ubuntu: libhiredis-dev")
weft_neighbour(curl CALLED libcurl HEADER curl/curl.h LIBRARY curl
    HEADERS curl/curl.h
    MINIMUM 7.16 VERSION_HEADER curl/curlver.h
    VERSION "LIBCURL_VERSION_NUM >> 16" "LIBCURL_VERSION_NUM >> 8 & 0xff"
    PACKAGES "Debian, Ubuntu: libcurl4-openssl-dev")
weft_neighbour(sdl CALLED SDL HEADER SDL2/SDL.h LIBRARY SDL2
    HEADERS SDL2/SDL.h
    MINIMUM 2.0 VERSION_HEADER SDL2/SDL_version.h VERSION SDL_MAJOR_VERSION SDL_MINOR_VERSION
    PACKAGES "Debian, Ubuntu: libsdl2-dev")
find_package(Qt6 QUIET COMPONENTS Widgets)
weft_neighbour(widgets CALLED "Qt's widgets" TARGET Qt6::Widgets HEADERS QApplication
    PACKAGES "Debian, Ubuntu: qt6-base-dev")
weft_neighbour(lws CALLED libwebsockets HEADER libwebsockets.h LIBRARY websockets
    HEADERS libwebsockets.h PACKAGES "Debian, Ubuntu: libwebsockets-dev")
