#include <algorithm>

#include "random/random_query_generator.hpp"

namespace gm2m::test {

using Type = QueryCondition::Type;

ConditionPtr RandomQueryGenerator::condition(int depth) {
    const unsigned choice = below(100);
    if (depth == 0 || choice < 25 || comparisons_left_ < 2) {
        --comparisons_left_;
        return comparison();
    }
    auto node = std::make_shared<QueryCondition>();
    node->type = choice < 55 ? Type::all : choice < 80 ? Type::any : Type::negation;
    for (unsigned i = node->type == Type::negation ? 1 : 2 + below(2); i > 0; --i)
        node->children.push_back(condition(depth - 1));
    return node;
}

ConditionPtr RandomQueryGenerator::comparison() {
    if (with_annotations_ && !query_.annotations.empty() && chance(25))
        return annotation_comparison();
    QueryPath path = path_for_condition();
    return path.ends_at_relation() ? relation_comparison(std::move(path)) : field_comparison(std::move(path));
}

/// A relation itself: what it leads to, or whether it leads to anything.
ConditionPtr RandomQueryGenerator::relation_comparison(QueryPath path) {
    auto node = std::make_shared<QueryCondition>();
    const PathStep& last = path.steps.back();
    const auto object = [&] {
        const std::vector<int>& targets = world_.relations()[last.relation].targets;
        const int target = last.to >= 0 ? last.to : targets[below(targets.size())];
        return world_.any_object(target, random_);
    };
    if (chance(40)) {
        node->lookup = Lookup::isnull;
        node->sides.emplace_back(Value(chance(50)));
    } else {
        node->lookup = last.to < 0 || chance(50) ? Lookup::exact : Lookup::in;
        node->negated_operator = node->lookup == Lookup::exact && chance(20);
        for (unsigned i = node->lookup == Lookup::exact ? 1 : below(5); i > 0; --i)
            node->sides.emplace_back(object());
    }
    node->path = std::move(path);
    return node;
}

ConditionPtr RandomQueryGenerator::field_comparison(QueryPath path) {
    auto node = std::make_shared<QueryCondition>();
    const int model = path.end(), column = path.column;
    const Compared compared{kind_at(path), model, column};
    node->path = std::move(path);
    node->lookup = lookup(compared);
    add_sides(*node, compared);
    return node;
}

ConditionPtr RandomQueryGenerator::annotation_comparison() {
    auto node = std::make_shared<QueryCondition>();
    const int annotation = static_cast<int>(below(query_.annotations.size()));
    const QueryAggregate& aggregate = query_.annotations[annotation];
    const bool is_of_column =
        aggregate.function == Aggregate::Function::min || aggregate.function == Aggregate::Function::max;
    const Compared compared{kind_of(aggregate), is_of_column ? aggregate.path.end() : -1,
                            is_of_column ? aggregate.path.column : -1};
    node->path = annotation_path(annotation);
    node->lookup = lookup(compared);
    add_sides(*node, compared);
    return node;
}

void RandomQueryGenerator::add_sides(QueryCondition& condition, const Compared& compared) {
    condition.negated_operator = condition.lookup == Lookup::exact && chance(20);
    unsigned count = 1;
    if (condition.lookup == Lookup::in)
        count = below(5);
    else if (condition.lookup == Lookup::range)
        count = 2;
    for (; count > 0; --count)
        condition.sides.push_back(side(condition, compared));
}

/// A value, an object where the column is a foreign key, or a field of the same kind.
QueryCondition::Side RandomQueryGenerator::side(const QueryCondition& condition, const Compared& compared) {
    if (condition.lookup == Lookup::isnull)
        return Value(chance(50));
    if (condition.lookup >= Lookup::contains || condition.lookup == Lookup::iexact)
        return text_value(condition.lookup, compared);
    if (compared.column >= 0 && condition.path.annotation < 0) {
        const int target = world_.models()[compared.model].columns[compared.column].target;
        if (target >= 0 && (condition.lookup == Lookup::exact || condition.lookup == Lookup::in) && chance(50))
            return world_.any_object(target, random_);
        if (condition.lookup != Lookup::in && chance(20))
            if (auto path = path_beside(condition.path, compared.kind))
                return *path;
    }
    return value(compared);
}

Lookup RandomQueryGenerator::lookup(const Compared& compared) {
    std::vector<Lookup> lookups{Lookup::exact, Lookup::exact, Lookup::in, Lookup::isnull};
    if (compared.kind != Kind::uuid && compared.kind != Kind::boolean && (compared.kind != Kind::text || orders_text_))
        lookups.insert(lookups.end(), {Lookup::range, Lookup::gt, Lookup::gte, Lookup::lt, Lookup::lte});
    if (compared.kind == Kind::text)
        lookups.insert(lookups.end(), {Lookup::iexact, Lookup::contains, Lookup::icontains, Lookup::startswith,
                                       Lookup::istartswith, Lookup::endswith, Lookup::iendswith, Lookup::regex});
    return lookups[below(lookups.size())];
}

/// One that some object has, or one near it.
Value RandomQueryGenerator::value(const Compared& compared) {
    if (compared.column < 0)
        return compared.kind == Kind::real ? Value(below(16) * 0.5 - 1) : Value(static_cast<int>(below(14)) - 2);
    for (int attempt = 0; attempt < 4; ++attempt) {
        Value found = world_.value(world_.any_object(compared.model, random_), compared.column);
        if (!found.is_null())
            return found;
    }
    switch (compared.kind) {
        case Kind::text: return Value("none");
        case Kind::real: return Value(0.5);
        case Kind::date: return Value(Date(std::chrono::days(1)));
        case Kind::boolean: return Value(true);
        case Kind::uuid: return Value(Uuid());
        default: return Value(1);
    }
}

/// A part of a text that some object has. Where case is ignored it is ASCII: SQLite knows no other cases.
Value RandomQueryGenerator::text_value(Lookup lookup, const Compared& compared) {
    if (lookup == Lookup::regex)
        return Value(pattern());
    std::string text = value(compared).get<std::string>();
    const bool is_ascii = std::ranges::all_of(text, [](unsigned char c) { return c < 128; });
    if (!is_ascii)
        return Value(lookup == Lookup::contains || lookup == Lookup::startswith || lookup == Lookup::endswith ? text
                                                                                                              : "z");
    if (lookup != Lookup::iexact && !text.empty() && chance(70)) {
        const std::size_t from = below(text.size());
        text = text.substr(from, 1 + below(3));
    }
    if (chance(30))
        std::ranges::transform(text, text.begin(),
                               [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return Value(text);
}

/// What POSIX, PostgreSQL and the standard library read alike.
std::string RandomQueryGenerator::pattern() {
    constexpr const char* parts[] = {"a", "b", "l", "i", "[a-l]", "[0-9]", ".*", "A", "(a|A)", "e+", "n?", "_", "%"};
    std::string pattern = chance(25) ? "^" : "";
    for (unsigned i = 1 + below(3); i > 0; --i)
        pattern += parts[below(std::size(parts))];
    return pattern + (chance(25) ? "$" : "");
}

}  // namespace gm2m::test
