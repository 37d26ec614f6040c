#pragma once

#include <functional>
#include <map>
#include <regex>

#include "random/random_query.hpp"

namespace gm2m::test {

/// Conditions, evaluated on one object after the other, by what the documents say about them:
/// - One call of filter() holds for an object if there is a choice of related objects, one for each relation that its
///   paths lead over, for which its conditions hold together. An object that has none over a relation has a choice
///   nevertheless, in which everything behind that relation is missing.
/// - What is missing compares with nothing: only isnull() holds for it.
/// - A negation holds for all objects for which its condition, as a call of its own, does not hold.
/// - A link whose target is gone is a link: isnull() of the relation and a relation to objects of any models know it.
///   It is no related object where the path goes on, or where one model's objects are compared with objects.
/// - Conditions on a relation to objects of any models itself say what is linked, each for itself.
/// In the filter of an aggregate the object is one of the aggregate's rows: the related objects that its path has led
/// over are chosen already. A link to what is gone is no such row.
class ConditionEvaluation {
public:
    using Annotated = std::function<Value(WorldObject, int annotation)>;
    /// A related object, or none, by the path that leads to it.
    using Choice = std::pair<std::string_view, WorldObject>;

    ConditionEvaluation(const RandomQueryWorld& world, Annotated annotated)
        : world_(world), annotated_(std::move(annotated)) {}

    bool holds(const std::vector<ConditionPtr>& conditions, WorldObject object);
    bool holds(const ConditionPtr& condition, WorldObject object, const std::vector<Choice>& row);

private:
    struct Scope {
        WorldObject object;
        std::size_t fixed;  // of the choices: an aggregate's row
        std::vector<Choice> choices;
    };
    using Rest = std::function<bool()>;
    using Then = std::function<bool(WorldObject)>;

    bool all(const std::vector<ConditionPtr>& conditions, std::size_t next, Scope& scope, const Rest& rest);
    bool holds(const QueryCondition& condition, Scope& scope, const Rest& rest);
    bool fails(const QueryCondition& condition, const Scope& scope);
    bool comparison(const QueryCondition& condition, Scope& scope, const Rest& rest);
    bool with_sides(const QueryCondition& condition, std::size_t next, std::vector<Value>& sides, Scope& scope,
                    const Rest& rest, const Value& value);

    bool lead(const QueryPath& path, std::size_t next, WorldObject at, Scope& scope, const Then& then);
    bool choose(const QueryPath& path, std::size_t next, WorldObject at, WorldObject choice, Scope& scope,
                const Then& then);
    bool value_at(const QueryPath& path, Scope& scope, const std::function<bool(const Value&)>& then);
    bool relation_is(const QueryCondition& condition, WorldObject chosen) const;
    bool compare(Lookup lookup, const Value& value, const std::vector<Value>& sides);
    bool compare_text(Lookup lookup, const std::string& text, const std::string& side);

    const RandomQueryWorld& world_;
    Annotated annotated_;
    std::map<std::string, std::regex> patterns_;
};

/// What a query gives, evaluated in memory.
Answer evaluate(const RandomQuery& query, const RandomQueryWorld& world);

}  // namespace gm2m::test
