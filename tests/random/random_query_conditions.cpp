#include <algorithm>

#include "random/random_query_evaluation.hpp"

namespace gm2m::test {
namespace {

std::string lower(std::string text) {
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

}  // namespace

bool ConditionEvaluation::holds(const std::vector<ConditionPtr>& conditions, WorldObject object) {
    Scope scope{object, 0, {}};
    return all(conditions, 0, scope, [] { return true; });
}

bool ConditionEvaluation::holds(const ConditionPtr& condition, WorldObject object, const std::vector<Choice>& row) {
    Scope scope{object, row.size(), row};
    return holds(*condition, scope, [] { return true; });
}

bool ConditionEvaluation::all(const std::vector<ConditionPtr>& conditions, std::size_t next, Scope& scope,
                              const Rest& rest) {
    if (next == conditions.size())
        return rest();
    // What holds for no choice at all need not be tried with each choice of what stands before it.
    if (next == 0 && conditions.size() > 1)
        for (const ConditionPtr& each : conditions)
            if (!holds(*each, scope, [] { return true; }))
                return false;
    return holds(*conditions[next], scope, [&] { return all(conditions, next + 1, scope, rest); });
}

/// Whether there are choices, those made already included, for which the condition holds and the rest too.
bool ConditionEvaluation::holds(const QueryCondition& condition, Scope& scope, const Rest& rest) {
    using Type = QueryCondition::Type;
    switch (condition.type) {
        case Type::all: return all(condition.children, 0, scope, rest);
        case Type::any:
            return std::ranges::any_of(condition.children, [&](const auto& each) { return holds(*each, scope, rest); });
        case Type::negation: return fails(*condition.children.front(), scope) && rest();
        default: break;
    }
    if (!condition.negated_operator)
        return comparison(condition, scope, rest);
    QueryCondition equal = condition;
    equal.negated_operator = false;
    return fails(equal, scope) && rest();
}

bool ConditionEvaluation::fails(const QueryCondition& condition, const Scope& scope) {
    Scope own{
        scope.object, scope.fixed, {scope.choices.begin(), scope.choices.begin() + static_cast<long>(scope.fixed)}};
    return !holds(condition, own, [] { return true; });
}

bool ConditionEvaluation::comparison(const QueryCondition& condition, Scope& scope, const Rest& rest) {
    if (condition.path.ends_at_relation())
        return lead(condition.path, 0, scope.object, scope,
                    [&](WorldObject chosen) { return relation_is(condition, chosen) && rest(); });
    return value_at(condition.path, scope, [&](const Value& value) {
        std::vector<Value> sides;
        return with_sides(condition, 0, sides, scope, rest, value);
    });
}

/// A side may be a field too, and that have choices of its own.
bool ConditionEvaluation::with_sides(const QueryCondition& condition, std::size_t next, std::vector<Value>& sides,
                                     Scope& scope, const Rest& rest, const Value& value) {
    if (next == condition.sides.size())
        return compare(condition.lookup, value, sides) && rest();
    const auto with = [&](const Value& side) {
        sides.push_back(side);
        const bool found = with_sides(condition, next + 1, sides, scope, rest, value);
        sides.pop_back();
        return found;
    };
    const auto& side = condition.sides[next];
    if (const auto* path = std::get_if<QueryPath>(&side))
        return value_at(*path, scope, with);
    const auto* object = std::get_if<WorldObject>(&side);
    return with(object ? world_.key(*object) : std::get<Value>(side));
}

bool ConditionEvaluation::value_at(const QueryPath& path, Scope& scope, const std::function<bool(const Value&)>& then) {
    if (path.annotation >= 0)
        return then(annotated_(scope.object, path.annotation));
    return lead(path, 0, scope.object, scope,
                [&](WorldObject at) { return then(at ? world_.value(at, path.column) : Value()); });
}

/// Tries what the path may lead to, until `then` is content.
bool ConditionEvaluation::lead(const QueryPath& path, std::size_t next, WorldObject at, Scope& scope,
                               const Then& then) {
    if (next == path.steps.size())
        return then(at);
    const PathStep& step = path.steps[next];
    if (!at)
        return lead(path, next + 1, {}, scope, then);
    if (!step.is_multiple())
        return lead(path, next + 1, world_.foreign(at, step.column), scope, then);
    const auto made = std::ranges::find(scope.choices, path.prefixes[next], &Choice::first);
    if (made != scope.choices.end() && step.to >= 0)
        return choose(path, next, at, made->second, scope, then);
    std::vector<WorldObject> choices = world_.related(at, step);
    if (choices.empty())
        choices.emplace_back();
    for (const WorldObject choice : choices) {
        scope.choices.emplace_back(path.prefixes[next], choice);
        const bool found = choose(path, next, at, choice, scope, then);
        scope.choices.pop_back();
        if (found)
            return true;
    }
    return false;
}

/// Goes on from a choice. From a link to what is gone that is possible only if no other leads to an object, and then
/// everything behind it is missing.
bool ConditionEvaluation::choose(const QueryPath& path, std::size_t next, WorldObject at, WorldObject choice,
                                 Scope& scope, const Then& then) {
    const bool goes_on = next + 1 < path.steps.size() || path.column >= 0;
    if (!goes_on || !choice || !world_.is_gone(choice))
        return lead(path, next + 1, choice, scope, then);
    for (const WorldObject other : world_.related(at, path.steps[next]))
        if (!world_.is_gone(other))
            return false;
    return lead(path, next + 1, {}, scope, then);
}

bool ConditionEvaluation::relation_is(const QueryCondition& condition, WorldObject chosen) const {
    if (condition.lookup == Lookup::isnull)
        return std::get<Value>(condition.sides.front()).get<bool>() == !chosen;
    if (!chosen || (world_.is_gone(chosen) && condition.path.end() >= 0))
        return false;
    return std::ranges::any_of(condition.sides,
                               [&](const auto& side) { return std::get<WorldObject>(side) == chosen; });
}

bool ConditionEvaluation::compare(Lookup lookup, const Value& value, const std::vector<Value>& sides) {
    if (lookup == Lookup::isnull)
        return sides[0].get<bool>() == value.is_null();
    if (lookup == Lookup::in)
        return !value.is_null() && std::ranges::count(sides, value) > 0;
    if (value.is_null() || std::ranges::any_of(sides, &Value::is_null))
        return false;
    switch (lookup) {
        case Lookup::exact: return value == sides[0];
        case Lookup::range: return !(value < sides[0]) && !(sides[1] < value);
        case Lookup::gt: return sides[0] < value;
        case Lookup::gte: return !(value < sides[0]);
        case Lookup::lt: return value < sides[0];
        case Lookup::lte: return !(sides[0] < value);
        default: return compare_text(lookup, value.get<std::string>(), sides[0].get<std::string>());
    }
}

bool ConditionEvaluation::compare_text(Lookup lookup, const std::string& text, const std::string& side) {
    switch (lookup) {
        case Lookup::iexact: return lower(text) == lower(side);
        case Lookup::contains: return text.find(side) != std::string::npos;
        case Lookup::startswith: return text.starts_with(side);
        case Lookup::endswith: return text.ends_with(side);
        case Lookup::icontains: return compare_text(Lookup::contains, lower(text), lower(side));
        case Lookup::istartswith: return compare_text(Lookup::startswith, lower(text), lower(side));
        case Lookup::iendswith: return compare_text(Lookup::endswith, lower(text), lower(side));
        default: break;
    }
    const auto pattern = patterns_.try_emplace(side, side, std::regex::extended).first;
    return std::regex_search(text, pattern->second);
}

}  // namespace gm2m::test
