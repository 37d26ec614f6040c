#include "schema/definition.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/names.hpp"

namespace gm2m::schema {
namespace {

std::string type_of(const backend::Dialect& dialect, const Field& field) {
    const FieldOptions& options = field.options();
    return dialect.column_type(field.kind(), options.max_length.value_or(0), options.max_digits,
                               options.decimal_places);
}

std::string references(const backend::Dialect& dialect, const Model& target, const std::string& table) {
    return fmt::format("REFERENCES {} ({})", dialect.table(table), dialect.quote(target.primary_key().column()));
}
std::string references(const backend::Dialect& dialect, const Model& target) {
    return references(dialect, target, target.table());
}

bool is_generated_by_database(const Field& field) {
    return field.is_generated() && !field.is_parent_link() && form_of(field.kind()) == ValueView::Form::integer;
}

std::string column_definition(const backend::Dialect& dialect, const Field& field, bool constraint_is_late,
                              const std::string& content_type_table) {
    const std::string name = dialect.quote(field.column());
    if (is_generated_by_database(field))
        return fmt::format("{} {}", name, dialect.generated_key(field.kind()));
    std::string definition = fmt::format("{} {}", name, type_of(dialect, field));
    definition += field.null() ? " NULL" : " NOT NULL";
    if (field.is_primary_key())
        definition += " PRIMARY KEY";
    else if (field.options().unique)
        definition += " UNIQUE";
    if (field.is_foreign_key() && field.options().db_constraint && !constraint_is_late)
        definition += fmt::format(
            " {}",
            references(dialect, *field.target(),
                       field.target()->label() == content_type_label ? content_type_table : field.target()->table()));
    return definition;
}

std::string column_list(const backend::Dialect& dialect, const Model& model, const std::vector<std::string>& fields) {
    std::string list;
    for (const std::string& name : fields)
        list += (list.empty() ? "" : ", ") + dialect.quote(model.field(name).column());
    return list;
}

std::string create_index(const backend::Dialect& dialect, std::string_view table, std::string_view suffix,
                         std::string_view columns) {
    return fmt::format("CREATE INDEX IF NOT EXISTS {} ON {} ({})",
                       dialect.table(fmt::format("{}_{}_idx", table, suffix)), dialect.table(table), columns);
}

/// Whether an index of several columns serves lookups by the field alone.
bool leads_an_index(const Model& model, const Field& field) {
    return std::ranges::any_of(model.indexes(),
                               [&](const Index& index) { return index.fields.front() == field.name(); });
}

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts)
        all += (all.empty() ? "" : ", ") + part;
    return all;
}

/// The foreign keys in the model's own table, the one to its parent included.
std::vector<const Field*> own_foreign_keys(const Model& model) {
    std::vector<const Field*> keys;
    for (const auto& field : model.fields())
        if (field->is_foreign_key() && !field->is_inherited() && field->options().db_constraint)
            keys.push_back(field.get());
    return keys;
}

/// Depth first along the foreign keys that cannot be NULL; a model under way that is met again closes a cycle.
class Sorter {
public:
    std::vector<const Model*> sort(const std::vector<const Model*>& models) {
        for (const Model* model : models)
            visit(*model);
        return std::move(order_);
    }

private:
    void visit(const Model& model) {
        if (!model.is_managed() || std::ranges::find(order_, &model) != order_.end())
            return;
        if (const auto met = std::ranges::find(path_, &model); met != path_.end())
            throw_cycle({met, path_.end()});
        path_.push_back(&model);
        for (const Field* field : own_foreign_keys(model))
            if (const Model& target = field->target()->concrete_model(); !field->null() && &target != &model)
                visit(target);
        path_.pop_back();
        order_.push_back(&model);
    }

    [[noreturn]] static void throw_cycle(const std::vector<const Model*>& cycle) {
        std::string names;
        for (const Model* model : cycle)
            names += model->label() + " -> ";
        throw ConfigurationError(
            fmt::format("foreign keys form a cycle: {}{}: no first row could be inserted; make one "
                        "of them nullable, or set its db_constraint to false",
                        names, cycle.front()->label()));
    }

    std::vector<const Model*> path_, order_;
};

}  // namespace

CreationOrder creation_order(const Registry& registry) {
    const std::vector<const Model*> models = registry.models();
    for (const Model* model : models)
        if (model->is_managed())
            model->require_complete();
    CreationOrder order{Sorter().sort(models), {}};
    const auto place = [&](const Model* model) { return std::ranges::find(order.models, model); };
    for (const Model* model : order.models)
        for (const Field* field : own_foreign_keys(*model))
            if (const Model& target = field->target()->concrete_model();
                field->null() && target.is_managed() && place(&target) > place(model))
                order.late.push_back(field);
    return order;
}

