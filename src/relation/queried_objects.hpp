#pragma once

#include <gm2m/object.hpp>

#include "query/query_state.hpp"

namespace gm2m::relation {

/// A query on the linked objects of one model: the query that was given for the model, or all of it.
detail::QueryState linked_query(Context& context, const detail::LinkedTo& linked, const Model& model,
                                const detail::QueryState* given);

/// Throws what does not fit the query's model.
void check_query(Context& context, const detail::QueryState& query);
/// The objects of such queries, one for each model, in one round trip: in the order of linking (compact layout: model
/// by model, of key text), or model by model if one of the queries has an order.
std::vector<Object> load_queried(Context& context, const std::vector<detail::QueryState>& queries);
/// How many objects the query has. 1 statement.
std::size_t count_queried(const detail::QueryState& query);
/// Whether the object with that key is among them. 1 statement.
bool contains_queried(const detail::QueryState& query, const Value& key);

}  // namespace gm2m::relation
