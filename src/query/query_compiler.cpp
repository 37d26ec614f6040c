#include "query/query_compiler.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
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

/// An order by the key, of whatever fields it is.
std::vector<OrderTerm> key_terms(const Model& model) {
    if (model.has_primary_key())
        return {OrderTerm("pk")};
    return {model.indexes().front().fields.begin(), model.indexes().front().fields.end()};
}

bool is_multiple(const ResolvedPath& path) {
    return path.is_open() || std::ranges::any_of(path.hops, &Hop::is_multiple);
}

}  // namespace

QueryCompiler::QueryCompiler(Context& context, const detail::QueryState& state)
    : QueryCompiler(context, state, std::make_unique<SqlWriter>(context.connection.dialect()), nullptr) {}

QueryCompiler::QueryCompiler(Context& context, const detail::QueryState& state, SqlWriter& writer)
    : QueryCompiler(context, state, nullptr, &writer) {}

QueryCompiler::QueryCompiler(Context& context, const detail::QueryState& state, std::unique_ptr<SqlWriter> own,
                             SqlWriter* shared)
    : context_(context), state_(state), own_writer_(std::move(own)), writer_(shared ? *shared : *own_writer_),
      conditions_(context, writer_, [this](std::string_view name) { return find_annotation(name); }),
      scope_(context, writer_, *state.model) {
    state.model->require_complete();
    if (state.linked)
        links_ = LinkSet::of(context, *state.linked, *state.model);
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
    // What a foreign key leads to may be missing.
    return {scope_.column(path.hops, *path.field), path.field->kind(), !path.hops.empty() || path.field->null()};
}

QueryCompiler::Column QueryCompiler::call(const Aggregate& aggregate, const std::string& argument, Kind kind,
                                          const std::string& filter, const std::string& path) {
    const auto function = aggregate.function();
    std::string sql = fmt::format("{}({}{})", name_of(function), aggregate.is_distinct() ? "DISTINCT " : "", argument);
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
    const std::string filter = aggregate.condition() ? conditions_.compile(scope_, *aggregate.condition()) : "";
    if (!is_multiple(path))
        return call(aggregate, scope_.column(path.hops, *path.field), path.field->kind(), filter, path.text);
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
    if (path.open_generic || std::ranges::find(path.hops, Hop::Type::generic_foreign_key, &Hop::type) != path.hops.end())
        throw QueryError(fmt::format("'{}' leads over a generic foreign key, which an aggregate does not follow", path.text));
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
    Scope scope(context_, writer_, *hop.to);
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
    const Kind kind = target.primary_key().kind();
    const auto text_key = [&](const std::string& key) { return dialect.key_to_text(key, kind); };
    related.correlated = fmt::format(
        "{} = {} AND {} = {}", column(join.content_type_column),
        writer_.bind(Value(context_.content_types.find_id(target).value_or(0))),
        column(reverse ? join.key_column : join.source_column), reverse ? text_key(outer) : outer);
    related.from = fmt::format("{} AS {}", dialect.table(join.name), links);
    if (path.field || aggregate.condition()) {  // otherwise links are counted, not rows
        const std::string key = scope.column(hop.to->primary_key());
        const std::string linked = column(reverse ? join.source_column : join.key_column);
        // From the links, which are given, to the objects, by the index of their keys.
        const std::string typed = reverse ? linked : dialect.key_from_text(linked, kind);
        related.from = fmt::format("{} JOIN {} ON {} = {}", scope.from(), related.from, typed.empty() ? text_key(key) : key,
                                   typed.empty() ? linked : typed);
    }
    return related;
}

std::string QueryCompiler::where() {
    std::string all;
    if (links_) {
        const Field& key = state_.model->primary_key();
        all = " WHERE " + links_->is_linked(writer_, scope_.column(key), key.kind());
    }
    for (const Condition& condition : state_.filters)
        all += fmt::format("{}({})", all.empty() ? " WHERE " : " AND ", conditions_.compile(scope_, condition));
    return all;
}

/// Whether a term goes down, and whether it has what is missing first.
std::pair<bool, bool> QueryCompiler::direction(const OrderTerm& term) const {
    const bool descending = term.descending != state_.reversed;
    return {descending, term.nulls == Nulls::standard ? !descending : (term.nulls == Nulls::first) != state_.reversed};
}

