#pragma once

#include <iosfwd>
#include <string_view>
#include <vector>

#include "models.hpp"

namespace atlas {

struct Edit {
    std::vector<gm2m::Object> add;
    std::vector<gm2m::Object> remove;
    bool keep = false;
};

/// The object that "Currency:CHF" or "TimeZone:279" names, a model and a key.
/// Throws gm2m::UnknownModel, gm2m::InvalidValue, gm2m::DoesNotExist.
gm2m::Object find_object(gm2m::Database& db, std::string_view reference);

/// Links and unlinks in one transaction, prints what that changes on both sides, and takes it back unless it is to be
/// kept.
void apply(std::ostream& out, gm2m::Database& db, const Atlas& atlas, const gm2m::Instance<Country>& country,
           const Edit& edit);

}  // namespace atlas
