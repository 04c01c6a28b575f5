// SPDX-License-Identifier: MIT
// Reads PEM files.
#include "stream/pem_text.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>

namespace weft {
namespace {

result<std::string> content_of(const std::string& file) {
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (in.bad() || !in.is_open()) {
        return failure(std::error_code(errno != 0 ? errno : EIO, std::generic_category()));
    }
    return text;
}

} // namespace

result<std::string> file_or_memory(const std::string& file, const std::string& pem) {
    return file.empty() ? result<std::string>(pem) : content_of(file);
}

failure about(const std::string& file, std::error_code why, std::string* fault) {
    if (fault) *fault = file.empty() ? "PEM in memory" : file;
    return failure(why);
}

} // namespace weft
