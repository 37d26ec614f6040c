#pragma once

#include "query/context.hpp"

namespace gm2m::relation {

/// Gives every model that occurs in a join table its reverse relation. (BEHAVIOUR 3.3)
void discover(Context& context);

}  // namespace gm2m::relation
