# SPDX-License-Identifier: MIT
# Looks for CLI11, which the weft program uses; defines CLI11::CLI11. 2.1 is the oldest that it was
# compiled with.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
find_package(CLI11 CONFIG QUIET)
weft_check_library(CLI11 TARGET CLI11::CLI11 HEADERS CLI/CLI.hpp
    MINIMUM 2.1 VERSION_HEADER CLI/Version.hpp
    VERSION CLI11_VERSION_MAJOR CLI11_VERSION_MINOR CLI11_VERSION_PATCH
    PACKAGES "Debian, Ubuntu: libcli11-dev")
