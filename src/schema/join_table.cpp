#include "schema/join_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "model/relation_data.hpp"

namespace gm2m::schema {

JoinTable join_table_of(const GM2MField& field) {
    JoinTable table;
    table.source = &field.source();
    table.source->require_complete();
    table.name = field.table();
    table.key_length = field.key_length();
    table.for_concrete_model = field.options().for_concrete_model;
    if (!field.has_through()) {
        table.layout = field.options().layout;
        table.constraints = field.options().db_constraint;
        if (table.layout == Layout::compact)
            table.id_column.clear();
        return table;
    }
    table.through = &field.join_model();
    table.through->require_complete();
    const ThroughFields fields = field.through_fields();
    const Field& key = table.through->primary_key();
    table.id_column = form_of(key.kind()) == ValueView::Form::integer && key.is_generated() ? key.column() : "";
    table.source_column = fields.source->column();
    table.content_type_column = fields.target->content_type->column();
    table.key_column = fields.target->key->column();
    table.constraints = fields.source->options().db_constraint;
    if (!table.through->ordering().empty())
        table.ordering = order_columns(*table.through, table.through->ordering());
    for (const Field* column : {fields.source, fields.target->content_type, fields.target->key})
        if (column->null())
            table.nullable_columns.push_back(column->column());
    return table;
}

std::string and_is_link(const backend::Dialect& dialect, const JoinTable& join, std::string_view prefix) {
    std::string condition;
    for (const std::string& column : join.nullable_columns)
        condition += fmt::format(" AND {}{} IS NOT NULL", prefix, dialect.quote(column));
    return condition;
}

std::vector<OrderColumn> order_columns(const Model& through, const std::vector<std::string>& names) {
    std::vector<OrderColumn> columns;
    const auto append = [&](const Field& field, bool descending) {
        if (std::ranges::find(columns, field.column(), &OrderColumn::column) == columns.end())
            columns.push_back({field.column(), descending, field.null()});
    };
    for (const std::string& name : names) {
        const bool descending = name.starts_with('-');
        const std::string_view bare = std::string_view(name).substr(descending ? 1 : 0);
        const Field* field = bare == "pk" ? &through.primary_key() : through.find_field(bare);
        if (!field) {
            std::vector<std::string> known;
            for (const auto& each : through.fields())
                known.push_back(each->name());
            throw ConfigurationError(fmt::format("links are ordered by the fields of {}, of which '{}' is none{}",
                                                 through.label(), bare, did_you_mean(bare, known)));
        }
        if (!field->is_primary_key() && &field->table_model() != &through.concrete_model())
            throw ConfigurationError(
                fmt::format("links are ordered by the fields in the table of {}, of which {} is none", through.label(),
                            field->label()));
        append(*field, descending);
    }
    append(through.primary_key(), false);
    return columns;
}

std::string link_order(const backend::Dialect& dialect, const JoinTable& join, std::string_view prefix, bool reversed) {
    std::vector<OrderColumn> columns = join.ordering;
    if (columns.empty() && join.is_numbered())
        columns = {{join.id_column}};
    else if (columns.empty())
        columns = {{join.content_type_column}, {join.key_column}};
    std::string order;
    for (const OrderColumn& each : columns) {
        const bool descending = each.descending != reversed;
        order += fmt::format("{}{}{}", order.empty() ? "" : ", ", prefix, dialect.quote(each.column));
        if (each.can_be_null)
            order += dialect.order_suffix(descending, !descending);
        else if (descending)
            order += " DESC";
    }
    return order;
}

PlacedLinks placed_links(const backend::Dialect& dialect, const JoinTable& join, std::string_view alias,
                         std::size_t among) {
    if (join.ordering.empty())
        return {dialect.table(join.name),
                join.is_numbered() ? fmt::format("{}.{}", alias, dialect.quote(join.id_column)) : "0"};
    return {fmt::format(
                "(SELECT x.*, row_number() OVER (ORDER BY {}) AS gm2m_place FROM {} AS x WHERE {})",
                link_order(dialect, join, "x."), dialect.table(join.name),
                dialect.in_list("x." + dialect.quote(join.source_column), among, join.source->primary_key().kind())),
            fmt::format("{}.gm2m_place", alias)};
}

namespace {

TypedSide reverse_side_of(const GM2MField& field) {
    const JoinTable join = join_table_of(field);
    return {
        .table = join.name,
        .order_column = join.id_column,
        .near_columns = {join.content_type_column, join.key_column},
        .far_column = join.source_column,
        .far = join.source,
        .source = join.source,
        .source_is_far = true,
        .constraints = join.constraints,
        .through = join.through,
        .far_can_be_null = std::ranges::find(join.nullable_columns, join.source_column) != join.nullable_columns.end()};
}

TypedSide side_of(const ManyToManyField& field, bool reverse) {
    const Model& join = field.join_model();
    const Field& near = reverse ? field.target_key() : field.source_key();
    const Field& far = reverse ? field.source_key() : field.target_key();
    return {.table = join.table(),
            .order_column = join.has_primary_key() ? join.primary_key().column() : "",
            .near_columns = {near.column()},
            .near_kind = near.kind(),
            .far_column = far.column(),
            .far = far.target(),
            .source = &field.source(),
            .source_is_far = reverse,
            .constraints = field.options().db_constraint};
}

}  // namespace

TypedSide typed_side_of(detail::RelationData& relation, bool reverse) {
    if (relation.is_generic)
        return reverse_side_of(gm2m_field(relation));
    return side_of(ManyToManyField(static_cast<detail::ManyToManyData&>(relation)), reverse);
}

}  // namespace gm2m::schema
