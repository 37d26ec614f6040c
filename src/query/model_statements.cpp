#include "query/model_statements.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gm2m {
namespace {

bool database_makes_key(const Model& model) {
    const Field& key = model.primary_key();
    return key.is_generated() && !key.is_parent_link() && form_of(key.kind()) == ValueView::Form::integer;
}

/// Joins the tables of the parents, by the key that the rows of all have in common; their aliases, in that order.
std::vector<const Model*> join_parents(const Context& context, const Model& model, ModelColumns& out) {
    std::vector<const Model*> parents;
    if (!model.parent())
        return parents;
    const backend::Dialect& dialect = context.connection.dialect();
    const std::string own_key = "t." + dialect.quote(model.primary_key().column());
    for (const Model* parent = model.parent(); parent; parent = parent->parent()) {
        parents.push_back(parent);
        const std::string alias = fmt::format("p{}", parents.size()), table = context.table_of(*parent),
                          key = dialect.quote(parent->primary_key().column());
        out.parents += fmt::format(" JOIN {} AS {} ON {}.{} = {}", table, alias, alias, key, own_key);
        out.parents_by_key += fmt::format(" {}", dialect.join_by_key(table, key, own_key, alias));
    }
    return parents;
}

void append(std::string& list, const std::string& item) {
    list += (list.empty() ? "" : ", ") + item;
}

ModelColumns columns_of(const Context& context, const Model& model) {
    const backend::Dialect& dialect = context.connection.dialect();
    model.require_complete();
    ModelColumns all;
    const std::vector<const Model*> parents = join_parents(context, model, all);
    for (const auto& field : model.fields()) {
        const auto parent = std::ranges::find(parents, &field->table_model());
        append(all.columns, (parent == parents.end() ? "t." : fmt::format("p{}.", parent - parents.begin() + 1)) +
                                dialect.quote(field->column()));
        all.kinds.push_back(field->kind());
    }
    return all;
}

RowReadStatements write_reads(Context& context, const Model& model) {
    const backend::Dialect& dialect = context.connection.dialect();
    const ModelColumns& all = ModelColumns::of(context, model);
    const std::string table = context.table_of(model);
    const Field& key = model.primary_key();
    const std::string key_column = dialect.quote(key.column());
    RowReadStatements statements;
    statements.select_by_key = fmt::format("SELECT {} FROM {} AS t{} WHERE t.{} = {}", all.columns, table, all.parents,
                                           key_column, dialect.parameter(1));
    statements.select_by_keys = dialect.select_by_keys(all.columns, table, key_column, key.kind(), all.parents);
    return statements;
}

RowWriteStatements write_writes(const Context& context, const Model& model) {
    const backend::Dialect& dialect = context.connection.dialect();
    model.require_complete();
    const std::string table = context.table_of(model);
    const Field& key = model.primary_key();
    const std::string key_column = dialect.quote(key.column());

    std::string names, values, other_names, other_values, assignments;
    std::size_t n = 0;
    std::vector<const Field*> changing;
    for (const Field* field : fields_in(model, model.concrete_model())) {
        const std::string column = dialect.quote(field->column());
        append(names, column);
        append(values, dialect.parameter(++n));
        if (field == &key)
            continue;
        changing.push_back(field);
        append(other_names, column);
        append(other_values, dialect.parameter(changing.size()));
        append(assignments, fmt::format("{} = excluded.{}", column, column));
    }
    RowWriteStatements statements;
    statements.insert = fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names, values);
    if (database_makes_key(model))
        statements.insert_generated =
            other_names.empty()
                ? fmt::format("INSERT INTO {} DEFAULT VALUES RETURNING {}", table, key_column)
                : fmt::format("INSERT INTO {} ({}) VALUES ({}) RETURNING {}", table, other_names, other_values,
                              key_column);
    if (!changing.empty())
        statements.update = update_statement(dialect, model, model.concrete_model(), changing);
    statements.upsert = fmt::format("{} ON CONFLICT ({}) DO {}", statements.insert, key_column,
                                    assignments.empty() ? "NOTHING" : "UPDATE SET " + assignments);
    return statements;
}

}  // namespace

const ModelColumns& ModelColumns::of(Context& context, const Model& model) {
    return context.cached<ModelColumns>(&model, [&] { return columns_of(context, model); });
}

const RowReadStatements& RowReadStatements::of(Context& context, const Model& model) {
    return context.cached<RowReadStatements>(&model, [&] { return write_reads(context, model); });
}

const RowWriteStatements& RowWriteStatements::of(Context& context, const Model& model) {
    return context.cached<RowWriteStatements>(&model, [&] { return write_writes(context, model); });
}

std::string update_statement(const backend::Dialect& dialect, const Model& model, const Model& table,
                             std::span<const Field* const> fields) {
    std::string assignments;
    std::size_t n = 0;
    for (const Field* field : fields)
        assignments += fmt::format("{}{} = {}", n == 0 ? "" : ", ", dialect.quote(field->column()),
                                   dialect.parameter(n + 1)),
            ++n;
    std::string sql = fmt::format("UPDATE {} SET {} WHERE {} = {}", dialect.table(table.table()), assignments,
                                  dialect.quote(table.primary_key().column()), dialect.parameter(n + 1));
    if (&table != &model.concrete_model())
        sql += fmt::format(" AND EXISTS (SELECT 1 FROM {} AS own WHERE own.{} = {})", dialect.table(model.table()),
                           dialect.quote(model.primary_key().column()), dialect.parameter(n + 1));
    return sql;
}

std::vector<const Field*> fields_in(const Model& model, const Model& table) {
    std::vector<const Field*> fields;
    for (const auto& field : model.fields())
        if (field->is_primary_key() || &field->table_model() == &table)
            fields.push_back(field.get());
    return fields;
}

}  // namespace gm2m
