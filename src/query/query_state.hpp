#pragma once

#include <gm2m/query_set.hpp>

namespace gm2m::detail {

/// An object whose links a query is restricted to.
struct LinkedTo {
    RelationData* relation;
    bool reverse;
    const Model* near;
    Value key;
    std::vector<OrderTerm> order = {};  // of fields of the through model, in place of that of the links
};

/// What a query set has gathered; shared between the values that derive from one another.
struct QueryState {
    Context* context;
    const Model* model;

    std::optional<LinkedTo> linked = {};
    /// One for each call of filter() or exclude(): what bears on one related object stays together.
    std::vector<Condition> filters;
    std::vector<OrderTerm> order;
    bool reversed = false;
    bool distinct = false;
    std::int64_t offset = 0;
    std::optional<std::int64_t> limit = {};
    std::vector<std::pair<std::string, Aggregate>> annotations;

    /// What is done with the objects of a fetch: prefetching.
    struct Work {
        std::function<void(Context&, const Model&)> check;  // throws before anything runs
        std::function<void(Context&, std::span<const Object>)> run;
    };
    std::vector<Work> after_fetch;

    bool is_sliced() const noexcept { return offset > 0 || limit; }
    /// Whether it has an order of its own.
    bool is_ordered() const noexcept { return !order.empty() || reversed; }
};

/// Adds a query, in the place of one on the same model.
void replace_query(ModelQueries& queries, const std::shared_ptr<const QueryState>& query);

}  // namespace gm2m::detail
