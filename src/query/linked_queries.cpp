#include <fmt/format.h>

#include "query/query_compiler.hpp"

/// The statements of queries whose objects are sought through links: per-model queries in relations and prefetches.
namespace gm2m::query {

void QueryCompiler::select_placed() {
    const Field& key = state_.model->primary_key();
    std::vector<Column> columns = object_columns();
    const std::string place =
        links_->is_numbered ? links_->in_row(writer_, links_->order.front().column, scope_.column(key), key.kind())
                            : "0";
    columns.insert(columns.begin(), {place, Kind::big_integer});
    finish(columns, true);
}

std::string QueryCompiler::number(const std::string& group, const std::string& linked) {
    const std::string sorted =
        state_.order.empty() ? linked + (state_.reversed ? " DESC" : "") : order_list(state_.order);
    return fmt::format("row_number() OVER (PARTITION BY {} ORDER BY {}, {})", group, sorted,
                       scope_.column(state_.model->primary_key()));
}

std::string QueryCompiler::in_slice() const {
    std::string condition = fmt::format("n > {}", state_.offset);
    if (state_.limit && *state_.limit <= INT64_MAX - state_.offset)
        condition += fmt::format(" AND n <= {}", state_.offset + *state_.limit);
    return condition;
}

void QueryCompiler::select_links(const schema::JoinTable& join, std::size_t sources) {
    const backend::Dialect& dialect = writer_.dialect();
    const Kind kind = state_.model->primary_key().kind();
    const std::string links = writer_.alias();
    const auto column = [&](const std::string& name) { return fmt::format("{}.{}", links, dialect.quote(name)); };
    const std::string source = column(join.source_column), type = column(join.content_type_column),
                      key = column(join.key_column);
    const schema::PlacedLinks placed = schema::placed_links(dialect, join, links, sources);
    const std::string place = placed.place;
    const std::string columns = fmt::format("{} AS src, {} AS ct, {} AS pk, {} AS place", source, type, key, place);
    const std::string table = fmt::format("{} AS {}", placed.table, links);
    const std::string wanted =
        fmt::format("{} AND {} = {}", dialect.in_list(source, sources, join.source->primary_key().kind()), type,
                    writer_.bind(Value(context_.content_types.id_or_none(join.linked_model(*state_.model)))));
    const std::string own_key = scope_.column(state_.model->primary_key());
    const std::string condition = where();
    if (!state_.is_sliced() && !state_.is_ordered()) {
        sql_ = fmt::format("SELECT {} FROM {} WHERE {} AND {} IN (SELECT {} FROM {}{})", columns, table, wanted, key,
                           dialect.key_to_text(own_key, kind), scope_.from(), condition);
        return;
    }
    const std::string numbered = number(source, join.is_ordered() ? place : key);
    // From the links, which are given, to the objects, by the index of their keys.
    const std::string typed = dialect.key_from_text(key, kind);
    const std::string joined = typed.empty() ? fmt::format("{} = {}", dialect.key_to_text(own_key, kind), key)
                                             : fmt::format("{} = {}", own_key, typed);
    sql_ = fmt::format(
        "SELECT src, ct, pk, {} FROM (SELECT {}, {} AS n FROM {} JOIN {} ON {}{} {} {}) AS numbered WHERE {}",
        state_.is_ordered() ? "n" : "place", columns, numbered, scope_.from(), table, joined, condition,
        condition.empty() ? "WHERE" : "AND", wanted, in_slice());
}

void QueryCompiler::select_far(const schema::TypedSide& side, const Model& near_model, std::size_t near) {
    const backend::Dialect& dialect = writer_.dialect();
    const std::string links = writer_.alias();
    const auto column = [&](const std::string& name) { return fmt::format("{}.{}", links, dialect.quote(name)); };
    const std::string near_key = column(side.near_columns.back());
    const std::string place = side.order_column.empty() ? "0" : column(side.order_column);
    std::string columns = fmt::format("{} AS near_key, {} AS place", near_key, place), names;
    kinds_ = {side.near_kind, Kind::big_integer};
    for (const Column& each : object_columns()) {
        columns += fmt::format(", {} AS c{}", each.sql, kinds_.size());
        names += fmt::format(", c{}", kinds_.size());
        kinds_.push_back(each.kind);
    }
    const std::string own_key = scope_.column(state_.model->primary_key());
    const std::string numbered = number(near_key, side.order_column.empty() ? own_key : place);
    const std::string condition = where();
    std::string wanted = dialect.in_list(near_key, near, side.near_kind);
    if (side.is_generic())
        wanted += fmt::format(" AND {} = {}", column(side.near_columns.front()),
                              writer_.bind(Value(context_.content_types.id_or_none(near_model))));
    sql_ = fmt::format(
        "SELECT near_key, {}{} FROM (SELECT {}, {} AS n FROM {} JOIN {} AS {} ON {} = {}{} {} {}) AS numbered "
        "WHERE {} ORDER BY n",
        state_.is_ordered() ? "n" : "place", names, columns, numbered, scope_.from(), dialect.table(side.table), links,
        own_key, column(side.far_column), condition, condition.empty() ? "WHERE" : "AND", wanted, in_slice());
}

}  // namespace gm2m::query
