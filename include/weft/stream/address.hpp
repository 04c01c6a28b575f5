// SPDX-License-Identifier: MIT
// The ends of streams are addresses; the type itself is core's, as reports have it too.
#pragma once

#include <weft/core/address.hpp>
