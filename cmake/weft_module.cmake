# SPDX-License-Identifier: MIT
# `import weft;`: module_unit.py writes the module unit weft.cppm from the public headers, and it is
# installed with them. With WEFT_MODULE, the target weft::module compiles it.

option(WEFT_MODULE "Build weft::module, for `import weft;`; needs CMake 3.28 and Clang" OFF)

# Writes the unit into the build folder. Without Python 3.8 or later, WEFT_MODULE_UNIT is empty.
function(weft_write_module_unit)
    set(WEFT_MODULE_UNIT "" PARENT_SCOPE)
    find_package(Python3 3.8 QUIET COMPONENTS Interpreter)
    if(Python3_FOUND)
        set(unit ${PROJECT_BINARY_DIR}/module/weft/weft.cppm)
        set(script ${PROJECT_SOURCE_DIR}/cmake/module_unit.py)
        execute_process(COMMAND ${Python3_EXECUTABLE} -B ${script} ${PROJECT_SOURCE_DIR} ${unit}
            COMMAND_ERROR_IS_FATAL ANY)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
        set(WEFT_MODULE_UNIT ${unit} PARENT_SCOPE)
    endif()
endfunction()

function(weft_add_module)
    set(why_not "")
    if(NOT WEFT_MODULE_UNIT)
        set(why_not "no Python 3.8 or later (Debian, Ubuntu: python3)")
    elseif(CMAKE_VERSION VERSION_LESS 3.28)
        set(why_not "CMake ${CMAKE_VERSION} is too old: 3.28 or later is needed")
    elseif(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
        set(why_not "it needs Clang 16 or later (tried: 19)")
    endif()
    if(why_not)
        message(FATAL_ERROR "WEFT_MODULE is ON, but weft::module cannot be built: ${why_not}.")
    endif()
    add_library(weft_module STATIC)
    add_library(weft::module ALIAS weft_module)
    target_sources(weft_module PUBLIC FILE_SET CXX_MODULES BASE_DIRS ${PROJECT_BINARY_DIR}/module
        FILES ${WEFT_MODULE_UNIT})
    target_link_libraries(weft_module PUBLIC weft_all)
    set_target_properties(weft_module PROPERTIES CXX_SCAN_FOR_MODULES ON)
endfunction()
