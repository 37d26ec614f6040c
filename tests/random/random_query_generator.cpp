#include "random/random_query_generator.hpp"

#include <algorithm>

namespace gm2m::test {

using Terminal = RandomQuery::Terminal;

RandomQueryGenerator::RandomQueryGenerator(const RandomQueryWorld& world, unsigned seed)
    : world_(world), orders_text_(world.orders_text_by_code_point()), random_(seed) {}

RandomQuery RandomQueryGenerator::query() {
    query_ = {};
    comparisons_left_ = 3 + static_cast<int>(below(9));
    query_.model = static_cast<int>(below(world_.models().size()));
    constexpr Terminal terminals[] = {Terminal::fetch,  Terminal::fetch,   Terminal::fetch,  Terminal::fetch,
                                      Terminal::count,  Terminal::count,   Terminal::exists, Terminal::first,
                                      Terminal::last,   Terminal::in_bulk, Terminal::values, Terminal::values,
                                      Terminal::values, Terminal::group,   Terminal::group,  Terminal::aggregate};
    query_.terminal = terminals[below(std::size(terminals))];
    if (chance(30))
        annotate();
    for (unsigned calls = below(4); calls > 0 && comparisons_left_ > 0; --calls)
        add_call();
    finish();
    return std::move(query_);
}

void RandomQueryGenerator::annotate() {
    for (unsigned i = 0; i < 1 + below(2); ++i)
        query_.annotations.push_back(aggregate("a" + std::to_string(i), true));
}

void RandomQueryGenerator::add_call() {
    visited_.clear();
    RandomQuery::Call call{chance(25), {}};
    for (unsigned i = 0; i < 1 + below(3); ++i)
        call.conditions.push_back(condition(static_cast<int>(below(4))));
    query_.calls.push_back(std::move(call));
}

void RandomQueryGenerator::finish() {
    switch (query_.terminal) {
        case Terminal::values:
            for (unsigned i = 0; i < 1 + below(3); ++i)
                query_.columns.push_back(!query_.annotations.empty() && chance(30) ? annotation_path(0) : field_path());
            query_.distinct = chance(50);
            // Else the order would tell apart rows that distinct() makes one.
            query_.distinct ? order_by_columns() : add_order();
            break;
        case Terminal::group:
            for (unsigned i = 0; i < 1 + below(2); ++i)
                query_.columns.push_back(field_path());
            [[fallthrough]];
        case Terminal::aggregate:
            for (unsigned i = 0; i < 1 + below(3); ++i)
                query_.aggregates.push_back(aggregate("x" + std::to_string(i), false));
            return;
        case Terminal::in_bulk:
            for (unsigned i = 0; i < below(10); ++i)
                query_.keys.push_back(world_.key(world_.any_object(query_.model, random_)));
            return;
        default:
            query_.distinct = chance(15);  // of values() alone: the objects are all different
            add_order();
    }
    if (!query_.order.empty() && query_.terminal != Terminal::last && chance(40))
        slice();
}

void RandomQueryGenerator::add_order() {
    if (chance(30))
        return;
    for (unsigned i = 0; i < below(3); ++i) {
        QueryPath path = !query_.annotations.empty() && chance(40) ? annotation_path(0) : field_path();
        if (kind_at(path) == Kind::text && !orders_text_)
            continue;
        query_.order.push_back({std::move(path), chance(50), static_cast<Nulls>(below(3))});
    }
    if (world_.models()[query_.model].columns[0].kind != Kind::text || orders_text_) {
        query_.order.push_back({key_path(), chance(50), Nulls::standard});
        query_.reverse = chance(20);
    } else {
        query_.order.clear();
    }
}

void RandomQueryGenerator::order_by_columns() {
    const auto orders_by_text = [&](const QueryPath& path) { return kind_at(path) == Kind::text && !orders_text_; };
    if (chance(40) || std::ranges::any_of(query_.columns, orders_by_text))
        return;
    for (const QueryPath& column : query_.columns)
        query_.order.push_back({column, chance(50), static_cast<Nulls>(below(3))});
}

void RandomQueryGenerator::slice() {
    query_.offset = chance(60) ? below(12) : 0;
    if (query_.offset == 0 || chance(60))
        query_.limit = below(12);
}

QueryPath RandomQueryGenerator::annotation_path(int annotation) {
    QueryPath path;
    path.root = query_.model;
    path.annotation = annotation;
    path.text = query_.annotations[annotation].name;
    return path;
}

/// Of an annotation or of a field over foreign keys.
Kind RandomQueryGenerator::kind_at(const QueryPath& path) const {
    if (path.annotation >= 0)
        return kind_of(query_.annotations[path.annotation]);
    return world_.models()[path.end()].columns[path.column].kind;
}

Kind RandomQueryGenerator::kind_of(const QueryAggregate& aggregate) const {
    if (aggregate.function == Aggregate::Function::count)
        return Kind::big_integer;
    if (aggregate.function == Aggregate::Function::avg)
        return Kind::real;
    const Kind kind = world_.models()[aggregate.path.end()].columns[aggregate.path.column].kind;
    return aggregate.function == Aggregate::Function::sum && kind != Kind::real ? Kind::big_integer : kind;
}

bool RandomQueryGenerator::may_aggregate(const QueryAggregate& aggregate, bool related) const {
    using Function = Aggregate::Function;
    const QueryPath& path = aggregate.path;
    if (path.is_multiple() < related)
        return false;
    if (path.end() < 0)  // links to objects of any models
        return aggregate.function == Function::count && !aggregate.distinct;
    // Over all rows and what is related to them: there the library takes an average of none, and values once for each
    // row rather than once.
    if (!related && path.is_multiple() && (aggregate.function == Function::avg || aggregate.distinct))
        return false;
    if (aggregate.function == Function::count || path.ends_at_relation())
        return aggregate.function == Function::count;
    const RandomQueryWorld::Column& column = world_.models()[path.end()].columns[path.column];
    const bool is_extreme = aggregate.function == Function::min || aggregate.function == Function::max;
    switch (column.kind) {
        case Kind::text: return is_extreme && orders_text_;
        case Kind::date: return is_extreme;
        case Kind::boolean:
        case Kind::uuid: return false;
        default: return true;
    }
}

/// Over a relation, if it is for annotate(); else perhaps.
QueryAggregate RandomQueryGenerator::aggregate(const std::string& name, bool related) {
    QueryAggregate aggregate;
    aggregate.name = name;
    do {
        aggregate.function = static_cast<Aggregate::Function>(chance(30) ? 0 : below(5));
        aggregate.path = aggregate_path(related);
        aggregate.distinct = chance(25);
    } while (!may_aggregate(aggregate, related));
    if (aggregate.path.end() >= 0 && chance(35)) {
        // The name of an annotation is not known there.
        with_annotations_ = false;
        within_ = aggregate.path.is_multiple() ? &aggregate.path : nullptr;
        visited_.clear();
        aggregate.filter = condition(static_cast<int>(below(2)));
        within_ = nullptr;
        with_annotations_ = true;
    }
    return aggregate;
}

}  // namespace gm2m::test
