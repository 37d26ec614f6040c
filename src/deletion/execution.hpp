#pragma once

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// Carries a deletion out in dependency order: foreign keys of what stays, links, then rows, those that refer to others
/// first. One transaction, one round trip; one statement more for each slice of
/// objects that refer to each other and need several.
Deleted execute(Context& context, const Collected& collected);

}  // namespace gm2m::deletion
