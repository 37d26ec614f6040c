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
        const schema::JoinTable join =
            schema::join_table_of(GM2MField(static_cast<detail::GM2MFieldData&>(*linked.relation)));
        return {.table = dialect.table(join.name),
                .order_column = join.layout == Layout::standard ? dialect.quote(join.id_column) : "",
                .near = {{dialect.quote(join.source_column), linked.key},
                         {dialect.quote(join.content_type_column), content_type_of(context, join.linked_model(far))}},
                .far_column = dialect.quote(join.key_column),
                .far_is_text = true};
    }
    const schema::TypedSide side = schema::typed_side_of(*linked.relation, linked.reverse);
    LinkSet links{.table = dialect.table(side.table),
                  .order_column = side.order_column.empty() ? "" : dialect.quote(side.order_column),
                  .near = {},
                  .far_column = dialect.quote(side.far_column),
                  .far_is_text = false};
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
    return fmt::format("{} IN (SELECT {} FROM {} AS {} WHERE {})", left, selected, table, alias, is_near(writer, alias));
}

std::string LinkSet::place(SqlWriter& writer, const std::string& key, Kind kind) const {
    const std::string alias = writer.alias();
    return fmt::format("(SELECT {}.{} FROM {} AS {} WHERE {} AND {}.{} = {})", alias, order_column, table, alias,
                       is_near(writer, alias), alias, far_column, stored(writer, key, kind));
}

std::string LinkSet::stored(const SqlWriter& writer, const std::string& key, Kind kind) const {
    return far_is_text ? writer.dialect().key_to_text(key, kind) : key;
}

}  // namespace gm2m::query
