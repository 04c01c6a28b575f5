# SPDX-License-Identifier: MIT
# The symbols that shared libraries export, and their symbol version.

# If `target` is a shared library, hides all its symbols except those of weft_symbols.map.in.
function(weft_hide_symbols target)
    get_target_property(kind ${target} TYPE)
    if(NOT kind STREQUAL SHARED_LIBRARY OR APPLE OR WIN32)
        return()
    endif()
    set(map ${PROJECT_BINARY_DIR}/weft_symbols.map)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/weft_symbols.map.in ${map} @ONLY)
    target_link_options(${target} PRIVATE LINKER:--version-script=${map})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
endfunction()
