# SPDX-License-Identifier: MIT
# Runs the portfile of vcpkg with stand-ins for vcpkg's functions, and prints the options with which
# it would configure Weft: cmake -D PORTFILE=... -D FEATURES=... -P portfile_test.cmake

cmake_minimum_required(VERSION 3.22)

set(PORT weft)
set(CURRENT_PACKAGES_DIR ${WORK}/packages)

function(vcpkg_check_features)
    cmake_parse_arguments(ASK "" "OUT_FEATURE_OPTIONS" "FEATURES" ${ARGN})
    set(options "")
    while(ASK_FEATURES)
        list(POP_FRONT ASK_FEATURES feature option)
        set(value OFF)
        if(feature IN_LIST FEATURES)
            set(value ON)
        endif()
        message("feature ${feature} ${option}")
        list(APPEND options -D${option}=${value})
    endwhile()
    set(${ASK_OUT_FEATURE_OPTIONS} "${options}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
    cmake_parse_arguments(ASK "" "SOURCE_PATH" "OPTIONS" ${ARGN})
    if(NOT EXISTS ${ASK_SOURCE_PATH}/include/weft/weft.hpp)
        message(FATAL_ERROR "no sources in ${ASK_SOURCE_PATH}")
    endif()
    foreach(option IN LISTS ASK_OPTIONS)
        message("option ${option}")
    endforeach()
endfunction()

foreach(name cmake_install cmake_config_fixup fixup_pkgconfig copy_tools install_copyright)
    cmake_language(EVAL CODE "function(vcpkg_${name})\nendfunction()")
endforeach()

include(${PORTFILE})
