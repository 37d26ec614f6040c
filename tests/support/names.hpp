#pragma once

#include <set>
#include <string>
#include <vector>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {

/// "cinema.Movie:5" of each, objects or references, in the order given.
template <class T = Object>
std::vector<std::string> names_in_order(const std::vector<T>& all) {
    std::vector<std::string> names;
    for (const T& each : all)
        names.push_back(each.to_string());
    return names;
}

/// The same in any order, and each once.
template <class T = Object>
std::set<std::string> set_of_names(const std::vector<T>& all) {
    const std::vector<std::string> names = names_in_order(all);
    return {names.begin(), names.end()};
}

}  // namespace gm2m::test