std::string QueryCompiler::order_list(const std::vector<OrderTerm>& terms) {
    std::string all;
    for (const OrderTerm& term : terms) {
        const auto [descending, nulls_first] = direction(term);
        const Column column = column_of(F(term.field));
        all += (all.empty() ? "" : ", ") + column.sql;
        // On PostgreSQL no index serves an order that says where NULL goes otherwise than the index does.
        if (column.can_be_null)
            all += writer_.dialect().order_suffix(descending, nulls_first);
        else if (descending)
            all += " DESC";
    }
    return all;
}

/// The order of linking; in the compact layout that of the links' keys.
std::string QueryCompiler::linked_order() {
    const Field& key = state_.model->primary_key();
    const std::string column = scope_.column(key);
    const std::string place = links_->order_column.empty() ? links_->stored(writer_, column, key.kind())
                                                           : links_->place(writer_, column, key.kind());
    return place + (state_.reversed ? " DESC" : "");
}

std::string QueryCompiler::order() {
    if (!state_.order.empty())
        return " ORDER BY " + order_list(state_.order);
    if (links_)
        return " ORDER BY " + linked_order();
    // A slice of no order would be of any: the keys give it one.
    return state_.is_sliced() || state_.reversed ? " ORDER BY " + order_list(key_terms(*state_.model)) : "";
}

std::string QueryCompiler::slice() const {
    if (!state_.is_sliced())
        return "";
    const std::string limit = state_.limit ? std::to_string(*state_.limit) : std::string(writer_.dialect().no_limit());
    return fmt::format(" LIMIT {} OFFSET {}", limit, state_.offset);
}

void QueryCompiler::finish(const std::vector<Column>& columns, bool ordered) {
    std::string list;
    for (const Column& column : columns) {
        list += (list.empty() ? "" : ", ") + column.sql;
        kinds_.push_back(column.kind);
    }
    const std::string condition = where();
    const std::string sorted = ordered ? order() : "";
    sql_ = fmt::format("SELECT {}{} FROM {}{}{}{}", state_.distinct ? "DISTINCT " : "", list, scope_.from(), condition,
                       sorted, slice());
}

std::vector<QueryCompiler::Column> QueryCompiler::object_columns() {
    std::vector<Column> columns;
    for (const auto& field : state_.model->fields())
        columns.push_back({scope_.column(*field), field->kind()});
    return columns;
}

void QueryCompiler::select_objects() {
    finish(object_columns(), true);
}

void QueryCompiler::select_values(const std::vector<F>& fields) {
    if (fields.empty())
        throw QueryError("values() takes the names of one or more fields");
    std::vector<Column> columns;
    for (const F& field : fields)
        columns.push_back(column_of(field));
    finish(columns, true);
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

/// The order of the query, whose terms are columns of the result; those of the groups' fields that it leaves out come last,
/// so that it is the same each time.
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
        const std::string path = term.field.owner ? resolve(context_.registry, *state_.model, term.field).text : term.field.path;
        const auto found = std::ranges::find(names, path);
        if (found == names.end())
            throw QueryError(fmt::format("groups are ordered by their fields and their aggregates, of which '{}' is none{}", path,
                                         did_you_mean(path, names)));
        const auto i = static_cast<std::size_t>(found - names.begin());
        ordered[i] = true;
        const auto [descending, nulls_first] = direction(term);
        all += fmt::format("{}{}{}", all.empty() ? "" : ", ", i + 1, writer_.dialect().order_suffix(descending, nulls_first));
    }
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (!ordered[i])
            all += fmt::format("{}{}", all.empty() ? "" : ", ", i + 1);
    return all;
}

void QueryCompiler::update(std::initializer_list<std::pair<std::string_view, Operand>> changes) {
    if (state_.is_sliced())
        throw QueryError("update() is of all objects of a query, not of a slice: filter by their keys");
    const backend::Dialect& dialect = writer_.dialect();
    const Model& model = *state_.model;
    model.require_writable();
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
    const std::string table = context_.table_of(model), key = dialect.quote(model.primary_key().column());
    const std::string condition = where();
    sql_ = fmt::format("UPDATE {} SET {}", table, assignments);
    if (!condition.empty())
        sql_ += fmt::format(" WHERE {} IN (SELECT {} FROM {}{})", key, scope_.column(model.primary_key()), scope_.from(),
                            condition);
}

}  // namespace gm2m::query
