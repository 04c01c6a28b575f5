# SPDX-License-Identifier: MIT
# Looks for Mbed TLS 2.28 or 3. Defines MbedTLS::mbedtls, the name in Mbed TLS's own CMake package,
# which not every installation has.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET MbedTLS::mbedtls)
    find_package(MbedTLS CONFIG QUIET)
endif()
if(NOT TARGET MbedTLS::mbedtls)
    find_path(WEFT_MBEDTLS_INCLUDE_DIR mbedtls/ssl.h)
    set(weft_mbedtls_found "${WEFT_MBEDTLS_INCLUDE_DIR}")
    foreach(weft_library mbedcrypto mbedx509 mbedtls)
        string(TOUPPER WEFT_${weft_library}_LIBRARY weft_variable)
        find_library(${weft_variable} ${weft_library})
        mark_as_advanced(${weft_variable})
        if(NOT ${weft_variable})
            set(weft_mbedtls_found "")
        endif()
    endforeach()
    mark_as_advanced(WEFT_MBEDTLS_INCLUDE_DIR)
    if(weft_mbedtls_found)
        set(weft_linked "")
        foreach(weft_library mbedcrypto mbedx509 mbedtls)
            string(TOUPPER WEFT_${weft_library}_LIBRARY weft_variable)
            add_library(MbedTLS::${weft_library} UNKNOWN IMPORTED)
            set_target_properties(MbedTLS::${weft_library} PROPERTIES
                IMPORTED_LOCATION ${${weft_variable}}
                INTERFACE_INCLUDE_DIRECTORIES ${WEFT_MBEDTLS_INCLUDE_DIR}
                INTERFACE_LINK_LIBRARIES "${weft_linked}")
            set(weft_linked MbedTLS::${weft_library})
        endforeach()
    endif()
endif()
weft_check_library("Mbed TLS" TARGET MbedTLS::mbedtls
    HEADERS mbedtls/ssl.h mbedtls/ssl_ticket.h mbedtls/x509_crt.h
    MINIMUM 2.28 VERSION_HEADER mbedtls/version.h
    VERSION MBEDTLS_VERSION_MAJOR MBEDTLS_VERSION_MINOR MBEDTLS_VERSION_PATCH
    PACKAGES "Debian, Ubuntu: libmbedtls-dev")
if(weft_library_version VERSION_GREATER_EQUAL 4 AND NOT weft_why_not)
    set(weft_why_not "Mbed TLS ${weft_library_version} is too new: 2.28 or 3 is needed")
endif()

# Checks for parts that a build of Mbed TLS may lack. THREADING_C is needed because connections on
# several threads share keys and certificates. Without HAVE_TIME_DATE, expired certificates would be
# accepted.
if(TARGET MbedTLS::mbedtls AND NOT weft_why_not)
    set(weft_question "#include <mbedtls/ssl.h>\n")
    foreach(weft_part THREADING_C HAVE_TIME_DATE SSL_CLI_C SSL_SRV_C SSL_ALPN
            SSL_SERVER_NAME_INDICATION SSL_SESSION_TICKETS SSL_TICKET_C ENTROPY_C PEM_PARSE_C
            PEM_WRITE_C PK_PARSE_C PK_WRITE_C X509_CRT_PARSE_C X509_CRT_WRITE_C)
        string(APPEND weft_question "#ifndef MBEDTLS_${weft_part}\n"
            "weft_without \"MBEDTLS_${weft_part}\"\n#endif\n")
    endforeach()
    weft_include_options(weft_options MbedTLS::mbedtls)
    weft_preprocess(mbedtls_parts "${weft_question}" "${weft_options}" weft_answers weft_fault)
    if(weft_answers MATCHES "weft_without \"([A-Z0-9_]+)\"")
        set(weft_why_not "Mbed TLS was built without ${CMAKE_MATCH_1}")
    endif()
endif()
