# SPDX-License-Identifier: MIT
# A project in Meson that uses the installed library, and one that has Weft's sources in it, for
# which the protocol core is compiled again.

cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/use_installation.cmake)

find_program(MESON meson)
find_program(PKG_CONFIG pkg-config)
if(NOT MESON OR NOT PKG_CONFIG)
    message("skipped: no meson or no pkg-config (Debian, Ubuntu: meson, pkg-config)")
    return()
endif()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/project/subprojects)
file(COPY ${CONSUMER}/../meson_project/ ${CONSUMER}/core_only.cpp DESTINATION ${WORK}/project)
file(CREATE_LINK ${SOURCE} ${WORK}/project/subprojects/weft SYMBOLIC)
set(ENV{CXX} ${COMPILER})
if(LAUNCHER)
    set(ENV{CXX} "${LAUNCHER} ${COMPILER}")
endif()

# Only what core_only needs is built.
function(try_in_meson from)
    step(${MESON} setup ${WORK}/${from} ${WORK}/project -Dweft=${from} ${ARGN})
    step(${MESON} compile -C ${WORK}/${from} core_only)
    step(${WORK}/${from}/core_only)
endfunction()

step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
set(ENV{PKG_CONFIG_PATH} ${WORK}/prefix/${LIBDIR}/pkgconfig)
try_in_meson(installed)
try_in_meson(contained)
