#include "query/link_set.hpp"

#include <fmt/format.h>

#include "model/relation_data.hpp"
#include "query/context.hpp"

namespace gm2m::query {
namespace {

/// No row has the content type 0: what the database knows no number of is linked to nothing.
Value content_type_of(const Context& context, const Model& model) {
    return Value(context.content_types.id_or_none(model));
}

}  // namespace

LinkSet LinkSet::of(const Context& context, const detail::LinkedTo& linked, const Model& far) {
    const backend::Dialect& dialect = context.connection.dialect();
    if (linked.relation->is_generic && !linked.reverse) {
        const schema::JoinTable join = schema::join_table_of(gm2m_field(*linked.relation));
        std::vector<schema::OrderColumn> order = join.ordering;
        if (join.is_numbered())
            order = {{join.id_column}};
        return {.table = dialect.table(join.name),
                .order = std::move(order),
                .through_order = linked.order,
                .is_numbered = join.is_numbered() && linked.order.empty(),
                .near = {{dialect.quote(join.source_column), linked.key},
                         {dialect.quote(join.content_type_column), content_type_of(context, join.linked_model(far))}},
                .far_column = dialect.quote(join.key_column),
                .far_is_text = true,
                .through = join.through};
    }
    const schema::TypedSide side = schema::typed_side_of(*linked.relation, linked.reverse);
    LinkSet links{.table = dialect.table(side.table),
                  .order = {},
                  .through_order = linked.order,
                  .is_numbered = !side.order_column.empty() && linked.order.empty(),
                  .near = {},
                  .far_column = dialect.quote(side.far_column),
                  .far_is_text = false,
                  .through = side.through};
    if (links.is_numbered)
        links.order = {{side.order_column}};
    if (side.is_generic())
        links.near = {{dialect.quote(side.near_columns[0]), content_type_of(context, *linked.near)},
                      {dialect.quote(side.near_columns[1]), Value(linked.key.to_string())}};
    else
        links.near = {{dialect.quote(side.near_columns[0]), linked.key}};
    return links;
}

std::string LinkSet::is_near(SqlWriter& writer, const std::string& alias) const {
    std::string condition;
    for (const auto& [column, value] : near)
        condition += fmt::format("{}{}.{} = {}", condition.empty() ? "" : " AND ", alias, column, writer.bind(value));
    return condition;
}

std::string LinkSet::is_linked(SqlWriter& writer, const std::string& key, Kind kind) const {
    const std::string alias = writer.alias();
    std::string left = key, selected = fmt::format("{}.{}", alias, far_column);
    if (far_is_text) {
        // The keys are sought from the links, of which there are few: by the index of the objects' keys.
        if (std::string typed = writer.dialect().key_from_text(selected, kind); !typed.empty())
            selected = std::move(typed);
        else
            left = writer.dialect().key_to_text(key, kind);
    }
    return fmt::format("{} IN (SELECT {} FROM {} AS {} WHERE {})", left, selected, table, alias,
                       is_near(writer, alias));
}

std::string LinkSet::leads_to(SqlWriter& writer, const std::string& alias, const std::string& key, Kind kind) const {
    return fmt::format("{} AND {}.{} = {}", is_near(writer, alias), alias, far_column, stored(writer, key, kind));
}

std::string LinkSet::in_row(SqlWriter& writer, const std::string& column, const std::string& key, Kind kind) const {
    const std::string alias = writer.alias();
    const std::string value = fmt::format("{}.{}", alias, writer.dialect().quote(column));
    return fmt::format("(SELECT {} FROM {} AS {} WHERE {}{})", value, table, alias, leads_to(writer, alias, key, kind),
                       through ? first_of(writer, alias) : "");
}

std::string LinkSet::first_of(const SqlWriter& writer, const std::string& alias) const {
    std::string all;
    for (const auto& [column, descending, can_be_null] : order)
        all += fmt::format("{}{}.{}{}", all.empty() ? " ORDER BY " : ", ", alias, writer.dialect().quote(column),
                           can_be_null  ? writer.dialect().order_suffix(descending, !descending)
                           : descending ? " DESC"
                                        : "");
    return all + " LIMIT 1";
}

std::string LinkSet::stored(const SqlWriter& writer, const std::string& key, Kind kind) const {
    return far_is_text ? writer.dialect().key_to_text(key, kind) : key;
}

}  // namespace gm2m::query
