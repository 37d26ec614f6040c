#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <gm2m/object.hpp>

namespace atlas {

/// "Swiss Franc (CHF)": an object of any of the models, in words.
std::string describe(const gm2m::Object& object);

/// Writes the names sorted, with commas, in lines of 100 columns under an indented first line; no more than `most`.
void print_list(std::ostream& out, std::vector<std::string> names, std::size_t most = static_cast<std::size_t>(-1));

}  // namespace atlas
