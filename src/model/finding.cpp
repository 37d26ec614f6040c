#include <gm2m/finding.hpp>

#include <fmt/format.h>

namespace gm2m {
namespace {

std::string_view name_of(Level level) {
    switch (level) {
        case Level::info: return "note";
        case Level::warning: return "warning";
        case Level::error: break;
    }
    return "error";
}

}  // namespace

std::string to_string(const Finding& finding) {
    std::string text;
    if (finding.location.line() != 0)
        text = fmt::format("{}:{}: ", finding.location.file_name(), finding.location.line());
    text += fmt::format("{}: ", name_of(finding.level));
    if (!finding.subject.empty())
        text += fmt::format("{}: ", finding.subject);
    text += fmt::format("{} [{}]", finding.message, finding.id);
    if (!finding.hint.empty())
        text += fmt::format("\n  hint: {}", finding.hint);
    return text;
}

std::string to_string(std::span<const Finding> findings) {
    std::string text;
    for (const Finding& finding : findings)
        text += to_string(finding) + "\n";
    return text;
}

}  // namespace gm2m
