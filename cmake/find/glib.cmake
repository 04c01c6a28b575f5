# SPDX-License-Identifier: MIT
# Looks for GLib, which is found by pkg-config; defines PkgConfig::WEFT_GLIB.

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND AND NOT TARGET PkgConfig::WEFT_GLIB)
    pkg_check_modules(WEFT_GLIB QUIET IMPORTED_TARGET glib-2.0)
endif()
