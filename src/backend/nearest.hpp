#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gm2m {

/// "; did you mean 'title' or 'titles'?", or nothing if none of the candidates is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace gm2m
