// SPDX-License-Identifier: MIT
// Kept for programs that include it: nothing here depends on the platform.
#pragma once

#include <cstdlib>

#include <websocketpp/common/cpp11.hpp>
