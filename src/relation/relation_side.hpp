#pragma once

#include "query/context.hpp"

namespace gm2m::relation {

/// A relation as seen from one of its ends.
struct RelationSide {
    detail::RelationData* relation;
    bool reverse;

    /// The model that an object of `model`, which is on this side, counts as: the one that links have in their columns.
    const Model& near(const Model& model) const;
};

/// The relation of `model`, or the reverse accessor on it, of that name. Throws NoReverseRelation, saying what to do,
/// or ConfigurationError if two relations claim the name. (BEHAVIOUR 3.1, 3.2) What was found is remembered until the
/// registry changes.
RelationSide find_side(Context& context, const Model& model, std::string_view name);

}  // namespace gm2m::relation
