# SPDX-License-Identifier: MIT
# Run by weft_embed() at build time: writes the bytes of INPUT to OUTPUT as the constant SYMBOL.

file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
set(eight_bytes "('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)")
string(REGEX REPLACE "${eight_bytes}" "\\0\n    " bytes "${bytes}")
file(WRITE ${OUTPUT} "// Generated from ${INPUT}; do not edit.
#include <string_view>

namespace weft_web {
namespace {
constexpr char ${SYMBOL}_bytes[] = {
    ${bytes}'\\0'};
}
extern const std::string_view ${SYMBOL};
const std::string_view ${SYMBOL}{${SYMBOL}_bytes, sizeof ${SYMBOL}_bytes - 1};
}
")
