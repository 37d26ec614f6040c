#include "query/query_compiler.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "schema/join_table.hpp"

namespace gm2m::query {
namespace {

std::string_view name_of(Aggregate::Function function) {
    constexpr std::string_view names[] = {"count", "sum", "avg", "min", "max"};
    return names[static_cast<std::size_t>(function)];
}

bool is_number(Kind kind) {
    return kind == Kind::small_integer || kind == Kind::integer || kind == Kind::big_integer || kind == Kind::real ||
           kind == Kind::decimal;
}

bool is_multiple(const ResolvedPath& path) {
    return path.open_relation || std::ranges::any_of(path.hops, &Hop::is_multiple);
}

}  // namespace

QueryCompiler::QueryCompiler(Context& context, const detail::QueryState& state)
    : context_(context), state_(state), writer_(context.connection.dialect()),
      conditions_(context, writer_, [this](std::string_view name) { return find_annotation(name); }),
      scope_(writer_, *state.model) {
    state.model->require_complete();
    std::set<std::string_view> names;
    for (const auto& [name, aggregate] : state.annotations) {
        if (state.model->find_field(name) || !names.insert(name).second)
            throw QueryError(fmt::format("{} has a field or annotation '{}' already", state.model->label(), name));
        const ResolvedPath path = resolve(context.registry, *state.model, aggregate.field().path());
        if (!is_multiple(path))
            throw QueryError(fmt::format("the annotation '{}' is over '{}', which is one value for each object: annotate "
                                         "over a relation, or group by fields",
                                         name, path.text));
    }
}

const NamedExpression* QueryCompiler::find_annotation(std::string_view name) {
    if (const auto written = written_.find(name); written != written_.end())
        return &written->second;
    for (const auto& [annotation, aggregate] : state_.annotations) {
        if (annotation != name)
            continue;
        const Column column =
            aggregate_related(aggregate, resolve(context_.registry, *state_.model, aggregate.field().path()));
        return &written_.emplace(annotation, NamedExpression{column.sql, column.kind}).first->second;
    }
    return nullptr;
}

QueryCompiler::Column QueryCompiler::column_of(const F& field) {
    if (!field.path().owner)
        if (const NamedExpression* named = find_annotation(field.path().path))
            return {named->sql, named->kind};
    const ResolvedPath path = resolve(context_.registry, *state_.model, field.path());
    if (is_multiple(path) || !path.field)
        throw QueryError(fmt::format("'{}' leads to several objects, of which no one value can be shown or ordered by",
                                     path.text));
    return {scope_.column(path.hops, *path.field), path.field->kind()};
}

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
        case Aggregate::Function::max: return {sql, kind};
        default: break;
    }
    if (!is_number(kind))
        throw QueryError(fmt::format("{} is of numbers, but '{}' is of kind {}", name_of(function), path, gm2m::name_of(kind)));
    if (function == Aggregate::Function::avg)
        return cast(Kind::real);
    if (kind == Kind::decimal || kind == Kind::real)
        return {sql, kind};
    return cast(Kind::big_integer);
}

