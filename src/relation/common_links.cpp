#include "relation/common_links.hpp"

#include <fmt/format.h>

#include "model/relation_data.hpp"
#include "query/sql_writer.hpp"
#include "relation/linked_objects.hpp"
#include "relation/model_load.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {
namespace {

using query::SqlWriter;

/// The join table meets itself by way of what the one object is linked to, which is read once and kept: in this form
/// the statement also runs where the table is distributed by its sources. (DESIGN 5) It has no far object twice, so
/// that it can be joined; CROSS JOIN keeps it first on SQLite, which would go through all links for an IN. The columns
/// have the alias l. Where rows of a through model may link an object twice, what they link is numbered, and counted
/// once.
std::string statement(const std::string& table, const std::string& near_columns,
                      const std::vector<std::string>& far_columns, const std::string& own, const std::string& is_near,
                      std::size_t limit, bool may_repeat = false, const std::string& and_is_link = "") {
    std::string selected, names, linked;
    for (const std::string& column : far_columns) {
        const std::string name = fmt::format("far_{}", linked.empty() ? 1 : 2);
        selected += (linked.empty() ? "" : ", ") + column;
        names += (linked.empty() ? "" : ", ") + name;
        linked += fmt::format("{} = gm2m_own.{} AND ", column, name);
    }
    std::string linked_by_own = fmt::format("SELECT {} FROM {} AS l WHERE {}", selected, table, own);
    if (may_repeat) {
        linked_by_own =
            fmt::format("SELECT x.*, row_number() OVER () FROM (SELECT DISTINCT {}) AS x", linked_by_own.substr(7));
        names += ", n";
    }
    return fmt::format(
        "WITH gm2m_own ({1}) AS MATERIALIZED ({2}) "
        "SELECT {0}, {7} FROM gm2m_own CROSS JOIN {3} AS l WHERE {4}NOT ({5}){8} "
        "GROUP BY {0} ORDER BY {7} DESC, {0} LIMIT {6}",
        near_columns, names, linked_by_own, table, linked, is_near, std::min<std::size_t>(limit, INT64_MAX),
        may_repeat ? "count(DISTINCT gm2m_own.n)" : "count(*)", and_is_link);
}

struct Ranking {
    backend::ValueList keys{Kind::text};
    std::vector<std::size_t> counts;

    std::vector<InCommon> take(std::vector<Object>& objects) const {
        std::vector<InCommon> result;
        for (std::size_t i = 0; i < objects.size(); ++i)
            if (objects[i])
                result.push_back({std::move(objects[i]), counts[i]});
        return result;
    }
};

/// Objects of one model by the texts of their keys, each at its place.
std::vector<Object> load(Context& context, const Model& model, const backend::ValueList& keys) {
    std::vector<Object> objects(keys.size());
    ModelLoad load(model, keys, objects);
    std::vector<backend::Request> requests;
    load.append_requests(context, requests);
    context.connection.execute(requests, backend::Access::read);
    return objects;
}

void run(Context& context, const std::string& sql, const SqlWriter& writer, std::span<const Kind> columns,
         const std::function<void(std::span<const ValueView>)>& take) {
    backend::RowSink sink(take);
    backend::Request request{.sql = &sql, .parameters = writer.parameters(), .columns = columns, .sink = &sink};
    context.connection.execute(request, backend::Access::read);
}

/// Near objects of one model, by a key of that kind.
std::vector<InCommon> of_one_model(Context& context, const Model& near, const std::string& sql,
                                   const SqlWriter& writer) {
    Ranking ranking;
    const Kind columns[] = {near.primary_key().kind(), Kind::big_integer};
    run(context, sql, writer, columns, [&](std::span<const ValueView> row) {
        ranking.keys.push_text(Value(columns[0], row[0]).to_string());
        ranking.counts.push_back(static_cast<std::size_t>(row[1].integer()));
    });
    std::vector<Object> objects = load(context, near, ranking.keys);
    return ranking.take(objects);
}

}  // namespace

std::vector<InCommon> most_in_common(Context& context, const GM2MField& field, const Value& source,
                                     const std::optional<std::vector<int>>& only, std::size_t limit) {
    const backend::Dialect& dialect = context.connection.dialect();
    const schema::JoinTable join = schema::join_table_of(field);
    SqlWriter writer(dialect);
    const std::string near = "l." + dialect.quote(join.source_column),
                      content_type = "l." + dialect.quote(join.content_type_column);
    const std::string is_near = fmt::format("{} = {}", near, writer.bind(source));
    const std::vector<std::string> far{content_type, "l." + dialect.quote(join.key_column)};
    std::string own = is_near;
    if (only) {
        backend::ValueList ids(Kind::integer);
        for (const int id : *only)
            ids.push_integer(id);
        own += " AND " + dialect.in_list(content_type, writer.bind(std::move(ids)), Kind::integer);
    }
    return of_one_model(context, field.source(),
                        statement(dialect.table(join.name), near, far, own, is_near, limit, join.through != nullptr,
                                  schema::and_is_link(dialect, join, "l.")),
                        writer);
}

std::vector<InCommon> most_in_common(Context& context, detail::RelationData& relation, bool reverse, const Model& near,
                                     const Value& key, std::size_t limit) {
    const backend::Dialect& dialect = context.connection.dialect();
    const schema::TypedSide side = schema::typed_side_of(relation, reverse);
    SqlWriter writer(dialect);
    const std::string far = "l." + dialect.quote(side.far_column),
                      near_key = "l." + dialect.quote(side.near_columns.back());
    if (!side.is_generic()) {
        const std::string is_near = fmt::format("{} = {}", near_key, writer.bind(key));
        return of_one_model(context, near,
                            statement(dialect.table(side.table), near_key, {far}, is_near, is_near, limit), writer);
    }
    const GM2MField field = gm2m_field(relation);
    const std::string content_type = "l." + dialect.quote(side.near_columns.front());
    const std::string type = writer.bind(Value(context.content_types.id_or_none(near)));
    const std::string is_near =
        fmt::format("{} = {} AND {} = {}", content_type, type, near_key, writer.bind(Value(key.to_string())));
    Ranking ranking;
    LinkedObjects linked;
    constexpr Kind columns[] = {Kind::integer, Kind::text, Kind::big_integer};
    const std::string sql =
        statement(dialect.table(side.table), content_type + ", " + near_key, {far}, is_near, is_near, limit,
                  side.through != nullptr, schema::and_is_link(dialect, schema::join_table_of(field), "l."));
    run(context, sql, writer, columns, [&](std::span<const ValueView> row) {
        linked.row(row.first(2));
        ranking.counts.push_back(static_cast<std::size_t>(row[2].integer()));
    });
    std::vector<Object> objects = linked.load_in_place(context);
    return ranking.take(objects);
}

}  // namespace gm2m::relation
