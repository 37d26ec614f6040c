#include "query/model_statements.hpp"

#include <fmt/format.h>

namespace gm2m {
namespace {

bool database_makes_key(const Model& model) {
    const Field& key = model.primary_key();
    return key.is_generated() && form_of(key.kind()) == ValueView::Form::integer;
}

ModelStatements generate(const Context& context, const Model& model) {
    const backend::Dialect& dialect = context.connection.dialect();
    model.require_complete();
    ModelStatements statements;
    const std::string table = context.table_of(model);
    const Field& key = model.primary_key();
    const std::string key_column = dialect.quote(key.column());

    std::string names, values, other_names, other_values, assignments;
    std::size_t n = 0, others = 0;
    std::vector<const Field*> changing;
    const auto append = [](std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; };
    for (const auto& field : model.fields()) {
        const std::string column = dialect.quote(field->column());
        append(statements.columns, "t." + column);
        statements.kinds.push_back(field->kind());
        append(names, column);
        append(values, dialect.parameter(++n));
        if (field.get() == &key)
            continue;
        append(other_names, column);
        append(other_values, dialect.parameter(++others));
        append(assignments, fmt::format("{} = excluded.{}", column, column));
        changing.push_back(field.get());
    }
    statements.select_by_key = fmt::format("SELECT {} FROM {} AS t WHERE t.{} = {}", statements.columns, table,
                                           key_column, dialect.parameter(1));
    statements.select_by_keys = dialect.select_by_keys(statements.columns, table, key_column, key.kind());
    statements.insert = fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names, values);
    if (database_makes_key(model))
        statements.insert_generated =
            other_names.empty()
                ? fmt::format("INSERT INTO {} DEFAULT VALUES RETURNING {}", table, key_column)
                : fmt::format("INSERT INTO {} ({}) VALUES ({}) RETURNING {}", table, other_names, other_values,
                              key_column);
    if (!changing.empty())
        statements.update = update_statement(dialect, model, changing);
    statements.upsert = fmt::format("{} ON CONFLICT ({}) DO {}", statements.insert, key_column,
                                    assignments.empty() ? "NOTHING" : "UPDATE SET " + assignments);
    statements.remove = fmt::format("DELETE FROM {} WHERE {} = {}", table, key_column, dialect.parameter(1));
    return statements;
}

}  // namespace

const ModelStatements& ModelStatements::of(Context& context, const Model& model) {
    return context.cached<ModelStatements>(&model, [&] { return generate(context, model); });
}

std::string update_statement(const backend::Dialect& dialect, const Model& model,
                             std::span<const Field* const> fields) {
    std::string assignments;
    std::size_t n = 0;
    for (const Field* field : fields)
        assignments += fmt::format("{}{} = {}", n == 0 ? "" : ", ", dialect.quote(field->column()),
                                   dialect.parameter(n + 1)),
            ++n;
    return fmt::format("UPDATE {} SET {} WHERE {} = {}", dialect.table(model.table()), assignments,
                       dialect.quote(model.primary_key().column()), dialect.parameter(n + 1));
}

}  // namespace gm2m