QueryCompiler::Column QueryCompiler::aggregate_rows(const Aggregate& aggregate) {
    const ResolvedPath path = resolve(context_.registry, *state_.model, aggregate.field().path());
    if (!is_multiple(path)) {
        const std::string filter = aggregate.condition() ? conditions_.compile(scope_, *aggregate.condition()) : "";
        return call(aggregate, scope_.column(path.hops, *path.field), path.field->kind(), filter, path.text);
    }
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
    throw QueryError(fmt::format("avg over the relation '{}' of several objects is not one number: annotate each of them, or "
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

QueryCompiler::Column QueryCompiler::aggregate_related(const Aggregate& aggregate, const ResolvedPath& path) {
    if (path.open_relation && (aggregate.function() != Aggregate::Function::count || aggregate.condition() ||
                               aggregate.is_distinct() || std::ranges::any_of(path.hops, &Hop::is_multiple)))
        throw QueryError(fmt::format("'{}' is a relation to objects of any models: count its links, or follow it to one "
                                     "model, as in '{}__movie__id'",
                                     path.text, path.text));
    const Related related = path.open_relation ? all_links(path) : related_rows(aggregate, path);
    const Column called = call(aggregate, related.argument, related.kind, related.filter, path.text);
    return {fmt::format("(SELECT {} FROM {} WHERE {})", called.sql, related.from, related.correlated), called.kind};
}

QueryCompiler::Related QueryCompiler::all_links(const ResolvedPath& path) {
    const backend::Dialect& dialect = writer_.dialect();
    const schema::JoinTable join = schema::join_table_of(*path.open_relation);
    const std::string links = writer_.alias();
    return {.from = fmt::format("{} AS {}", dialect.table(join.name), links),
            .correlated = fmt::format("{}.{} = {}", links, dialect.quote(join.source_column),
                                      scope_.column(path.hops, path.open_relation->source().primary_key()))};
}

QueryCompiler::Related QueryCompiler::related_rows(const Aggregate& aggregate, const ResolvedPath& path) {
    const backend::Dialect& dialect = writer_.dialect();
    const std::span hops(path.hops);
    const auto multiple = std::ranges::find_if(hops, &Hop::is_multiple);
    const auto before = static_cast<std::size_t>(multiple - hops.begin());
    const Hop& hop = hops[before];
    const std::span after = hops.subspan(before + 1);
    if (std::ranges::any_of(after, &Hop::is_multiple))
        throw QueryError(fmt::format("'{}' leads over several relations: an aggregate is over one", path.text));

    const std::string outer = scope_.column(hops.first(before), hop.from->primary_key());
    Scope scope(writer_, *hop.to);
    Related related;
    if (path.field) {
        related.argument = scope.column(after, *path.field);
        related.kind = path.field->kind();
    }
    if (aggregate.condition())
        related.filter = conditions_.compile_inside(scope, *aggregate.condition(), *state_.model, hops.first(before + 1));
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
    const auto text_key = [&](const std::string& key) { return dialect.key_to_text(key, target.primary_key().kind()); };
    related.correlated = fmt::format(
        "{} = {} AND {} = {}", column(join.content_type_column),
        writer_.bind(Value(context_.content_types.find_id(target).value_or(0))),
        column(reverse ? join.key_column : join.source_column), reverse ? text_key(outer) : outer);
    related.from = fmt::format("{} AS {}", dialect.table(join.name), links);
    if (path.field || aggregate.condition()) {  // otherwise links are counted, not rows
        const std::string key = scope.column(hop.to->primary_key());
        related.from = fmt::format("{} JOIN {} ON {} = {}", scope.from(), related.from, reverse ? key : text_key(key),
                                   column(reverse ? join.source_column : join.key_column));
    }
    return related;
}

std::string QueryCompiler::where() {
    std::string all;
    for (const Condition& condition : state_.filters)
        all += fmt::format("{}({})", all.empty() ? " WHERE " : " AND ", conditions_.compile(scope_, condition));
    return all;
}

std::string QueryCompiler::order() {
    std::vector<OrderTerm> terms = state_.order;
    // A slice of no order would be of any: the keys give it one.
    if (terms.empty() && (state_.is_sliced() || state_.reversed))
        terms.emplace_back(std::string_view("pk"));
    std::string all;
    for (const OrderTerm& term : terms) {
        const bool descending = term.descending != state_.reversed;
        const bool nulls_first = term.nulls == Nulls::standard ? !descending : (term.nulls == Nulls::first) != state_.reversed;
        all += (all.empty() ? " ORDER BY " : ", ") + column_of(F(term.field)).sql +
               writer_.dialect().order_suffix(descending, nulls_first);
    }
    return all;
}

std::string QueryCompiler::slice() const {
    if (!state_.is_sliced())
        return "";
    const std::string limit = state_.limit ? std::to_string(*state_.limit) : std::string(writer_.dialect().no_limit());
    return fmt::format(" LIMIT {} OFFSET {}", limit, state_.offset);
}

void QueryCompiler::finish(const std::vector<Column>& columns, bool ordered, bool distinct) {
    std::string list;
    for (const Column& column : columns) {
        list += (list.empty() ? "" : ", ") + column.sql;
        kinds_.push_back(column.kind);
    }
    const std::string condition = where();
    const std::string sorted = ordered ? order() : "";
    sql_ = fmt::format("SELECT {}{} FROM {}{}{}{}", distinct ? "DISTINCT " : "", list, scope_.from(), condition,
                       sorted, slice());
}

void QueryCompiler::select_objects() {
    std::vector<Column> columns;
    for (const auto& field : state_.model->fields())
        columns.push_back({scope_.column(*field), field->kind()});
    finish(columns, true);
}

void QueryCompiler::select_values(const std::vector<F>& fields) {
    if (fields.empty())
        throw QueryError("values() takes the names of one or more fields");
    std::vector<Column> columns;
    for (const F& field : fields)
        columns.push_back(column_of(field));
    finish(columns, true, state_.distinct);
}

void QueryCompiler::select_count() {
    kinds_ = {Kind::big_integer};
    const std::string condition = where();
    if (!state_.is_sliced()) {
        sql_ = fmt::format("SELECT count(*) FROM {}{}", scope_.from(), condition);
        return;
    }
    const std::string sorted = order();
    sql_ = fmt::format("SELECT count(*) FROM (SELECT 1 FROM {}{}{}{}) AS sliced", scope_.from(), condition, sorted, slice());
}

void QueryCompiler::select_exists() {
    kinds_ = {Kind::boolean};
    const std::string condition = where();
    sql_ = fmt::format("SELECT EXISTS (SELECT 1 FROM {}{}{})", scope_.from(), condition, slice());
}

void QueryCompiler::select_groups(const std::vector<F>& fields,
                                  std::span<const std::pair<std::string_view, Aggregate>> aggregates) {
    if (state_.is_sliced())
        throw QueryError("an aggregate is over all rows of a query, not over a slice");
    if (aggregates.empty() && fields.empty())
        throw QueryError("aggregate() takes one or more aggregates");
    std::vector<Column> columns;
    std::string keys;
    for (const F& field : fields) {
        columns.push_back(column_of(field));
        keys += (keys.empty() ? " GROUP BY " : ", ") + columns.back().sql;
    }
    for (const auto& [name, aggregate] : aggregates)
        columns.push_back(aggregate_rows(aggregate));
    finish(columns, false);
    if (!keys.empty())
        sql_ += keys + " ORDER BY " + keys.substr(std::string_view(" GROUP BY ").size());
}

void QueryCompiler::update(std::initializer_list<std::pair<std::string_view, Operand>> changes) {
    if (state_.is_sliced())
        throw QueryError("update() is of all objects of a query, not of a slice: filter by their keys");
    const backend::Dialect& dialect = writer_.dialect();
    const Model& model = *state_.model;
    std::string assignments;
    for (const auto& [name, operand] : changes) {
        const Field& field = model.field(name);
        if (field.is_primary_key())
            throw QueryError(fmt::format("{} is the primary key, which an update does not change", field.label()));
        std::string value;
        if (operand.field()) {
            const ResolvedPath other = resolve(context_.registry, model, *operand.field());
            if (!other.field || !other.hops.empty())
                throw QueryError(fmt::format("'{}' is no field of the same row", other.text));
            value = dialect.quote(other.field->column());
        } else {
            const Value fitting = field.coerce(operand.reference() ? operand.reference()->key : operand.value());
            field.check(fitting.view());
            value = fitting.is_null() ? "NULL" : writer_.bind(fitting);
        }
        assignments += fmt::format("{}{} = {}", assignments.empty() ? "" : ", ", dialect.quote(field.column()), value);
    }
    if (assignments.empty())
        throw QueryError("update() takes one or more fields with their values");
    const std::string table = dialect.table(model.table()), key = dialect.quote(model.primary_key().column());
    const std::string condition = where();
    sql_ = fmt::format("UPDATE {} SET {}", table, assignments);
    if (!condition.empty())
        sql_ += fmt::format(" WHERE {} IN (SELECT {} FROM {}{})", key, scope_.column(model.primary_key()), scope_.from(),
                            condition);
}

}  // namespace gm2m::query
