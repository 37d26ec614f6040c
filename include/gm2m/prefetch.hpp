#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gm2m/many_to_many_field.hpp>

namespace gm2m {

namespace detail {
class QueryCore;
struct QueryState;
/// Queries on different models.
using ModelQueries = std::vector<std::shared_ptr<const QueryState>>;
}  // namespace detail

/// A relation whose objects are to be loaded along with those of a query: a field, or by name a field or a reverse
/// accessor; or by name a foreign key, generic or not, which Database::follow() then goes along without a statement.
/// `Prefetch(preferred_videos).then("user_set")` goes on from the objects loaded. (BEHAVIOUR 5.1, 5.2)
class Prefetch {
public:
    Prefetch(const GM2MField& relation) : relation_(&relation.relation()) {}
    Prefetch(const ManyToManyField& relation) : relation_(&relation.relation()) {}
    Prefetch(std::string_view name) : name_(name) {}
    Prefetch(const char* name) : name_(name) {}
    Prefetch(const std::string& name) : name_(name) {}

    /// Also loads the relation `next` of the objects that this one loads, of those whose model has it.
    Prefetch then(Prefetch next) const {
        Prefetch longer = *this;
        longer.next_.push_back(std::move(next));
        return longer;
    }
    /// Of the query's model, loads only objects for which its conditions hold; for each parent in the query's order,
    /// and at most as many as its slice takes. Models without a query of their own are loaded whole. Where a query has
    /// an order, the objects of a parent come model by model. One query for each model; the last one counts.
    Prefetch with(const detail::QueryCore& query) const;
    /// Of a relation through a model, also loads the rows that link: RelatedSet::all_with_through() is then answered
    /// from what was prefetched. The links are read with them, so that the number of statements is the same. Takes no
    /// queries.
    Prefetch with_through() const {
        Prefetch more = *this;
        more.with_through_ = true;
        return more;
    }

    /// Null if the relation is given by name.
    detail::RelationData* relation() const noexcept { return relation_; }
    const std::string& name() const noexcept { return name_; }
    const std::vector<Prefetch>& next() const noexcept { return next_; }
    const detail::ModelQueries& queries() const noexcept { return queries_; }
    bool has_through() const noexcept { return with_through_; }

private:
    detail::RelationData* relation_ = nullptr;
    std::string name_;
    std::vector<Prefetch> next_;
    detail::ModelQueries queries_;
    bool with_through_ = false;
};

}  // namespace gm2m
