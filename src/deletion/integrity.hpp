#pragma once

#include <gm2m/verify.hpp>

#include "query/context.hpp"

namespace gm2m::deletion {

/// See gm2m::verify().
std::vector<Inconsistency> verify(Context& context, const VerifyOptions& options);

}  // namespace gm2m::deletion
