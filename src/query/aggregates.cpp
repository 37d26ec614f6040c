#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "query/kinds.hpp"
#include "query/query_compiler.hpp"
#include "schema/join_table.hpp"

/// Aggregates over the rows of a query, in groups or all together, and over what is related to each row.
namespace gm2m::query {
namespace {

std::string_view name_of(Aggregate::Function function) {
    constexpr std::string_view names[] = {"count", "sum", "avg", "min", "max"};
    return names[static_cast<std::size_t>(function)];
}

}  // namespace

QueryCompiler::Column QueryCompiler::call(const Aggregate& aggregate, const std::string& argument, Kind kind,
                                          const std::string& filter, const std::string& path) {
    const auto function = aggregate.function();
    // Links are distinct.
    const bool distinct = aggregate.is_distinct() && argument != "*";
    std::string sql = fmt::format("{}({}{})", name_of(function), distinct ? "DISTINCT " : "", argument);
    if (!filter.empty())
        sql += fmt::format(" FILTER (WHERE {})", filter);
    const backend::Dialect& dialect = writer_.dialect();
    const auto cast = [&](Kind to) {
        return Column{fmt::format("CAST({} AS {})", sql, dialect.column_type(to, 0, 1000, 0)), to};
    };
    switch (function) {
        case Aggregate::Function::count: return {sql, Kind::big_integer};
        case Aggregate::Function::min:
        case Aggregate::Function::max:
            if (!has_order(kind))
                throw QueryError(
                    fmt::format("'{}' is of kind {}, which has no least or greatest value", path, gm2m::name_of(kind)));
            return {sql, kind};
        default: break;
    }
    if (!is_number(kind))
        throw QueryError(
            fmt::format("{} is of numbers, but '{}' is of kind {}", name_of(function), path, gm2m::name_of(kind)));
    if (function == Aggregate::Function::avg)
        return cast(Kind::real);
    if (kind == Kind::decimal || kind == Kind::real)
        return {sql, kind};
    return cast(Kind::big_integer);
}

QueryCompiler::Column QueryCompiler::aggregate_rows(const Aggregate& aggregate) {
    const ResolvedPath path = resolve(context_.registry, *state_.model, aggregate.field().path());
    if (!path.leads_to_several()) {
        const std::string filter = aggregate.condition() ? conditions_.compile(scope_, *aggregate.condition()) : "";
        return call(aggregate, scope_.column(path.hops, *path.field), path.field->kind(), filter, path.text);
    }
    if (aggregate.is_distinct())
        throw QueryError(
            fmt::format("'{}' is counted for each row first, so that what is distinct among all is not known: "
                        "aggregate over the model at its end",
                        path.text));
    // What is related to the rows: of each row first, then of all.
    const Column each = aggregate_related(aggregate, path);
    switch (aggregate.function()) {
        case Aggregate::Function::count:
            return {fmt::format("CAST(coalesce(sum({}), 0) AS {})", each.sql,
                                writer_.dialect().column_type(Kind::big_integer, 0, 0, 0)),
                    Kind::big_integer};
        case Aggregate::Function::sum:
            return call(Aggregate(Aggregate::Function::sum, aggregate.field()), each.sql, each.kind, "", path.text);
        case Aggregate::Function::min: return {fmt::format("min({})", each.sql), each.kind};
        case Aggregate::Function::max: return {fmt::format("max({})", each.sql), each.kind};
        case Aggregate::Function::avg: break;
    }
    throw QueryError(
        fmt::format("avg over the relation '{}' of several objects is not one number: annotate each of them, or "
                    "divide Sum by Count",
                    path.text));
}

/// The rows that a path over one relation leads to from each row of the query.
struct QueryCompiler::Related {
    std::string from;
    std::string correlated;  // a condition
    std::string argument = "*";
    Kind kind = Kind::big_integer;
    std::string filter;
};

void QueryCompiler::require_one_relation(const Aggregate& aggregate, const ResolvedPath& path) {
    if (path.open_generic ||
        std::ranges::find(path.hops, Hop::Type::generic_foreign_key, &Hop::type) != path.hops.end())
        throw QueryError(
            fmt::format("'{}' leads over a generic foreign key, which an aggregate does not follow", path.text));
    const auto relations = std::ranges::count_if(path.hops, &Hop::is_multiple) + (path.open_relation ? 1 : 0);
    if (relations > 1)
        throw QueryError(fmt::format("'{}' leads over several relations: an aggregate is over one", path.text));
    if (path.open_relation && (aggregate.function() != Aggregate::Function::count || aggregate.condition()))
        throw QueryError(
            fmt::format("'{}' is a relation to objects of any models: count its links, or follow it to one "
                        "model, as in '{}__movie__id'",
                        path.text, path.text));
}

QueryCompiler::Column QueryCompiler::aggregate_related(const Aggregate& aggregate, const ResolvedPath& path) {
    require_one_relation(aggregate, path);
    const Related related = path.open_relation ? all_links(path) : related_rows(aggregate, path);
    const Column called = call(aggregate, related.argument, related.kind, related.filter, path.text);
    return {fmt::format("(SELECT {} FROM {} WHERE {})", called.sql, related.from, related.correlated), called.kind};
}

QueryCompiler::Related QueryCompiler::all_links(const ResolvedPath& path) {
    const backend::Dialect& dialect = writer_.dialect();
    const schema::JoinTable join = schema::join_table_of(*path.open_relation);
    const std::string links = writer_.alias();
    return {.from = fmt::format("{} AS {}", dialect.table(join.name), links),
            .correlated = fmt::format("{}.{} = {}{}", links, dialect.quote(join.source_column),
                                      scope_.column(path.hops, path.open_relation->source().primary_key()),
                                      schema::and_is_link(dialect, join, links + "."))};
}

QueryCompiler::Related QueryCompiler::related_rows(const Aggregate& aggregate, const ResolvedPath& path) {
    const backend::Dialect& dialect = writer_.dialect();
    const std::span hops(path.hops);
    const auto multiple = std::ranges::find_if(hops, &Hop::is_multiple);
    const auto before = static_cast<std::size_t>(multiple - hops.begin());
    const Hop& hop = hops[before];
    const std::span after = hops.subspan(before + 1);

    const std::string outer = scope_.column(hops.first(before), hop.from->primary_key());
    Scope scope(context_, writer_, *hop.to);
    Related related;
    if (path.field) {
        related.argument = scope.column(after, *path.field);
        related.kind = path.field->kind();
    }
    if (aggregate.condition())
        related.filter =
            conditions_.compile_inside(scope, *aggregate.condition(), *state_.model, hops.first(before + 1));
    if (hop.type == Hop::Type::reverse_foreign_key) {
        related.correlated = fmt::format("{} = {}", scope.column(*hop.foreign_key), outer);
        related.from = scope.from();
        return related;
    }
    const schema::JoinTable join = schema::join_table_of(*hop.relation);
    const bool reverse = hop.type == Hop::Type::reverse_gm2m;
    const Model& target = reverse ? *hop.from : *hop.to;
    const std::string links = writer_.alias();
    const auto column = [&](const std::string& name) { return fmt::format("{}.{}", links, dialect.quote(name)); };
    const Kind kind = target.primary_key().kind();
    const auto text_key = [&](const std::string& key) { return dialect.key_to_text(key, kind); };
    related.correlated = fmt::format(
        "{} = {} AND {} = {}{}", column(join.content_type_column),
        writer_.bind(Value(context_.content_types.id_or_none(join.linked_model(target)))),
        column(reverse ? join.key_column : join.source_column), reverse ? text_key(outer) : outer,
        schema::and_is_link(dialect, join, links + "."));
    related.from = fmt::format("{} AS {}", dialect.table(join.name), links);
    if (path.field || aggregate.condition()) {  // otherwise links are counted, not rows
        const std::string key = scope.column(hop.to->primary_key());
        const std::string linked = column(reverse ? join.source_column : join.key_column);
        // From the links, which are given, to the objects, by the index of their keys.
        const std::string typed = reverse ? linked : dialect.key_from_text(linked, kind);
        related.from = fmt::format("{} JOIN {} ON {} = {}", scope.from(), related.from,
                                   typed.empty() ? text_key(key) : key, typed.empty() ? linked : typed);
    }
    return related;
}

void QueryCompiler::select_groups(const std::vector<F>& fields,
                                  std::span<const std::pair<std::string_view, Aggregate>> aggregates) {
    if (state_.is_sliced() && fields.empty())
        throw QueryError("an aggregate is over all rows of a query, not over a slice");
    if (aggregates.empty() && fields.empty())
        throw QueryError("aggregate() takes one or more aggregates");
    std::string list, keys;
    const auto append = [&](const Column& column) {
        list += (list.empty() ? "" : ", ") + column.sql;
        kinds_.push_back(column.kind);
    };
    for (const F& field : fields) {
        const Column column = column_of(field);
        append(column);
        keys += (keys.empty() ? " GROUP BY " : ", ") + column.sql;
    }
    for (const auto& [name, aggregate] : aggregates)
        append(aggregate_rows(aggregate));
    const std::string condition = where();
    sql_ = fmt::format("SELECT {} FROM {}{}", list, scope_.from(), condition);
    if (!fields.empty())
        sql_ += keys + " ORDER BY " + group_order(fields, aggregates) + slice();
}

/// The order of the query, whose terms are columns of the result; those of the groups' fields that it leaves out come
/// last, so that it is the same each time.
std::string QueryCompiler::group_order(const std::vector<F>& fields,
                                       std::span<const std::pair<std::string_view, Aggregate>> aggregates) {
    std::vector<std::string> names;
    for (const F& field : fields)
        names.push_back(resolve(context_.registry, *state_.model, field.path()).text);
    for (const auto& [name, aggregate] : aggregates)
        names.emplace_back(name);
    std::string all;
    std::vector<bool> ordered(names.size(), false);
    for (const OrderTerm& term : state_.order) {
        const std::string path =
            term.field.owner ? resolve(context_.registry, *state_.model, term.field).text : term.field.path;
        const auto found = std::ranges::find(names, path);
        if (found == names.end())
            throw QueryError(
                fmt::format("groups are ordered by their fields and their aggregates, of which '{}' is none{}", path,
                            did_you_mean(path, names)));
        const auto i = static_cast<std::size_t>(found - names.begin());
        ordered[i] = true;
        const auto [descending, nulls_first] = direction(term, state_.reversed);
        all += fmt::format("{}{}{}", all.empty() ? "" : ", ", i + 1,
                           writer_.dialect().order_suffix(descending, nulls_first));
    }
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (!ordered[i])
            all += fmt::format("{}{}{}", all.empty() ? "" : ", ", i + 1, writer_.dialect().order_suffix(false, true));
    return all;
}

}  // namespace gm2m::query
