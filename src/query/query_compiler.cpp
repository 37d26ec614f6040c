#include "query/query_compiler.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>


namespace gm2m::query {
namespace {

/// An order by the key, of whatever fields it is.
std::vector<OrderTerm> key_terms(const Model& model) {
    if (model.has_primary_key())
        return {OrderTerm("pk")};
    return {model.indexes().front().fields.begin(), model.indexes().front().fields.end()};
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
        if (!path.leads_to_several())
            throw QueryError(
                fmt::format("the annotation '{}' is over '{}', which is one value for each object: annotate "
                            "over a relation, or group by fields",
                            name, path.text));
        require_one_relation(aggregate, path);
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
    return column_of(scope_, field);
}

QueryCompiler::Column QueryCompiler::column_of(Scope& scope, const F& field) {
    const ResolvedPath path = resolve(context_.registry, scope.model(), field.path());
    if (path.is_open())
        throw QueryError(fmt::format(
            "'{}' refers to objects of any models, of which no one value can be shown or ordered "
            "by{}",
            path.text,
            path.open_generic ? fmt::format(": use its fields '{}' and '{}'", path.open_generic->content_type->name(),
                                            path.open_generic->key->name())
                              : ""));
    if (path.leads_to_several() || !path.field)
        throw QueryError(fmt::format("'{}' leads to several objects, of which no one value can be shown or ordered by",
                                     path.text));
    // What a foreign key leads to may be missing.
    return {scope.column(path.hops, *path.field), path.field->kind(), !path.hops.empty() || path.field->null()};
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
std::pair<bool, bool> QueryCompiler::direction(const OrderTerm& term, bool reversed) {
    const bool descending = term.descending != reversed;
    return {descending, term.nulls == Nulls::standard ? !descending : (term.nulls == Nulls::first) != reversed};
}

/// "a DESC". On PostgreSQL no index serves an order that says where NULL goes otherwise than the index does.
std::string QueryCompiler::order_term(const Column& column, const OrderTerm& term, bool reversed) const {
    const auto [descending, nulls_first] = direction(term, reversed);
    if (column.can_be_null)
        return column.sql + writer_.dialect().order_suffix(descending, nulls_first);
    return column.sql + (descending ? " DESC" : "");
}

std::string QueryCompiler::order_list(const std::vector<OrderTerm>& terms) {
    std::string all;
    for (const OrderTerm& term : terms)
        all += (all.empty() ? "" : ", ") + order_term(column_of(F(term.field)), term, state_.reversed);
    return all;
}

/// The order of the links; in the compact layout that of their keys.
std::string QueryCompiler::linked_order() {
    if (!links_->through_order.empty())
        return through_order();
    const Field& key = state_.model->primary_key();
    const std::string own_key = scope_.column(key);
    if (links_->order.empty())
        return links_->stored(writer_, own_key, key.kind()) + (state_.reversed ? " DESC" : "");
    std::string all;
    for (const auto& [column, down, can_be_null] : links_->order) {
        const bool descending = down != state_.reversed;
        all += (all.empty() ? "" : ", ") + links_->in_row(writer_, column, own_key, key.kind());
        if (can_be_null)
            all += writer_.dialect().order_suffix(descending, !descending);
        else if (descending)
            all += " DESC";
    }
    return all;
}

/// The order of fields of the through model's rows, their keys at the end; of several that link an object the first
/// tells.
std::string QueryCompiler::through_order() {
    const Field& key = state_.model->primary_key();
    std::vector<OrderTerm> terms = links_->through_order;
    terms.emplace_back("pk");
    std::string all;
    for (const OrderTerm& term : terms) {
        Scope row(context_, writer_, *links_->through);
        const Column column = column_of(row, F(term.field));
        std::string first;
        for (const OrderTerm& each : terms)
            first += (first.empty() ? "" : ", ") + order_term(column_of(row, F(each.field)), each, false);
        const std::string value =
            fmt::format("(SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT 1)", column.sql, row.from(),
                        links_->leads_to(writer_, row.alias(), scope_.column(key), key.kind()), first);
        all += (all.empty() ? "" : ", ") + order_term({value, column.kind, column.can_be_null}, term, state_.reversed);
    }
    return all;
}

std::string QueryCompiler::order() {
    if (!state_.order.empty())
        return " ORDER BY " + order_list(state_.order);
    if (links_)
        return " ORDER BY " + linked_order();
    // A slice of no order would be of any: the keys give it one.
    const Model& model = *state_.model;
    std::vector<OrderTerm> terms(model.ordering().begin(), model.ordering().end());
    if (!terms.empty() || state_.is_sliced() || state_.reversed)
        std::ranges::move(key_terms(model), std::back_inserter(terms));
    return terms.empty() ? "" : " ORDER BY " + order_list(terms);
}

/// Rows that are the same have one place: it is told by what they show alone.
std::string QueryCompiler::distinct_order(const std::vector<Column>& columns) {
    std::string all;
    for (const OrderTerm& term : state_.order) {
        const Column column = column_of(F(term.field));
        if (std::ranges::find(columns, column.sql, &Column::sql) == columns.end())
            throw QueryError(
                "distinct() rows are ordered by what they show alone: add the field to values(), or leave it out "
                "of the order");
        const auto [descending, nulls_first] = direction(term, state_.reversed);
        all += (all.empty() ? "" : ", ") + column.sql + writer_.dialect().order_suffix(descending, nulls_first);
    }
    if (all.empty() && state_.is_sliced())
        for (std::size_t i = 1; i <= columns.size(); ++i)
            all += (all.empty() ? "" : ", ") + std::to_string(i);
    return all.empty() ? "" : " ORDER BY " + all;
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
    const std::string sorted = !ordered ? "" : distinct ? distinct_order(columns) : order();
    sql_ = fmt::format("SELECT {}{} FROM {}{}{}{}", distinct ? "DISTINCT " : "", list, scope_.from(), condition,
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
    finish(columns, true, state_.distinct);
}

// A row that somebody else has changed meanwhile is looked at again once it is locked: the conditions stand beside the
// lock, unless a slice has to be taken first.
void QueryCompiler::select_keys(bool lock) {
    write_keys(where(), lock);
}

void QueryCompiler::write_keys(const std::string& condition, bool lock) {
    const Field& key = state_.model->primary_key();
    kinds_ = {key.kind()};
    const backend::Dialect& dialect = writer_.dialect();
    const std::string column = scope_.column(key);
    const std::string sorted = state_.is_sliced() ? order() + slice() : "";
    sql_ = fmt::format("SELECT {} FROM {}{}{}", column, scope_.from(), condition, sorted);
    if (!lock || !dialect.locks_rows())
        return;
    const std::string in_order =
        fmt::format(" ORDER BY {}{} FOR UPDATE OF ", column, dialect.in_byte_order(key.kind()));
    if (!state_.is_sliced()) {
        sql_ += in_order + scope_.alias();
        return;
    }
    sql_ = fmt::format("SELECT {} FROM {} AS {} WHERE {} IN (SELECT * FROM ({}) AS sliced){}{}", column,
                       context_.table_of(*state_.model), scope_.alias(), column, sql_, in_order, scope_.alias());
}

void QueryCompiler::remove() {
    const backend::Dialect& dialect = writer_.dialect();
    const Field& key = state_.model->primary_key();
    const std::string from = fmt::format("DELETE FROM {} AS {}", context_.table_of(*state_.model), scope_.alias());
    const std::string returned = fmt::format(" RETURNING {}", dialect.quote(key.column()));
    if (!state_.is_sliced()) {
        const std::string condition = where();
        if (!scope_.has_joins()) {
            kinds_ = {key.kind()};
            sql_ = from + condition + returned;
            return;
        }
        write_keys(condition, true);
    } else {
        select_keys(true);
    }
    sql_ = fmt::format("{} WHERE {} IN ({}){}", from, scope_.column(key), sql_, returned);
}

void QueryCompiler::select_count() {
    kinds_ = {Kind::big_integer};
    const std::string condition = where();
    if (!state_.is_sliced()) {
        sql_ = fmt::format("SELECT count(*) FROM {}{}", scope_.from(), condition);
        return;
    }
    const std::string sorted = order();
    sql_ = fmt::format("SELECT count(*) FROM (SELECT 1 FROM {}{}{}{}) AS sliced", scope_.from(), condition, sorted,
                       slice());
}

void QueryCompiler::select_exists() {
    kinds_ = {Kind::boolean};
    const std::string condition = where();
    sql_ = fmt::format("SELECT EXISTS (SELECT 1 FROM {}{}{})", scope_.from(), condition, slice());
}

std::vector<const Model*> QueryCompiler::tables_of(const Model& model, Changes changes) {
    std::vector<const Model*> tables = model.table_models();
    std::erase_if(tables, [&](const Model* table) {
        return std::ranges::none_of(changes, [&](const auto& change) {
            return &model.field(change.first).table_model() == table;
        });
    });
    return tables;
}

void QueryCompiler::update(Changes changes, const Model& table) {
    if (state_.is_sliced())
        throw QueryError("update() is of all objects of a query, not of a slice: filter by their keys");
    const backend::Dialect& dialect = writer_.dialect();
    const Model& model = *state_.model;
    model.require_writable();
    std::string assignments;
    for (const auto& [name, operand] : changes) {
        const Field& field = model.field(name);
        if (&field.table_model() != &table)
            continue;
        if (field.is_primary_key())
            throw QueryError(fmt::format("{} is the primary key, which an update does not change", field.label()));
        std::string value;
        if (operand.field()) {
            const ResolvedPath other = resolve(context_.registry, model, *operand.field());
            if (!other.field || !other.hops.empty())
                throw QueryError(fmt::format("'{}' is no field of the same row", other.text));
            if (!other.field->is_primary_key() && &other.field->table_model() != &table)
                throw QueryError(
                    fmt::format("'{}' is in the table of {}, and cannot be a value for {}, which is in that of {}",
                                other.text, other.field->table_model().label(), field.label(), table.label()));
            value = dialect.quote((other.field->is_primary_key() ? table.primary_key() : *other.field).column());
        } else {
            const Value fitting = field.coerce(operand.reference() ? operand.reference()->key : operand.value());
            field.check(fitting.view());
            value = fitting.is_null() ? "NULL" : writer_.bind(fitting);
        }
        assignments += fmt::format("{}{} = {}", assignments.empty() ? "" : ", ", dialect.quote(field.column()), value);
    }
    if (assignments.empty())
        throw QueryError("update() takes one or more fields with their values");
    const std::string key = dialect.quote(table.primary_key().column());
    const std::string condition = where();
    sql_ = fmt::format("UPDATE {} SET {}", context_.table_of(table), assignments);
    if (!condition.empty() || &table != &model.concrete_model())
        sql_ += fmt::format(" WHERE {} IN (SELECT {} FROM {}{})", key, scope_.column(model.primary_key()),
                            scope_.from(), condition);
}

}  // namespace gm2m::query
