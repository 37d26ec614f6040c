#pragma once

#include <gm2m/related_manager.hpp>

#include "query/context.hpp"

namespace gm2m::relation {

/// The sources with the most targets in common with the source of that key; of the content types given, or of all.
std::vector<InCommon> most_in_common(Context& context, const GM2MField& field, const Value& source,
                                     const std::optional<std::vector<int>>& only, std::size_t limit);
/// The near objects with the most far objects in common with that one, on a side where all far objects are of one
/// model.
std::vector<InCommon> most_in_common(Context& context, detail::RelationData& relation, bool reverse, const Model& near,
                                     const Value& key, std::size_t limit);

}  // namespace gm2m::relation
