#pragma once

#include <variant>

#include "random/random_query_world.hpp"

namespace gm2m::test {

/// A path as it was made up: steps from model to model, and what stands at their end.
struct QueryPath {
    int root = 0;  // the model
    std::vector<PathStep> steps;
    /// A path of steps alone, up to and including each: what names a related object within one call of filter().
    std::vector<std::string> prefixes;
    int column = -1;      // of the last model; none if the path ends at a relation
    int annotation = -1;  // it is the name of an annotation
    std::string text;

    /// The last model; -1 after a relation to objects of any models.
    int end() const { return steps.empty() ? root : steps.back().to; }
    bool ends_at_relation() const { return column < 0 && annotation < 0; }
    bool is_multiple() const;
    void add(const PathStep& step);
};

struct QueryCondition;
using ConditionPtr = std::shared_ptr<const QueryCondition>;

/// A tree of conditions.
struct QueryCondition {
    enum class Type { all, any, negation, comparison };
    using Side = std::variant<Value, WorldObject, QueryPath>;

    Type type = Type::comparison;
    std::vector<ConditionPtr> children;
    // a comparison
    QueryPath path;
    Lookup lookup = Lookup::exact;
    bool negated_operator = false;  // != instead of ==
    std::vector<Side> sides;
};

struct QueryAggregate {
    std::string name;
    Aggregate::Function function = Aggregate::Function::count;
    QueryPath path;
    ConditionPtr filter;
    bool distinct = false;
};

/// A query as data: to be run, to be evaluated in memory, to be printed, to be made smaller.
struct RandomQuery {
    enum class Terminal { fetch, count, exists, first, last, in_bulk, values, aggregate, group };
    struct Call {
        bool exclude = false;
        std::vector<ConditionPtr> conditions;
    };
    struct Order {
        QueryPath path;
        bool descending = false;
        Nulls nulls = Nulls::standard;
    };

    int model = 0;
    std::vector<QueryAggregate> annotations;
    std::vector<Call> calls;
    std::vector<Order> order;
    bool reverse = false;
    bool distinct = false;
    std::int64_t offset = 0;
    std::optional<std::int64_t> limit;
    Terminal terminal = Terminal::fetch;
    std::vector<Value> keys;                 // in_bulk
    std::vector<QueryPath> columns;          // values, group
    std::vector<QueryAggregate> aggregates;  // aggregate, group

    bool is_sliced() const { return offset > 0 || limit; }
};

/// What a query gives, as text: in order, or sorted where it has none.
using Answer = std::vector<std::string>;

/// The query as C++.
std::string text_of(const RandomQuery& query, const RandomQueryWorld& world);
std::string text_of(const Value& value);

/// Asks the database; an exception is an answer too. `sql` is what fetch() would run.
Answer ask(const RandomQuery& query, RandomQueryWorld& world, std::string* sql = nullptr);

}  // namespace gm2m::test
