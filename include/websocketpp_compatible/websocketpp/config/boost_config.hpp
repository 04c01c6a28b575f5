// SPDX-License-Identifier: MIT
// Kept for programs that include it: nothing here depends on Boost's version.
#pragma once

#include <websocketpp/common/cpp11.hpp>
