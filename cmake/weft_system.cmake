# SPDX-License-Identifier: MIT
# Folders in src/ and tests/ that are named after a system are built only there: posix (all systems
# but Windows), posix_2024 (the parts of POSIX.1-2024 that Darwin lacks), linux, bsd (FreeBSD and
# Darwin), darwin, windows. On Linux also io_uring, if the kernel's headers declare what the engine
# needs, or else no_io_uring.

if(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android)$")
    set(weft_systems posix posix_2024 linux)
    include(CheckCXXSymbolExists)
    check_cxx_symbol_exists(IORING_SETUP_DEFER_TASKRUN linux/io_uring.h WEFT_HAS_IO_URING)
    if(WEFT_HAS_IO_URING)
        list(APPEND weft_systems io_uring)
    else()
        list(APPEND weft_systems no_io_uring)
    endif()
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
    foreach(system posix posix_2024 linux io_uring no_io_uring bsd darwin windows)
        if(NOT system IN_LIST weft_systems)
            list(FILTER kept EXCLUDE REGEX "/${system}/[^/]*$")
        endif()
    endforeach()
    set(${list_name} ${kept} PARENT_SCOPE)
endfunction()
