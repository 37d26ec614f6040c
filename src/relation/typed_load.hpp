#pragma once

#include "query/context.hpp"
#include "relation/owners.hpp"

namespace gm2m::relation {

/// Loads the far objects of the owners, which are of the model `near`, where all far objects are of one model, and
/// gives them to the owners: one statement, or two for many owners. Of the query's objects alone, if there is one.
/// Returns them, each once.
std::vector<Object> load_typed(Context& context, detail::RelationData& relation, bool reverse, const Owners& owners,
                               const Model& near, const detail::QueryState* query);

}  // namespace gm2m::relation
