#pragma once

#include <iosfwd>

#include "models.hpp"

namespace atlas {

/// Prints what is related to the country, and the countries with which it shares that. Reads only.
void report(std::ostream& out, gm2m::Database& db, const Atlas& atlas, const gm2m::Instance<Country>& country);

}  // namespace atlas
