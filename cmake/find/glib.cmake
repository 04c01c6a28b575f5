# SPDX-License-Identifier: MIT
# Looks for GLib 2.36 or later, which has g_source_add_unix_fd, by pkg-config; defines
# PkgConfig::WEFT_GLIB.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND AND NOT TARGET PkgConfig::WEFT_GLIB)
    pkg_check_modules(WEFT_GLIB QUIET IMPORTED_TARGET glib-2.0)
endif()
weft_check_library(GLib TARGET PkgConfig::WEFT_GLIB HEADERS glib.h
    MINIMUM 2.36 VERSION_HEADER glib.h
    VERSION GLIB_MAJOR_VERSION GLIB_MINOR_VERSION GLIB_MICRO_VERSION
    PACKAGES "Debian, Ubuntu: libglib2.0-dev and pkg-config")
