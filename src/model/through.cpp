#include "model/through.hpp"

#include <fmt/format.h>

#include <gm2m/registry.hpp>

#include "backend/nearest.hpp"
#include "model/names.hpp"

namespace gm2m::detail {
namespace {

using fmt::format;

class Chooser {
public:
    explicit Chooser(const GM2MFieldData& relation)
        : source_(*relation.source), through_(*relation.through), names_(relation.options.through_fields) {}

    ThroughChoice choose() {
        if (!through_.is_abstract() && !through_.is_swapped_out()) {
            choose_fields();
            require_own_columns();
        } else {
            refuse_through();
        }
        return std::move(choice_);
    }

private:
    void choose_fields() {
        if (names_.empty()) {
            guess_source();
            guess_target();
        } else if (names_.size() < 2 || names_[0].empty() || names_[1].empty()) {
            problem("gm2m.E106", "through_fields names fewer than two fields",
                    format("Name the foreign key to {} and the generic foreign key of {}.", source_.label(),
                           through_.label()));
        } else {
            find_source(names_[0]);
            find_target(names_[1]);
        }
    }

    void refuse_through() {
        if (through_.is_abstract())
            problem("gm2m.E112", format("its through model {} is abstract, and has no rows", through_.label()),
                    "Name a model that inherits it.");
        else
            problem("gm2m.E112",
                    format("its through model {} has been swapped out for {}", through_.label(), through_.swapped_by()),
                    format("Name Registry::swappable_label(\"{}\").", through_.swappable()));
    }

    /// The rows of one table are the links.
    void require_own_columns() {
        if (!choice_.source || !choice_.target)
            return;
        for (const Field* field : {choice_.source, choice_.target->content_type, choice_.target->key})
            if (&field->table_model() != &through_.concrete_model()) {
                problem(
                    "gm2m.E113",
                    format("{}, which makes the links, is in the table of {}, of which its through model is a child",
                           field->label(), field->table_model().label()),
                    format("Declare the foreign key and the generic one in {} itself, or make {} abstract.",
                           through_.label(), field->table_model().label()));
                choice_.source = nullptr;
                choice_.target = nullptr;
                return;
            }
    }

    void problem(std::string id, std::string message, std::string hint, bool is_warning = false) {
        choice_.problems.push_back({std::move(id), std::move(message), std::move(hint), is_warning});
    }

    bool leads_to_source(const Field& field) const {
        return field.is_foreign_key() && label_key(field.target_label()) == label_key(source_.label());
    }

    void guess_source() {
        std::vector<const Field*> found;
        for (const auto& field : through_.fields())
            if (leads_to_source(*field))
                found.push_back(field.get());
        if (found.empty())
            return problem(
                "gm2m.E102", format("its through model {} has no foreign key to {}", through_.label(), source_.label()),
                format("Declare one: .foreign_key(\"{}\", …, \"{}\").", source_.model_name(), source_.label()));
        choice_.source = found.front();
        if (found.size() > 1)
            problem("gm2m.E103",
                    format("its through model {} has more than one foreign key to {}; the first, '{}', is used",
                           through_.label(), source_.label(), found.front()->name()),
                    "Choose one by through_fields.", true);
    }

    void guess_target() {
        const auto keys = through_.generic_foreign_keys();
        if (keys.empty())
            return problem("gm2m.E104", format("its through model {} has no generic foreign key", through_.label()),
                           "Declare one: .generic_foreign_key(\"target\", \"<content type field>\", \"<key field>\").");
        use(keys.front());
        if (keys.size() > 1)
            problem("gm2m.E105",
                    format("its through model {} has more than one generic foreign key; the first, '{}', is used",
                           through_.label(), keys.front().name),
                    "Choose one by through_fields.", true);
    }

    void find_source(const std::string& name) {
        const Field* field = through_.find_field(name);
        const std::string hint =
            format("Let through_fields begin with a foreign key to {}{}", source_.label(), one_of(keys_to_source()));
        if (!field)
            return problem("gm2m.E107", format("its through model {} has no field '{}'", through_.label(), name), hint);
        if (!leads_to_source(*field))
            return problem("gm2m.E108", format("{} is no foreign key to {}", field->label(), source_.label()), hint);
        choice_.source = field;
    }

    void find_target(const std::string& name) {
        const GenericForeignKey* key = through_.find_generic_foreign_key(name);
        std::vector<std::string> keys;
        for (const GenericForeignKey& each : through_.generic_foreign_keys())
            keys.push_back(each.name);
        const std::string hint =
            format("Let the second of through_fields name a generic foreign key{}", one_of(keys));
        if (!key && through_.find_field(name))
            return problem("gm2m.E110", format("{}.{} is no generic foreign key", through_.label(), name), hint);
        if (!key)
            return problem("gm2m.E109",
                           format("its through model {} has no generic foreign key '{}'", through_.label(), name),
                           hint);
        for (std::size_t i = 2; i < names_.size(); ++i)
            if (const Field& field = i == 2 ? *key->content_type : *key->key; field.name() != names_[i])
                return problem("gm2m.E110",
                               format("the generic foreign key {}.{} has '{}' where through_fields has '{}'",
                                      through_.label(), name, field.name(), names_[i]),
                               format("Name '{}' there, or leave it out.", field.name()));
        use(*key);
    }

    void use(const GenericForeignKey& target) {
        choice_.target = &target;
        if (target.key->kind() == Kind::text)
            return;
        choice_.target = nullptr;
        problem("gm2m.E111",
                format("{}, which holds the targets' keys, is of kind {}", target.key->label(),
                       name_of(target.key->kind())),
                "Make it text: it holds keys of all kinds.");
    }

    std::vector<std::string> keys_to_source() const {
        std::vector<std::string> names;
        for (const auto& field : through_.fields())
            if (leads_to_source(*field))
                names.push_back(field->name());
        return names;
    }
    static std::string one_of(const std::vector<std::string>& names) {
        std::string list;
        for (const std::string& name : names)
            list += format("{}'{}'", list.empty() ? ": " : ", ", name);
        return list + ".";
    }

    const Model& source_;
    const Model& through_;
    const std::vector<std::string>& names_;
    ThroughChoice choice_;
};

}  // namespace

ThroughChoice choose_through_fields(const GM2MFieldData& relation) {
    if (relation.through)
        return Chooser(relation).choose();
    const std::string& through = relation.options.through;
    std::vector<std::string> labels;
    for (const Model* model : relation.registry->models())
        labels.push_back(model->label());
    ThroughChoice none;
    none.problems.push_back(
        {"gm2m.E101", format("its through model '{}' is not registered{}", through, did_you_mean(through, labels)),
         format("Register it: Registry::model(\"{}\").", through)});
    return none;
}

}  // namespace gm2m::detail
