#pragma once

#include <gm2m/query_set.hpp>

namespace gm2m::detail {

/// What a query set has gathered; shared between the values that derive from one another.
struct QueryState {
    Context* context;
    const Model* model;

    /// One for each call of filter() or exclude(): what bears on one related object stays together.
    std::vector<Condition> filters;
    std::vector<OrderTerm> order;
    bool reversed = false;
    bool distinct = false;
    std::int64_t offset = 0;
    std::optional<std::int64_t> limit = {};
    std::vector<std::pair<std::string, Aggregate>> annotations;

    /// What is done with the objects of a fetch: prefetching.
    std::vector<std::function<void(Context&, std::span<const Object>)>> after_fetch;

    bool is_sliced() const noexcept { return offset > 0 || limit; }
};

}  // namespace gm2m::detail
