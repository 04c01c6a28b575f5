# SPDX-License-Identifier: MIT
# The software bill of materials: an SPDX 2.3 document that names Weft and the libraries that its
# components were built with, in the versions that the compiler reported.

set(weft_licence_of_openssl Apache-2.0)
set(weft_licence_of_mbedtls Apache-2.0)
set(weft_licence_of_zlib Zlib)
set(weft_licence_of_cares MIT)
set(weft_licence_of_hiredis BSD-3-Clause)
set(weft_licence_of_libuv MIT)
set(weft_licence_of_libevent BSD-3-Clause)
set(weft_licence_of_libev "BSD-2-Clause OR GPL-2.0-or-later")
set(weft_licence_of_libubox ISC)
set(weft_licence_of_glib LGPL-2.1-or-later)
set(weft_licence_of_libsystemd LGPL-2.1-or-later)
set(weft_licence_of_qt "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only")
set(weft_licence_of_asio BSL-1.0)
set(weft_licence_of_boost_asio BSL-1.0)

# Appends a package to weft_sbom_packages.
function(weft_sbom_package id name version licence copyright purpose)
    if(version)
        set(version "\n            \"versionInfo\": \"${version}\",")
    endif()
    if(NOT licence)
        set(licence NOASSERTION)
    endif()
    set(weft_sbom_packages "${weft_sbom_packages}        {
            \"SPDXID\": \"SPDXRef-${id}\",
            \"name\": \"${name}\",${version}
            \"downloadLocation\": \"NOASSERTION\",
            \"filesAnalyzed\": false,
            \"licenseConcluded\": \"NOASSERTION\",
            \"licenseDeclared\": \"${licence}\",
            \"copyrightText\": \"${copyright}\",
            \"primaryPackagePurpose\": \"${purpose}\"
        },
" PARENT_SCOPE)
endfunction()

# Appends a relationship to weft_sbom_relationships.
function(weft_sbom_relationship from type to comment)
    if(comment)
        set(comment "\n            \"comment\": \"${comment}\",")
    endif()
    set(weft_sbom_relationships "${weft_sbom_relationships}        {
            \"spdxElementId\": \"SPDXRef-${from}\",
            \"relationshipType\": \"${type}\",${comment}
            \"relatedSpdxElement\": \"SPDXRef-${to}\"
        },
" PARENT_SCOPE)
endfunction()

file(STRINGS ${PROJECT_SOURCE_DIR}/LICENSE weft_copyright REGEX "^Copyright " LIMIT_COUNT 1)
set(weft_sbom_packages "")
set(weft_sbom_relationships "")
weft_sbom_package(weft weft ${PROJECT_VERSION} MIT "${weft_copyright}" LIBRARY)
weft_sbom_relationship(DOCUMENT DESCRIBES weft "")
set(weft_sbom_known "")
foreach(name IN LISTS weft_optional)
    weft_read_description(${name})
    if(OF_PACKAGE)
        string(REPLACE "_" "-" id "${OF_PACKAGE}")
        if(NOT id IN_LIST weft_sbom_known)
            list(APPEND weft_sbom_known ${id})
            get_property(version GLOBAL PROPERTY weft_version_of_${OF_PACKAGE})
            weft_sbom_package(${id} ${OF_PACKAGE} "${version}" "${weft_licence_of_${OF_PACKAGE}}"
                NOASSERTION LIBRARY)
        endif()
        weft_sbom_relationship(weft DEPENDS_ON ${id} "the component ${name}")
    endif()
endforeach()
string(REGEX REPLACE ",\n$" "" weft_sbom_packages "${weft_sbom_packages}")
string(REGEX REPLACE ",\n$" "" weft_sbom_relationships "${weft_sbom_relationships}")
string(SHA256 weft_sbom_hash "${weft_sbom_packages}${weft_sbom_relationships}")
string(TIMESTAMP weft_sbom_created UTC)
file(WRITE ${PROJECT_BINARY_DIR}/weft.spdx.json "{
    \"spdxVersion\": \"SPDX-2.3\",
    \"dataLicense\": \"CC0-1.0\",
    \"SPDXID\": \"SPDXRef-DOCUMENT\",
    \"name\": \"weft-${PROJECT_VERSION}\",
    \"documentNamespace\": \"https://spdx.org/spdxdocs/weft-${PROJECT_VERSION}-${weft_sbom_hash}\",
    \"creationInfo\": {
        \"created\": \"${weft_sbom_created}\",
        \"creators\": [\"Organization: The Weft authors\", \"Tool: CMake-${CMAKE_VERSION}\"]
    },
    \"packages\": [
${weft_sbom_packages}
    ],
    \"relationships\": [
${weft_sbom_relationships}
    ]
}
")
install(FILES ${PROJECT_BINARY_DIR}/weft.spdx.json DESTINATION ${CMAKE_INSTALL_DATADIR}/weft
    COMPONENT weft_development)