std::vector<std::string> create_table(const backend::Dialect& dialect, const Model& model,
                                      const std::vector<const Field*>& late, const std::string& content_type_table) {
    std::vector<std::string> parts, indexes;
    const bool is_clustered = !model.has_primary_key();  // the join table of a compact relation
    for (const auto& field : model.fields()) {
        if (field->is_inherited())
            continue;
        const bool is_late = dialect.adds_constraints_later() && std::ranges::find(late, field.get()) != late.end();
        parts.push_back(column_definition(dialect, *field, is_late, content_type_table));
        const bool wanted = field->options().index || (field->is_foreign_key() && !leads_an_index(model, *field));
        if (wanted && !field->options().unique && !field->is_primary_key())
            indexes.push_back(create_index(dialect, model.table(), field->column(), dialect.quote(field->column())));
    }
    for (const Index& index : model.indexes()) {
        const std::string columns = column_list(dialect, model, index.fields);
        std::string suffix;
        for (const std::string& name : index.fields)
            suffix += (suffix.empty() ? "" : "_") + name;
        if (index.unique)
            parts.push_back(fmt::format(
                "{} ({})", is_clustered && &index == &model.indexes().front() ? "PRIMARY KEY" : "UNIQUE", columns));
        else
            indexes.push_back(create_index(dialect, model.table(), suffix, columns));
    }
    std::vector<std::string> statements{
        fmt::format("CREATE TABLE IF NOT EXISTS {} ({}){}", dialect.table(model.table()), joined(parts),
                    is_clustered ? dialect.clustered_by_key() : "")};
    statements.insert(statements.end(), indexes.begin(), indexes.end());
    return statements;
}

std::string add_late_constraint(const backend::Dialect& dialect, const Field& field) {
    return dialect.add_foreign_key(dialect.table(field.model().table()),
                                   fmt::format("{}_{}_fk", field.model().table(), field.column()),
                                   dialect.quote(field.column()), references(dialect, *field.target()));
}

std::vector<std::string> create_join_table(const backend::Dialect& dialect, const JoinTable& table,
                                           const std::string& content_type_table) {
    const bool compact = table.layout == Layout::compact;
    const Field& key = table.source->primary_key();
    const auto constraint = [&](const std::string& target) { return table.constraints ? " " + target : ""; };
    const std::string source = dialect.quote(table.source_column);
    const std::string content_type = dialect.quote(table.content_type_column);
    const std::string target_key = dialect.quote(table.key_column);
    const std::string triple = fmt::format("{}, {}, {}", source, content_type, target_key);

    std::vector<std::string> parts;
    if (!compact)
        parts.push_back(dialect.quote(table.id_column) + " " + dialect.generated_key(Kind::big_integer));
    parts.push_back(source + " " + type_of(dialect, key) + " NOT NULL" +
                    constraint(references(dialect, *table.source)));
    parts.push_back(content_type + " integer NOT NULL" +
                    constraint(fmt::format("REFERENCES {} (id)", dialect.table(content_type_table))));
    parts.push_back(target_key + " " + dialect.column_type(Kind::text, table.key_length.value_or(0), 0, 0) +
                    " NOT NULL");
    parts.push_back(fmt::format("{} ({})", compact ? "PRIMARY KEY" : "UNIQUE", triple));
    return {fmt::format("CREATE TABLE IF NOT EXISTS {} ({}){}", dialect.table(table.name), joined(parts),
                        compact ? dialect.clustered_by_key() : ""),
            create_reverse_index(dialect, table)};
}

std::string create_reverse_index(const backend::Dialect& dialect, const JoinTable& table) {
    return create_index(dialect, table.name,
                        table.through ? fmt::format("{}_{}_reverse", table.source_column, table.key_column) : "reverse",
                        fmt::format("{}, {}, {}", dialect.quote(table.content_type_column),
                                    dialect.quote(table.key_column), dialect.quote(table.source_column)));
}

std::string create_forward_index(const backend::Dialect& dialect, const JoinTable& table) {
    return create_index(dialect, table.name, fmt::format("{}_{}_forward", table.source_column, table.key_column),
                        fmt::format("{}, {}, {}", dialect.quote(table.source_column),
                                    dialect.quote(table.content_type_column), dialect.quote(table.key_column)));
}

std::string create_content_type_table(const backend::Dialect& dialect, const std::string& name) {
    const std::string text = dialect.column_type(Kind::text, longest_model_name, 0, 0);
    return fmt::format("CREATE TABLE IF NOT EXISTS {} (id {}, app_label {} NOT NULL, model {} NOT NULL, "
                       "UNIQUE (app_label, model))",
                       dialect.table(name), dialect.generated_key(Kind::integer), text, text);
}

}  // namespace gm2m::schema
