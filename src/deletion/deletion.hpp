#pragma once

#include <gm2m/content_types.hpp>
#include <gm2m/deletion.hpp>

#include "model/access.hpp"
#include "query/context.hpp"

namespace gm2m::deletion {

/// Deletes the row of an object, and its links in every relation of the registry, on both sides, whether or not the
/// reverse relation is known in this process. One transaction, one round trip.
Deleted remove(Context& context, const ObjectView& object);

/// Removes the stale content types and the links that name them.
std::vector<ContentType> remove_stale(Context& context, bool of_unknown_apps);

}  // namespace gm2m::deletion
