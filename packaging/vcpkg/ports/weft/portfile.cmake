# SPDX-License-Identifier: MIT
# The port for vcpkg: the library, with a feature for each component that is not part of weft::weft.
# It builds the source tree that contains it; a port in a registry would download a release.

get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        asio WEFT_WITH_ASIO
        asio-stream WEFT_WITH_ASIO_STREAM
        boost-asio WEFT_WITH_BOOST_ASIO
        boost-asio-stream WEFT_WITH_BOOST_ASIO_STREAM
        c WEFT_WITH_C
        cares WEFT_WITH_CARES
        deflate WEFT_WITH_DEFLATE
        ev WEFT_WITH_EV
        event WEFT_WITH_EVENT
        glib WEFT_WITH_GLIB
        mbedtls WEFT_WITH_MBEDTLS
        qt WEFT_WITH_QT
        redis WEFT_WITH_REDIS
        sd-event WEFT_WITH_SD_EVENT
        testing WEFT_WITH_TESTING
        tls WEFT_WITH_TLS
        tools WEFT_BUILD_TOOLS
        uv WEFT_WITH_UV
        websocketpp WEFT_WITH_WEBSOCKETPP
)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        ${FEATURE_OPTIONS}
        -DWEFT_BUILD_TESTS=OFF
        -DWEFT_BUILD_EXAMPLES=OFF
        -DWEFT_BENCHMARKS=OFF
        -DWEFT_WITH_ULOOP=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME weft CONFIG_PATH lib/cmake/weft)
vcpkg_fixup_pkgconfig()
if("tools" IN_LIST FEATURES)
    vcpkg_copy_tools(TOOL_NAMES weft AUTO_CLEAN)
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
