#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

namespace gm2m::query {

/// Conditions as one: "(a) AND (b)"; a single one stays as it is.
inline std::string joined(const std::vector<std::string>& parts, std::string_view with) {
    if (parts.size() == 1)
        return parts.front();
    std::string all;
    for (const std::string& part : parts)
        all += fmt::format("{}({})", all.empty() ? "" : with, part);
    return all;
}

}  // namespace gm2m::query
