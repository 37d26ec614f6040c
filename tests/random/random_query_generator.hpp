#pragma once

#include "random/random_query.hpp"

namespace gm2m::test {

/// Makes up queries on a world. The same seed gives the same queries.
class RandomQueryGenerator {
public:
    RandomQueryGenerator(const RandomQueryWorld& world, unsigned seed);

    RandomQuery query();

private:
    using Condition = QueryCondition;
    /// What a column holds, as far as comparisons go; an annotation that is a number has no column.
    struct Compared {
        Kind kind;
        int model, column;
    };

    void annotate();
    void add_call();
    void add_order();
    void order_by_columns();
    void slice();
    void finish();

    ConditionPtr condition(int depth);
    ConditionPtr comparison();
    ConditionPtr annotation_comparison();
    ConditionPtr relation_comparison(QueryPath path);
    ConditionPtr field_comparison(QueryPath path);
    void add_sides(Condition& condition, const Compared& compared);
    Condition::Side side(const Condition& condition, const Compared& compared);
    Lookup lookup(const Compared& compared);
    Value value(const Compared& compared);
    Value text_value(Lookup lookup, const Compared& compared);
    std::string pattern();

    QueryPath path(unsigned most_steps, bool multiple);
    QueryPath path_for_condition();
    void extend(QueryPath& path, unsigned most_steps, bool multiple);
    void end_at(QueryPath& path, int column);
    void end_at_any_column(QueryPath& path);
    QueryPath field_path();
    QueryPath key_path();
    std::optional<QueryPath> path_beside(const QueryPath& path, Kind kind);
    QueryPath path_within();
    QueryPath aggregate_path(bool related);
    QueryPath annotation_path(int annotation);
    QueryAggregate aggregate(const std::string& name, bool related);
    Kind kind_at(const QueryPath& path) const;
    Kind kind_of(const QueryAggregate& aggregate) const;
    bool may_aggregate(const QueryAggregate& aggregate, bool related) const;

    unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }
    bool chance(unsigned percent) { return below(100) < percent; }

    const RandomQueryWorld& world_;
    const bool orders_text_;
    std::mt19937 random_;
    RandomQuery query_;
    /// Where the paths of the conditions of one call have been: others go there too.
    std::vector<QueryPath> visited_;
    /// While the filter of an aggregate over a relation is made up: the way to what is aggregated, as visited.
    const QueryPath* within_ = nullptr;
    bool with_annotations_ = true;
    /// How many comparisons the query may still have, about: one that is too large takes the planner longer than all
    /// others.
    int comparisons_left_ = 0;
};

}  // namespace gm2m::test
