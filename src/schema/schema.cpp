#include "schema/schema.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "schema/definition.hpp"
#include "schema/triggers.hpp"

namespace gm2m::schema {
namespace {

using backend::Access;
using backend::Connection;
using backend::Dialect;
using backend::Parameter;
using backend::Request;
using backend::RowSink;

bool table_exists(Connection& connection, std::string_view name) {
    const std::string quoted = connection.dialect().table(name);
    const std::string sql = connection.dialect().table_exists();
    const Parameter parameters[] = {Parameter::text(quoted)};
    Request request{.sql = &sql, .parameters = parameters};
    connection.execute(request, Access::read);
    return request.affected > 0;
}

bool holds_foreign_content_types(Connection& connection, const Registry& registry, const std::string& table) {
    bool foreign = false;
    const std::string sql = fmt::format("SELECT app_label, model FROM {}", connection.dialect().table(table));
    constexpr Kind columns[] = {Kind::text, Kind::text};
    RowSink sink([&](std::span<const ValueView> row) {
        const Model* model = registry.find(fmt::format("{}.{}", row[0].text(), row[1].text()));
        foreign = foreign || !model || model == &registry.content_type_model();
    });
    Request request{.sql = &sql, .columns = columns, .sink = &sink};
    connection.execute(request, Access::read);
    return foreign;
}

void lock_schema(Connection& connection) {
    if (const std::string sql = connection.dialect().lock_schema(); !sql.empty())
        connection.execute(sql);
}

std::vector<JoinTable> join_tables(const Registry& registry) {
    std::vector<JoinTable> tables;
    for (const GM2MField& field : registry.gm2m_fields())
        if (field.options().managed && !field.has_through())
            tables.push_back(join_table_of(field));
    return tables;
}

/// Of many-to-many fields.
std::vector<const Model*> join_models(const Registry& registry) {
    std::vector<const Model*> models;
    for (const ManyToManyField& field : registry.many_to_many_fields())
        if (field.options().managed)
            models.push_back(&field.join_model());
    return models;
}

/// By which the links of a target, and those of a source to objects of one model, are found in the tables of through
/// models, unless the model declares such an index itself. (DESIGN 5)
std::vector<std::string> through_indexes(const Dialect& dialect, const Registry& registry) {
    std::vector<std::string> statements;
    for (const GM2MField& field : registry.gm2m_fields()) {
        if (!field.has_through() || !field.join_model().concrete_model().is_managed())
            continue;
        const Model& model = field.join_model().concrete_model();
        const auto [source, target] = field.through_fields();
        const auto has_index = [&](const std::vector<std::string>& fields) {
            return std::ranges::any_of(model.indexes(), [&](const Index& index) {
                return index.fields.size() >= fields.size() &&
                       std::equal(fields.begin(), fields.end(), index.fields.begin());
            });
        };
        const std::string &type = target->content_type->name(), &key = target->key->name();
        if (!has_index({source->name(), type, key}))
            statements.push_back(create_forward_index(dialect, join_table_of(field)));
        if (!has_index({type, key, source->name()}))
            statements.push_back(create_reverse_index(dialect, join_table_of(field)));
    }
    return statements;
}

}  // namespace

void create_tables(Connection& connection, const Registry& registry, const std::string& content_type_table) {
    const Dialect& dialect = connection.dialect();
    const CreationOrder order = creation_order(registry);
    std::vector<std::string> statements{create_content_type_table(dialect, content_type_table)};
    const auto append = [&](std::vector<std::string> more) {
        std::ranges::move(more, std::back_inserter(statements));
    };
    for (const Model* model : order.models)
        append(create_table(dialect, *model, order.late, content_type_table));
    if (dialect.adds_constraints_later())
        for (const Field* field : order.late)
            statements.push_back(add_late_constraint(dialect, *field));
    for (const JoinTable& table : join_tables(registry))
        append(create_join_table(dialect, table, content_type_table));
    for (const Model* model : join_models(registry))
        append(create_table(dialect, *model, {}, content_type_table));

    append(through_indexes(dialect, registry));
    backend::in_transaction(connection, [&] {
        lock_schema(connection);
        for (const std::string& sql : statements)
            connection.execute(sql);
        update_triggers(connection, registry, content_type_table);
    });
}

void drop_tables(Connection& connection, const Registry& registry, const std::string& content_type_table) {
    const Dialect& dialect = connection.dialect();
    const CreationOrder order = creation_order(registry);
    const std::vector<JoinTable> joins = join_tables(registry);
    backend::in_transaction(connection, [&] {
        lock_schema(connection);
        drop_triggers(connection, registry);
        for (const Model* model : join_models(registry))
            connection.execute(fmt::format("DROP TABLE IF EXISTS {}", dialect.table(model->table())));
        for (const JoinTable& table : std::views::reverse(joins))
            connection.execute(fmt::format("DROP TABLE IF EXISTS {}", dialect.table(table.name)));
        // A target that was created after the key that refers to it goes first.
        for (const Field* field : order.late)
            if (table_exists(connection, field->model().table()))
                connection.execute(dialect.adds_constraints_later()
                                       ? fmt::format("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}",
                                                     dialect.table(field->model().table()),
                                                     dialect.table(fmt::format("{}_{}_fk", field->model().table(),
                                                                               field->column())))
                                       : fmt::format("UPDATE {} SET {} = NULL", dialect.table(field->model().table()),
                                                     dialect.quote(field->column())));
        for (const Model* model : std::views::reverse(order.models))
            connection.execute(fmt::format("DROP TABLE IF EXISTS {}", dialect.table(model->table())));
        if (table_exists(connection, content_type_table) &&
            !holds_foreign_content_types(connection, registry, content_type_table))
            connection.execute(fmt::format("DROP TABLE {}", dialect.table(content_type_table)));
    });
}

}  // namespace gm2m::schema
