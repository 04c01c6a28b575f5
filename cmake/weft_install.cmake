# SPDX-License-Identifier: MIT
# The installed package: libraries, headers, find_package(weft) with components, the program.

include(CMakePackageConfigHelpers)

set(weft_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
get_property(weft_layers GLOBAL PROPERTY weft_layers)

set(weft_exported weft_all)
foreach(layer IN LISTS weft_layers)
    list(APPEND weft_exported weft_${layer})
endforeach()
install(TARGETS ${weft_exported} EXPORT weft_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT weft_targets NAMESPACE weft:: DESTINATION ${weft_package_dir}
    FILE weft-targets.cmake)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp")

# A host, and an Asio's streams, are exported by themselves, so that nobody needs a library who does
# not ask for it.
get_property(weft_hosts GLOBAL PROPERTY weft_hosts)
get_property(weft_asio_streams GLOBAL PROPERTY weft_asio_streams)
foreach(host IN LISTS weft_hosts weft_asio_streams)
    get_property(needs GLOBAL PROPERTY weft_host_${host})
    list(GET needs 0 package)
    list(GET needs 1 library)
    install(TARGETS weft_${host} EXPORT weft_${host}_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT weft_${host}_targets NAMESPACE weft:: DESTINATION ${weft_package_dir}
        FILE weft-${host}-targets.cmake)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/weft-host.cmake.in
        ${PROJECT_BINARY_DIR}/weft-${host}.cmake @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/weft-${host}.cmake DESTINATION ${weft_package_dir})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/cmake/find DESTINATION ${weft_package_dir})

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

if(TARGET weft_tool)
    install(TARGETS weft_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
