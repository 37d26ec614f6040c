#include "backend/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

#include <fmt/format.h>

namespace gm2m {
namespace {

/// Levenshtein's distance, upper and lower case being equal.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const bool equal = std::tolower(static_cast<unsigned char>(a[i])) ==
                               std::tolower(static_cast<unsigned char>(b[j]));
            const std::size_t replaced = diagonal + (equal ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
    constexpr std::size_t offered = 3, longest = 200;
    if (name.size() > longest)
        return "";
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string& candidate : candidates) {
        std::size_t edits = distance(name, candidate);
        // "Movie" for "cinema.Movie".
        if (const auto dot = candidate.rfind('.'); dot != std::string::npos && name.find('.') == std::string_view::npos)
            edits = std::min(edits, distance(name, std::string_view(candidate).substr(dot + 1)));
        if (edits <= std::max<std::size_t>(2, std::max(name.size(), candidate.size()) / 3))
            near.emplace_back(edits, candidate);
    }
    if (near.empty())
        return "";
    std::ranges::stable_sort(near, {}, [](const auto& entry) { return entry.first; });
    near.resize(std::min(near.size(), offered));
    std::string names;
    for (std::size_t i = 0; i < near.size(); ++i)
        names += fmt::format("{}'{}'", i == 0 ? "" : i + 1 == near.size() ? " or " : ", ", near[i].second);
    return fmt::format("; did you mean {}?", names);
}

}  // namespace gm2m
