#include "check/tables.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "backend/nearest.hpp"
#include "model/names.hpp"
#include "schema/existing_table.hpp"

namespace gm2m::check_registry {
namespace {

using Names = std::vector<std::string>;
using schema::ExistingTable;

/// A table as the declarations have it.
struct DeclaredTable {
    std::string name;
    const Model* model;
    std::string subject;  // of a join table the relation, else empty: the model or field
    SourceLocation location;
    bool managed;
    std::vector<Names> unique = {}, indexes = {};  // columns
};

std::string joined(const Names& names) {
    std::string all;
    for (const std::string& name : names)
        all += (all.empty() ? "" : ", ") + name;
    return all;
}

DeclaredTable declared(const Model& model, std::string subject = {}) {
    DeclaredTable table{model.table(), &model, std::move(subject), model.location(), model.is_managed()};
    for (const auto& field : model.fields())
        if (field->is_inherited())
            continue;  // in the parent's table
        else if (field->is_primary_key() || field->options().unique)
            table.unique.push_back({field->column()});
        else if (field->options().index || field->is_foreign_key())
            table.indexes.push_back({field->column()});
    for (const Index& index : model.indexes()) {
        Names columns;
        for (const std::string& name : index.fields)
            if (const Field* field = model.find_field(name))
                columns.push_back(field->column());
        (index.unique ? table.unique : table.indexes).push_back(std::move(columns));
    }
    return table;
}

DeclaredTable declared(const GM2MField& relation) {
    DeclaredTable table = declared(relation.join_model(), relation.label());
    const auto column = [&](const char* name) { return table.model->field(name).column(); };
    table.location = relation.location();
    table.managed = relation.options().managed;
    table.indexes = {{column("gm2m_ct"), column("gm2m_pk"), column("gm2m_src")}};  // for the reverse side
    return table;
}

DeclaredTable declared(const ManyToManyField& relation) {
    DeclaredTable table = declared(relation.join_model(), relation.label());
    table.location = relation.location();
    table.managed = relation.options().managed;
    return table;
}

/// Compares one table.
class Comparison {
public:
    Comparison(const backend::Dialect& dialect, const DeclaredTable& declared, const ExistingTable& existing,
               Found& found)
        : dialect_(dialect), declared_(declared), existing_(existing), found_(found) {}

