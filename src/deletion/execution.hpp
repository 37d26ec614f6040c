#pragma once

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// Carries a deletion out in dependency order: foreign keys of what stays, links, then rows, those that refer to others
/// first. One transaction, one round trip. `lock_first`: nothing has locked the rows yet.
Deleted execute(Context& context, const Collected& collected, bool lock_first);

/// What execute() would do, counted.
Deleted count(Context& context, const Collected& collected);

}  // namespace gm2m::deletion
