// SPDX-License-Identifier: MIT
// Integers of fixed size in the global namespace, as WebSocket++ has them.
#pragma once

#include <stdint.h>
