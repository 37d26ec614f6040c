#pragma once

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// What execute() would do, counted.
Deleted count(Context& context, const Collected& collected);

}  // namespace gm2m::deletion