    void compare() {
        if (!existing_.exists())
            return missing_table();
        for (const auto& field : declared_.model->fields())
            if (field->is_inherited())
                continue;
            else if (const ExistingTable::Column* column = find(field->column()))
                compare_column(*field, *column);
            else
                missing_column(*field);
        for (const Names& columns : declared_.unique)
            if (has_all(columns) && !is_unique(columns))
                missing_unique(columns);
        for (const Names& columns : declared_.indexes)
            if (has_all(columns) && !is_indexed(columns))
                add(Level::warning, "gm2m.W401", nullptr,
                    fmt::format("no index of the table '{}' begins with {}: lookups by that read all of it", table(),
                                joined(columns)),
                    create_index("INDEX", columns));
    }

private:
    std::string table() const { return dialect_.fit(declared_.name); }
    /// The statement, in which only names that need it are quoted.
    std::string create_index(std::string_view what, Names columns) const {
        const auto quoted = [&](const std::string& name) {
            const bool is_plain = std::ranges::all_of(
                name, [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
            return is_plain ? name : dialect_.quote(name);
        };
        std::ranges::transform(columns, columns.begin(), quoted);
        return fmt::format("CREATE {} <name> ON {} ({})", what, quoted(table()), joined(columns));
    }

    bool same(const std::string& one, const std::string& other) const {
        return dialect_.ignores_case_of_names() ? to_lower(one) == to_lower(other) : one == other;
    }
    const ExistingTable::Column* find(const std::string& name) const {
        for (const ExistingTable::Column& column : existing_.columns)
            if (same(column.name, name))
                return &column;
        return nullptr;
    }
    bool has_all(const Names& columns) const {
        return std::ranges::all_of(columns, [&](const std::string& name) { return find(name) != nullptr; });
    }
    bool is_unique(const Names& columns) const {
        return std::ranges::any_of(existing_.indexes, [&](const ExistingTable::Index& index) {
            return index.unique && index.columns.size() == columns.size() &&
                   std::ranges::all_of(index.columns, [&](const std::string& indexed) {
                       return std::ranges::any_of(columns,
                                                  [&](const std::string& name) { return same(indexed, name); });
                   });
        });
    }
    bool is_indexed(const Names& columns) const {
        return std::ranges::any_of(existing_.indexes, [&](const ExistingTable::Index& index) {
            return index.columns.size() >= columns.size() &&
                   std::equal(columns.begin(), columns.end(), index.columns.begin(),
                              [&](const std::string& a, const std::string& b) { return same(a, b); });
        });
    }

    void add(Level level, std::string_view id, const Field* field, std::string message, std::string hint) {
        const bool of_relation = !declared_.subject.empty();
        found_.add(level, id,
                   of_relation ? declared_.subject
                   : field     ? field->label()
                               : declared_.model->label(),
                   !of_relation && field ? field->location() : declared_.location, std::move(message), std::move(hint));
    }
    /// Another program's table may be as it is for a reason.
    Level level() const { return declared_.managed || !declared_.subject.empty() ? Level::error : Level::warning; }

    void missing_table() {
        add(Level::error, "gm2m.E401", nullptr, fmt::format("the database has no table '{}'", table()),
            declared_.managed ? "call create_tables(), or open the database that has it"
                              : "create the table, or correct the name that is declared for it");
    }
    void missing_column(const Field& field) {
        Names names;
        for (const ExistingTable::Column& column : existing_.columns)
            names.push_back(column.name);
        add(Level::error, "gm2m.E402", &field,
            fmt::format("the table '{}' has no column '{}'{}", table(), field.column(),
                        did_you_mean(field.column(), names)),
            "add the column, or declare the name that it has by `column`");
    }
    void missing_unique(const Names& columns) {
        add(level(), "gm2m.E406", nullptr,
            fmt::format("nothing keeps {} unique in the table '{}'", joined(columns), table()),
            create_index("UNIQUE INDEX", columns));
    }

    void compare_column(const Field& field, const ExistingTable::Column& column) {
        const std::string name = fmt::format("the column '{}' of '{}'", column.name, table());
        if (!dialect_.is_suitable(column.type, field.kind()))
            return add(Level::error, "gm2m.E403", &field,
                       fmt::format("{} is of type {}, which does not hold values of kind {}", name, column.type,
                                   name_of(field.kind())),
                       "change the type of the column, or the kind of the field");
        if (field.kind() == Kind::text)
            compare_length(field, column, name);
        if (!column.can_be_null || field.is_primary_key() || *column.can_be_null == field.null())
            return;
        if (field.null())
            add(level(), "gm2m.E405", &field, fmt::format("{} cannot be NULL, but the field can", name),
                "allow NULL for the column, or declare a field that cannot be NULL");
        else
            add(Level::warning, "gm2m.W402", &field,
                fmt::format("{} can be NULL, but the field cannot: such a row cannot be read", name),
                "forbid NULL for the column, or declare the field nullable");
    }

    void compare_length(const Field& field, const ExistingTable::Column& column, const std::string& name) {
        std::size_t length = 0;
        if (const auto begin = column.type.find('('); begin != std::string::npos && column.type.find("char") < begin)
            std::from_chars(column.type.data() + begin + 1, column.type.data() + column.type.size(), length);
        const std::optional<std::size_t> most = field.options().max_length;
        if (length == 0 || (most && *most <= length))
            return;
        add(most ? Level::error : Level::warning, "gm2m.E404", &field,
            fmt::format("{} holds {} characters, the field {}", name, length,
                        most ? fmt::format("up to {}", *most) : "any number"),
            fmt::format("lengthen the column, or set {} to {}",
                        declared_.subject.empty() ? "max_length" : "pk_maxlength", length));
    }

    const backend::Dialect& dialect_;
    const DeclaredTable& declared_;
    const ExistingTable& existing_;
    Found& found_;
};

/// Of relations and models that are complete; what others lack is told by check().
std::vector<DeclaredTable> declared_tables(const Registry& registry, const std::string& content_type_table) {
    std::vector<DeclaredTable> tables;
    const auto append = [&](const auto& of) {
        try {
            tables.push_back(declared(of));
        } catch (const ConfigurationError&) {
        }
    };
    for (const Model* model : registry.models())
        if (!model->is_proxy())
            append(*model);
    for (const GM2MField& relation : registry.gm2m_fields())
        if (!relation.has_through())
            append(relation);
    for (const ManyToManyField& relation : registry.many_to_many_fields())
        append(relation);
    DeclaredTable content_types = declared(registry.content_type_model(), content_type_table);
    content_types.name = content_type_table;
    content_types.location = {};
    content_types.managed = true;
    content_types.unique.push_back({"app_label", "model"});
    tables.push_back(std::move(content_types));
    return tables;
}

}  // namespace

void check_tables(backend::Connection& connection, const Registry& registry, const std::string& content_type_table,
                  Found& found) {
    for (const DeclaredTable& table : declared_tables(registry, content_type_table)) {
        const ExistingTable existing = schema::read_table(connection, table.name);
        Comparison(connection.dialect(), table, existing, found).compare();
    }
}

}  // namespace gm2m::check_registry
