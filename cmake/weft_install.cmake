# SPDX-License-Identifier: MIT
# The installed package: libraries and headers, find_package(weft) with components, the program.
# Each component that needs another library is exported separately and is an install component of
# its own, so that only users of the component need that library.

include(CMakePackageConfigHelpers)
include(weft_program_texts)

set(weft_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
get_property(weft_own_layers GLOBAL PROPERTY weft_own_layers)
get_property(weft_optional GLOBAL PROPERTY weft_optional)

# Installs the libraries, and the files that define the targets for find_package():
#   weft_install_targets(package_file install_component target...)
function(weft_install_targets file component)
    install(TARGETS ${ARGN} EXPORT ${file}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}_development
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}_libraries
            NAMELINK_COMPONENT ${component}_development
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component}_libraries)
    install(EXPORT ${file} NAMESPACE weft:: DESTINATION ${weft_package_dir} FILE ${file}.cmake
        COMPONENT ${component}_development)
endfunction()

# Installs headers or folders of include/, which are named relative to it.
function(weft_install_headers component)
    foreach(name IN LISTS ARGN)
        set(source ${PROJECT_SOURCE_DIR}/include/${name})
        get_filename_component(folder ${name} DIRECTORY)
        set(to DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder}
            COMPONENT ${component}_development)
        if(IS_DIRECTORY ${source})
            install(DIRECTORY ${source} ${to} FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
        elseif(EXISTS ${source})
            install(FILES ${source} ${to})
        endif()
    endforeach()
endfunction()

# weft::weft and its layers.
set(targets weft_all)
set(headers weft/weft.hpp)
foreach(layer IN LISTS weft_own_layers)
    list(APPEND targets weft_${layer})
    list(APPEND headers weft/${layer})
endforeach()
weft_install_targets(weft-targets weft ${targets})
get_property(shared_headers GLOBAL PROPERTY weft_shared_headers)
list(REMOVE_DUPLICATES shared_headers)
weft_install_headers(weft ${headers} ${shared_headers})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/cmake/find DESTINATION ${weft_package_dir}
    COMPONENT weft_development)

if(WEFT_MODULE_UNIT)
    install(FILES ${WEFT_MODULE_UNIT} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weft
        COMPONENT weft_development)
endif()

# Installs weft-<name>.cmake, which looks for what the component needs and then defines it.
function(weft_install_component_file name package)
    set(look "")
    if(package)
        string(APPEND look "include(\${CMAKE_CURRENT_LIST_DIR}/find/${package}.cmake)\n")
        string(APPEND look "if(weft_why_not)\n    return()\nendif()\n")
    endif()
    foreach(left IN LISTS ARGN)
        if(left IN_LIST weft_optional)
            string(APPEND look "include(\${CMAKE_CURRENT_LIST_DIR}/weft-${left}.cmake)\n")
            string(APPEND look "if(weft_why_not)\n    return()\nendif()\n")
        endif()
    endforeach()
    configure_file(${PROJECT_SOURCE_DIR}/cmake/weft-component.cmake.in
        ${PROJECT_BINARY_DIR}/weft-${name}.cmake @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/weft-${name}.cmake DESTINATION ${weft_package_dir}
        COMPONENT weft_${name}_development)
endfunction()

foreach(name IN LISTS weft_optional)
    weft_read_description(${name})
    weft_install_targets(weft-${name}-targets weft_${name} weft_${name})
    weft_install_headers(weft_${name} ${OF_HEADERS})
    weft_install_component_file(${name} "${OF_PACKAGE}" ${OF_DEPENDS})
endforeach()

# find_package(websocketpp) finds Weft, if websocketpp_DIR names this folder.
if(TARGET weft_websocketpp)
    set(websocketpp_package_dir ${weft_package_dir}/websocketpp)
    configure_package_config_file(
        ${PROJECT_SOURCE_DIR}/cmake/websocketpp-config.cmake.in
        ${PROJECT_BINARY_DIR}/websocketpp-config.cmake
        INSTALL_DESTINATION ${websocketpp_package_dir}
        PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
    write_basic_package_version_file(${PROJECT_BINARY_DIR}/websocketpp-config-version.cmake
        VERSION 0.8.2 COMPATIBILITY SameMajorVersion)
    install(FILES
        ${PROJECT_BINARY_DIR}/websocketpp-config.cmake
        ${PROJECT_BINARY_DIR}/websocketpp-config-version.cmake
        DESTINATION ${websocketpp_package_dir} COMPONENT weft_websocketpp_development)
endif()

# Lists the components of this installation, and those that it was built without, with the reasons.
set(weft_reasons "")
get_property(weft_left_out GLOBAL PROPERTY weft_left_out)
foreach(name IN LISTS weft_left_out)
    get_property(reason GLOBAL PROPERTY weft_why_not_${name})
    set(reason "this installation was built without it: ${reason}")
    string(APPEND weft_reasons "set(weft_built_without_${name} [==[${reason}]==])\n")
endforeach()
list(JOIN weft_own_layers " " weft_own)
list(JOIN weft_optional " " weft_others)
list(JOIN weft_left_out " " weft_absent)
configure_file(${PROJECT_SOURCE_DIR}/cmake/weft-components.cmake.in
    ${PROJECT_BINARY_DIR}/weft-components.cmake @ONLY)

configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/weft-config.cmake.in
    ${PROJECT_BINARY_DIR}/weft-config.cmake
    INSTALL_DESTINATION ${weft_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/weft-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/weft-config.cmake
    ${PROJECT_BINARY_DIR}/weft-config-version.cmake
    ${PROJECT_BINARY_DIR}/weft-components.cmake
    ${PROJECT_SOURCE_DIR}/cmake/weft_unknown_links.cmake
    DESTINATION ${weft_package_dir} COMPONENT weft_development)

weft_install_pkg_config()
include(weft_cps)
include(weft_sbom)

if(TARGET weft_tool)
    if(NOT DEFINED CMAKE_INSTALL_RPATH AND NOT APPLE)
        file(RELATIVE_PATH to_libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
        set_target_properties(weft_tool PROPERTIES
            INSTALL_RPATH "$ORIGIN/${to_libraries}" INSTALL_RPATH_USE_LINK_PATH ON)
    endif()
    install(TARGETS weft_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT weft_program)
    weft_install_program_texts()
endif()

if(PROJECT_IS_TOP_LEVEL)
    include(weft_debian)
endif()
