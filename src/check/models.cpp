#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "backend/nearest.hpp"
#include "check/found.hpp"

namespace gm2m::check_registry {
namespace {

void check_primary_key(const Model& model, Found& found) {
    if (!model.has_primary_key() && !model.is_abstract())
        found.error("gm2m.E301", model.label(), model.location(), "the model has no primary key",
                    "declare one of its fields with .primary_key()");
}

void check_columns(const Model& model, Found& found) {
    std::map<std::string_view, const Field*> columns;
    for (const auto& field : model.fields()) {
        if (field->is_inherited())
            continue;  // in another table
        const auto [first, fresh] = columns.emplace(field->column(), field.get());
        if (!fresh)
            found.error("gm2m.E304", field->label(), field->location(),
                        fmt::format("the column '{}' is that of {} too", field->column(), first->second->label()),
                        fmt::format("give one of them another `column`, or map '{}' only once", field->column()));
    }
}

/// The parent cannot be abstract: of such a one the columns are the child's own.
void check_parent(const Field& link, Found& found) {
    const Model& model = link.model();
    if (const Model& parent = *link.target(); parent.is_swapped_out())
        found.error(
            "gm2m.E315", model.label(), model.location(),
            fmt::format("the model inherits {}, which has been swapped out for {}, and so has no table", parent.label(),
                        parent.swapped_by()),
            fmt::format("inherit another model, an abstract one best, or do not replace {} where {} is registered",
                        parent.label(), model.label()));
}

void check_foreign_keys(const Registry& registry, const Model& model, Found& found) {
    for (const auto& field : model.fields()) {
        if (!field->is_foreign_key() || field->is_inherited())
            continue;
        if (field->is_parent_link()) {
            check_parent(*field, found);
            continue;
        }
        if (const Model* target = field->target()) {
            check_target(*target, "the foreign key", field->label(), field->location(), found);
            continue;
        }
        const Model* target = find_model(registry, field->target_label());
        if (!target) {
            found.error(
                "gm2m.E305", field->label(), field->location(),
                fmt::format("the foreign key refers to '{}', which is not registered{}", field->target_label(),
                            near_labels(registry, field->target_label())),
                fmt::format("register '{}' with Registry::model(), or name another model", field->target_label()));
        } else if (target->has_primary_key()) {
            const Kind key = target->primary_key().kind();
            found.error("gm2m.E306", field->label(), field->location(),
                        fmt::format("the foreign key is of kind {}, but the primary key of {} of kind {}",
                                    name_of(field->kind()), target->label(), name_of(key)),
                        fmt::format("give the member the type of {}", target->primary_key().label()));
        }
    }
}

std::string near_fields(const Model& model, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& field : model.fields())
        names.push_back(field->name());
    return did_you_mean(name, names);
}

void check_indexes(const Model& model, Found& found) {
    for (const Index& index : model.indexes())
        for (const std::string& name : index.fields)
            if (const Field* field = model.find_field(name); field && field->is_inherited() && !model.is_proxy())
                found.error(
                    "gm2m.E307", model.label(), index.location,
                    fmt::format("an index names '{}', which is in the table of {}", name, field->table_model().label()),
                    fmt::format("declare the index with {}", field->table_model().label()));
            else if (!field)
                found.error("gm2m.E307", model.label(), index.location,
                            fmt::format("an index names '{}', which is no field of the model{}", name,
                                        near_fields(model, name)),
                            "name fields of the model, as they are declared, not their columns");
}

void check_ordering(const Registry& registry, const Model& model, Found& found) {
    for (const std::string& path : model.ordering()) {
        std::string name = path.substr(path.starts_with('-') ? 1 : 0);
        name.resize(std::min(name.size(), name.find("__")));
        if (name != "pk" && !model.find_field(name) && !registry.find_many_to_many_field(model, name))
            found.error("gm2m.E314", model.label(), model.location(),
                        fmt::format("the ordering names '{}', which is no field of the model{}", name,
                                    near_fields(model, name)),
                        "name fields of the model, with a \"-\" before those that go down");
    }
}

/// Depth first along the foreign keys that cannot be NULL, as tables are created.
class Cycles {
public:
    explicit Cycles(Found& found) : found_(found) {}

    void visit(const Model& model) {
        if (!model.is_managed() || std::ranges::find(done_, &model) != done_.end())
            return;
        if (const auto met = std::ranges::find(path_, &model); met != path_.end())
            return report({met, path_.end()});
        path_.push_back(&model);
        for (const auto& field : model.fields())
            if (field->target() && field->target() != &model && !field->null() && field->options().db_constraint)
                visit(*field->target());
        path_.pop_back();
        done_.push_back(&model);
    }

private:
    void report(const std::vector<const Model*>& cycle) {
        std::string names;
        for (const Model* model : cycle)
            names += model->label() + " -> ";
        found_.error("gm2m.E312", cycle.front()->label(), cycle.front()->location(),
                     fmt::format("foreign keys that cannot be NULL form a cycle, {}{}: no first row could be inserted",
                                 names, cycle.front()->label()),
                     "make one of them nullable, or set its db_constraint to false");
    }

    Found& found_;
    std::vector<const Model*> path_, done_;
};

/// Tables that create_tables() would take for two things.
class Tables {
public:
    explicit Tables(Found& found) : found_(found) {}

    void claim(const std::string& table, const std::string& owner, const SourceLocation& at, const char* parameter) {
        const auto [first, fresh] = owners_.emplace(table, owner);
        if (!fresh)
            found_.error(
                "gm2m.E313", owner, at, fmt::format("the table '{}' is that of {} too", table, first->second),
                fmt::format("give one of them another {}, or make one managed = false if both are meant to use it",
                            parameter));
    }

private:
    Found& found_;
    std::map<std::string, std::string> owners_;
};

void check_tables(const Registry& registry, Found& found) {
    Tables tables(found);
    for (const Model* model : registry.models())
        if (model->is_managed())
            tables.claim(model->table(), model->label(), model->location(), "table()");
    for (const GM2MField& field : registry.gm2m_fields())
        if (field.find_source() && field.options().managed && !field.has_through())
            tables.claim(field.table(), field.label(), field.location(), "db_table");
    for (const ManyToManyField& field : registry.many_to_many_fields())
        if (field.find_source() && field.options().managed)
            tables.claim(field.table(), field.label(), field.location(), "db_table");
}

}  // namespace

void check_models(const Registry& registry, Found& found) {
    Cycles cycles(found);
    for (const Model* model : registry.models()) {
        check_primary_key(*model, found);
        check_columns(*model, found);
        check_foreign_keys(registry, *model, found);
        check_indexes(*model, found);
        check_ordering(registry, *model, found);
        cycles.visit(*model);
    }
    check_tables(registry, found);
}

}  // namespace gm2m::check_registry
