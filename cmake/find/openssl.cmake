# SPDX-License-Identifier: MIT
# Looks for OpenSSL 3.0 or later; defines OpenSSL::SSL, by CMake's own find module.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET OpenSSL::SSL)
    find_package(OpenSSL QUIET)
endif()
weft_check_library(OpenSSL TARGET OpenSSL::SSL
    HEADERS openssl/ssl.h openssl/err.h openssl/evp.h openssl/pem.h openssl/x509v3.h
    MINIMUM 3.0 VERSION_HEADER openssl/opensslv.h
    VERSION "OPENSSL_VERSION_NUMBER >> 28" "OPENSSL_VERSION_NUMBER >> 20 & 0xff"
    PACKAGES "Debian, Ubuntu: libssl-dev")
