// SPDX-License-Identifier: MIT
// The addresses of a stream's two ends. The type is defined in core, as reports use it too.
#pragma once

#include <weft/core/address.hpp>
