#pragma once

#include <functional>

#include "random/random_query.hpp"

namespace gm2m::test {

/// The smallest query that still fails and comes from this one by leaving parts of it out, one at a time.
RandomQuery shrink(RandomQuery query, const std::function<bool(const RandomQuery&)>& fails);

}  // namespace gm2m::test
