# SPDX-License-Identifier: MIT
# The installed package: libraries, headers, find_package(weft) with components, the program.

include(CMakePackageConfigHelpers)

set(weft_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
get_property(weft_layers GLOBAL PROPERTY weft_layers)

set(weft_exported weft_all)
foreach(layer IN LISTS weft_layers)
    list(APPEND weft_exported weft_${layer})
endforeach()
install(TARGETS ${weft_exported} EXPORT weft_targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT weft_targets NAMESPACE weft:: DESTINATION ${weft_package_dir}
    FILE weft-targets.cmake)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
get_property(weft_include_folders GLOBAL PROPERTY weft_include_folders)
foreach(folder IN LISTS weft_include_folders)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/${folder}
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endforeach()

# A host, and an Asio's streams, are exported by themselves, so that nobody needs a library who does
# not ask for it.
get_property(weft_hosts GLOBAL PROPERTY weft_hosts)
get_property(weft_asio_streams GLOBAL PROPERTY weft_asio_streams)
foreach(host IN LISTS weft_hosts weft_asio_streams)
    get_property(package GLOBAL PROPERTY weft_host_${host})
    install(TARGETS weft_${host} EXPORT weft_${host}_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(EXPORT weft_${host}_targets NAMESPACE weft:: DESTINATION ${weft_package_dir}
        FILE weft-${host}-targets.cmake)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/weft-host.cmake.in
        ${PROJECT_BINARY_DIR}/weft-${host}.cmake @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/weft-${host}.cmake DESTINATION ${weft_package_dir})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/cmake/find DESTINATION ${weft_package_dir})

set(zlib_or_none none)
if(TARGET weft_deflate)
    set(zlib_or_none zlib)
endif()

# A layer that needs a library looks for it only when it is asked for, too.
foreach(needs cares:cares tls:openssl deflate:zlib redis:hiredis
        websocketpp:${zlib_or_none})
    string(REGEX REPLACE ":.*" "" layer ${needs})
    string(REGEX REPLACE ".*:" "" package ${needs})
    if(TARGET weft_${layer})
        configure_file(${PROJECT_SOURCE_DIR}/cmake/weft-library.cmake.in
            ${PROJECT_BINARY_DIR}/weft-${layer}.cmake @ONLY)
        install(FILES ${PROJECT_BINARY_DIR}/weft-${layer}.cmake DESTINATION ${weft_package_dir})
    endif()
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
        DESTINATION ${websocketpp_package_dir})
endif()

# The C interface needs what its layers need.
if(TARGET weft_c)
    set(layers_of_c "")
    foreach(layer tls deflate)
        if(TARGET weft_${layer})
            list(APPEND layers_of_c ${layer})
        endif()
    endforeach()
    configure_file(${PROJECT_SOURCE_DIR}/cmake/weft-c.cmake.in
        ${PROJECT_BINARY_DIR}/weft-c.cmake @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/weft-c.cmake DESTINATION ${weft_package_dir})
endif()

set(weft_reasons "")
get_property(weft_left_out GLOBAL PROPERTY weft_left_out)
foreach(component IN LISTS weft_left_out)
    get_property(reason GLOBAL PROPERTY weft_why_not_${component})
    set(reason "this installation was built without it: ${reason}")
    string(APPEND weft_reasons "set(weft_built_without_${component} [==[${reason}]==])\n")
endforeach()

configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/weft-config.cmake.in
    ${PROJECT_BINARY_DIR}/weft-config.cmake
    INSTALL_DESTINATION ${weft_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/weft-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/weft-config.cmake
    ${PROJECT_BINARY_DIR}/weft-config-version.cmake
    DESTINATION ${weft_package_dir})

weft_install_pkg_config()

if(TARGET weft_tool)
    if(NOT DEFINED CMAKE_INSTALL_RPATH AND NOT APPLE)
        file(RELATIVE_PATH to_libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
        set_target_properties(weft_tool PROPERTIES INSTALL_RPATH "$ORIGIN/${to_libraries}")
    endif()
    install(TARGETS weft_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
