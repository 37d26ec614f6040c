#include "relation/missing_target.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace gm2m::relation {

bool is_missing_target(const IntegrityError& error, std::string_view column) {
    // The column is named in every language that the engine speaks.
    return error.constraint() == IntegrityError::Constraint::not_null &&
           std::string_view(error.what()).find(column) != std::string_view::npos;
}

void throw_missing_target(const IntegrityError& error, std::span<const Reference> targets) {
    std::string what;
    if (targets.size() == 1) {
        what = targets.front().to_string();
    } else {
        std::vector<std::string> labels;
        for (const Reference& target : targets)
            if (std::ranges::find(labels, target.model->label()) == labels.end())
                labels.push_back(target.model->label());
        what = fmt::format("at least one of the {} objects of {}", targets.size(), fmt::join(labels, ", "));
    }
    throw IntegrityError(
        fmt::format("{} does not exist (any more): nothing was linked; insert it first, or leave it out", what),
        error.code(), error.sql(), IntegrityError::Constraint::foreign_key);
}

}  // namespace gm2m::relation
