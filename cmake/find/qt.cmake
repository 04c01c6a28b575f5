# SPDX-License-Identifier: MIT
# Looks for Qt 6; defines Qt6::Core, with the targets that it needs seen from everywhere.

set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
find_package(Qt6 QUIET COMPONENTS Core)
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL OFF)
