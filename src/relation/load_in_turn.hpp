#pragma once

#include "query/context.hpp"
#include "relation/owners.hpp"

namespace gm2m::relation {

/// load_typed() without a query where an engine runs in the process: one statement, which is executed for the links
/// first and then for the objects that they lead to, each once.
std::vector<Object> load_in_turn(Context& context, detail::RelationData& relation, bool reverse, const Owners& owners,
                                 const Model& near);

}  // namespace gm2m::relation
