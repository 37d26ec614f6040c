#pragma once

#include <gm2m/related_manager.hpp>

#include "query/context.hpp"
#include "query/query_state.hpp"
#include "relation/owners.hpp"

/// The rows of through models, with what they link. (BEHAVIOUR 4.3)
namespace gm2m::relation {

/// The objects of a model with these keys, in any order. 1 statement, or as many as the keys need.
std::vector<Object> rows_by_key(Context& context, const Model& model, std::span<const Value> keys);

/// Whose rows are wanted, and which.
struct ThroughQuery {
    const GM2MField& field;
    bool reverse;
    const Model& near;
    std::optional<std::vector<const Model*>> only = {};  // models of the linked objects
    std::vector<OrderTerm> order = {};                   // else that of all()
};

/// The linked objects of one object, each with the row that links it, in that order; those that are gone are left
/// out. 1 statement for the rows, 1 per model.
std::vector<Linked<>> linked_with_rows(Context& context, const ThroughQuery& wanted, const Value& near_key);

/// Puts targets of one source into that order, by the first row that links each. 1 statement.
void sort_by_rows(Context& context, const ThroughQuery& wanted, const Value& source, std::vector<Object>& targets);

/// linked_with_rows() of many objects, which are of the model near: they are given to them. Returns the linked objects,
/// each once.
std::vector<Object> load_with_rows(Context& context, const ThroughQuery& wanted, const Owners& owners);

}  // namespace gm2m::relation
