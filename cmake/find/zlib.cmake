# SPDX-License-Identifier: MIT
# Looks for zlib 1.2.9 or later; defines ZLIB::ZLIB, by CMake's own find module.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET ZLIB::ZLIB)
    find_package(ZLIB QUIET)
endif()
weft_check_library(zlib TARGET ZLIB::ZLIB HEADERS zlib.h
    MINIMUM 1.2.9 VERSION_HEADER zlib.h VERSION ZLIB_VER_MAJOR ZLIB_VER_MINOR ZLIB_VER_REVISION
    PACKAGES "Debian, Ubuntu: zlib1g-dev")
