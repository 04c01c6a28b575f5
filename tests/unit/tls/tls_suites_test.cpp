// SPDX-License-Identifier: MIT
// Runs the suites for TLS streams with OpenSSL.
#include "tls_library.hpp"

#include "support/tls_stream_kit_suite.hpp"
#include "support/tls_stream_suite.hpp"
#include "support/tls_write_handler_suite.hpp"
