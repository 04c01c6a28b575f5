// SPDX-License-Identifier: MIT
// Reading the loop's sources.
#include "faults/source_calls.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <tuple>

namespace weft::testing {
namespace {

constexpr std::string_view opening = "sys::";

/// The text of a file with the comments blanked out, so that lines keep their numbers.
std::string code_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    for (std::string line; std::getline(file, line);) {
        text << line.substr(0, line.find("//")) << '\n';
    }
    return text.str();
}

std::size_t line_at(std::string_view text, std::size_t place) {
    return static_cast<std::size_t>(std::count(text.begin(), text.begin() + place, '\n')) + 1;
}

std::size_t end_of_name(std::string_view text, std::size_t from) {
    while (from < text.size() && (std::isalnum(text[from]) != 0 || text[from] == '_')) ++from;
    return from;
}

std::size_t closing_of(std::string_view text, std::size_t parenthesis) {
    int depth = 0;
    for (std::size_t at = parenthesis; at < text.size(); ++at) {
        if (text[at] == '(') ++depth;
        if (text[at] == ')' && --depth == 0) return at;
    }
    return text.size();
}

bool can_fail(std::string_view call) {
    return call != "close" && call != "getpid" && call != "bytes_to_read" &&
           call != "bytes_unconfirmed";
}

void find_in(const std::filesystem::path& path, std::vector<source_call>& found) {
    const std::string text = code_of(path);
    for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
        const auto name = at + opening.size();
        const auto parenthesis = end_of_name(text, name);
        if (text[parenthesis] != '(') continue;
        const auto end = closing_of(text, parenthesis);
        source_call site{path.filename(), line_at(text, at), line_at(text, end),
                       text.substr(name, parenthesis - name),
                       text.substr(parenthesis + 1, end - parenthesis - 1)};
        if (can_fail(site.call)) found.push_back(std::move(site));
    }
}

} // namespace

std::string source_call::str() const {
    return file + ":" + std::to_string(line) + " " + call;
}

std::vector<source_call> find_source_calls() {
    std::vector<source_call> found;
    for (const char* system : {"posix", "posix_2024", "linux"}) {
        const auto folder = std::filesystem::path(WEFT_SOURCE_DIR "/src/loop") / system;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const std::string name = entry.path().filename();
            if (!name.starts_with("system_call")) find_in(entry.path(), found); // the table itself
        }
    }
    std::sort(found.begin(), found.end(), [](const source_call& a, const source_call& b) {
        return std::tie(a.file, a.line, a.call) < std::tie(b.file, b.line, b.call);
    });
    return found;
}

const source_call* site_of(const std::vector<source_call>& sites, const char* call,
                         const call_site& at) {
    const std::string file = std::filesystem::path(at.file_name()).filename();
    for (const source_call& site : sites) {
        if (site.call == call && site.file == file && site.line <= at.line() &&
            at.line() <= site.last_line) {
            return &site;
        }
    }
    return nullptr;
}

} // namespace weft::testing
