# SPDX-License-Identifier: MIT
# What belongs to one system, or to some, stands in folders with its name, in src/ as in tests/. A
# folder is built on its systems alone:
#   posix       all but Windows
#   posix_2024  what is new in POSIX.1-2024, which Darwin lacks
#   linux, bsd (FreeBSD and Darwin), darwin, windows

if(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android)$")
    set(weft_systems posix posix_2024 linux)
elseif(WIN32)
    set(weft_systems windows)
elseif(APPLE)
    set(weft_systems posix bsd darwin)
elseif(CMAKE_SYSTEM_NAME STREQUAL FreeBSD)
    set(weft_systems posix posix_2024 bsd)
else()
    set(weft_systems posix posix_2024)
endif()

# Also on the other BSDs, with which src/loop/bsd was never compiled.
if(NOT weft_systems MATCHES "linux|bsd")
    message(WARNING "Weft's event loop is written for Linux, macOS and FreeBSD, not for "
        "${CMAKE_SYSTEM_NAME}: programs that use weft::loop or weft::endpoint will not link.")
endif()

# Takes the files of other systems out of the list variable that is named.
function(weft_keep_this_system list_name)
    set(kept ${${list_name}})
    foreach(system posix posix_2024 linux bsd darwin windows)
        if(NOT system IN_LIST weft_systems)
            list(FILTER kept EXCLUDE REGEX "/${system}/[^/]*$")
        endif()
    endforeach()
    set(${list_name} ${kept} PARENT_SCOPE)
endfunction()
