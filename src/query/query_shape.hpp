#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/query_state.hpp"

namespace gm2m::query {

/// What the text of a query's statement depends on, and what it does not: the values with which fields are compared.
struct QueryShape {
    /// Equal for queries on one model that have one text.
    std::string key;
    /// All operands of the query's conditions, in an order that goes with the key.
    std::vector<const Operand*> operands;

    /// Nothing for a query that is hardly repeated, or has values elsewhere: with annotations, or restricted to links.
    static std::optional<QueryShape> of(const detail::QueryState& state);
};

}  // namespace gm2m::query
