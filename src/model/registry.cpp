#include <gm2m/registry.hpp>

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "model/gm2m_field_data.hpp"
#include "model/names.hpp"
#include "model/run_time_row.hpp"

namespace gm2m {

struct Registry::State {
    mutable std::shared_mutex mutex;
    std::vector<std::unique_ptr<Model>> models;
    std::unordered_map<std::string, Model*> by_label;  // keyed by label_key()
    std::unordered_map<const detail::TypeInfo*, const Model*> by_type;
    std::vector<std::unique_ptr<detail::GM2MFieldData>> gm2m_fields;
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

RunTimeModelBuilder Registry::model(std::string_view label) {
    return RunTimeModelBuilder(*this, add_model(label, run_time_storage()));
}

Model& Registry::add_model(std::string_view label, detail::Storage storage) {
    std::unique_ptr<Model> model(new Model(label, storage));
    const std::string key = label_key(label);
    const std::unique_lock lock(state_->mutex);
    if (const auto found = state_->by_label.find(key); found != state_->by_label.end())
        throw ConfigurationError(fmt::format("'{}' is registered already{}", label,
                                             found->second->label() == label
                                                 ? std::string()
                                                 : fmt::format(", as '{}'", found->second->label())));
    if (storage.type) {
        const auto [found, fresh] = state_->by_type.try_emplace(storage.type, model.get());
        if (!fresh)
            throw ConfigurationError(fmt::format("the struct {} is mapped to {} already, and cannot be mapped to {} too",
                                                 detail::name_of(*storage.type), found->second->label(), label));
    }
    Model& registered = *model;
    state_->by_label.emplace(key, model.get());
    state_->models.push_back(std::move(model));
    // What named the model before it was there now has it.
    for (const auto& field : state_->gm2m_fields) {
        if (label_key(field->source_label) == key)
            field->source = &registered;
        const std::unique_lock relations_lock(field->mutex);
        for (auto& relation : field->relations)
            if (relation.label_key == key)
                relation.model = &registered;
    }
    return registered;
}

/// Links foreign keys of and to `declared`, whose declaration has changed, and gives them their target's kind.
void Registry::resolve_references(Model& declared) {
    const std::unique_lock lock(state_->mutex);
    for (const auto& model : state_->models)
        for (const auto& field : model->fields_) {
            if (!field->is_foreign_key() || (model.get() != &declared && field->target_ != &declared && field->target_))
                continue;
            const auto found = state_->by_label.find(label_key(field->target_label_));
            if (found == state_->by_label.end())
                continue;
            const Model& target = *found->second;
            const bool first_time = field->target_ == nullptr;
            field->target_ = &target;
            if (!target.primary_key_ || !(first_time || &target == &declared))
                continue;
            const Field& key = *target.primary_key_;
            if (model->is_run_time()) {
                field->accessor_ =
                    run_time_accessor(static_cast<std::size_t>(&field - model->fields_.data()), key.kind());
            } else if (form_of(field->kind_) != form_of(key.kind())) {
                throw ConfigurationError(fmt::format(
                    "{} is of kind {}, but the primary key of {} that it refers to is of kind {}", field->label(),
                    name_of(field->kind_), target.label(), name_of(key.kind())));
            }
            field->kind_ = key.kind();
            if (key.kind() == Kind::text && !field->options_.max_length)
                field->options_.max_length = key.options().max_length;
        }
}

void ModelDeclaration::declare_run_time_field(std::string_view name, Kind kind, FieldOptions options, bool primary_key,
                                              std::string_view target) {
    const std::size_t index = model_->fields_.size();
    declare_field(name, kind, true, run_time_accessor(index, kind), std::move(options), primary_key, target);
    model_->storage_.size = sizeof(Value) * (index + 1);
    Field& field = *model_->fields_.back();
    field.options_.default_value = field.coerce(field.options_.default_value);
}

GM2MField Registry::gm2m(std::string_view source, std::string_view name, GM2MOptions options) {
    split_label(source);
    check_field_name("relation", name, source);
    const std::string label = fmt::format("{}.{}", source, name);
    if (options.pk_maxlength == std::size_t{0})
        throw ConfigurationError(fmt::format("{}: pk_maxlength is at least 1; none means no limit", label));
    if (!options.db_table.empty())
        check_column_name("db_table", options.db_table, label);
    for (const auto& [what, text] :
         {std::pair("related_name", options.related_name), std::pair("related_query_name", options.related_query_name)}) {
        std::string plain = text;
        for (const std::string_view placeholder : {"%(class)s", "%(app_label)s"})
            if (const auto at = plain.find(placeholder); at != std::string::npos)
                plain.replace(at, placeholder.size(), "x");
        if (plain.ends_with('+') && what == std::string_view("related_name"))
            plain.pop_back();
        if (!plain.empty())
            check_field_name(what, plain, label);
    }
    auto data = std::make_unique<detail::GM2MFieldData>();
    data->registry = this;
    data->source_label = source;
    data->name = name;
    data->label = label;
    data->options = std::move(options);
    for (const std::string& related : data->options.related) {
        split_label(related);
        data->add_relation(label_key(related), find(related), false);
    }

    const std::unique_lock lock(state_->mutex);
    for (const auto& other : state_->gm2m_fields)
        if (other->name == name && label_key(other->source_label) == label_key(source))
            throw ConfigurationError(fmt::format("{} is declared already", label));
    if (const auto found = state_->by_label.find(label_key(source)); found != state_->by_label.end()) {
        data->source = found->second;
        data->label = fmt::format("{}.{}", found->second->label(), name);
        if (found->second->find_field(name))
            throw ConfigurationError(fmt::format("{} has two fields called '{}'", source, name));
    }
    return GM2MField(*state_->gm2m_fields.emplace_back(std::move(data)));
}

const Model* Registry::find(std::string_view label) const noexcept {
    const std::shared_lock lock(state_->mutex);
    const auto found = state_->by_label.find(label_key(label));
    return found == state_->by_label.end() ? nullptr : found->second;
}

const Model& Registry::get(std::string_view label) const {
    if (const Model* model = find(label))
        return *model;
    std::vector<std::string> labels;
    for (const Model* model : models())
        labels.push_back(model->label());
    throw UnknownModel(fmt::format("no model '{}' is registered{}", label, did_you_mean(label, labels)));
}

const Model& Registry::get(const detail::TypeInfo& type) const {
    const std::shared_lock lock(state_->mutex);
    const auto found = state_->by_type.find(&type);
    if (found == state_->by_type.end())
        throw UnknownModel(fmt::format("the struct {} is mapped to no model: map it with Registry::model<{}>(\"app.Name\")",
                                       detail::name_of(type), detail::name_of(type)));
    return *found->second;
}

std::vector<const Model*> Registry::models() const {
    const std::shared_lock lock(state_->mutex);
    std::vector<const Model*> models;
    models.reserve(state_->models.size());
    for (const auto& model : state_->models)
        models.push_back(model.get());
    return models;
}

std::vector<GM2MField> Registry::gm2m_fields() const {
    const std::shared_lock lock(state_->mutex);
    std::vector<GM2MField> fields;
    fields.reserve(state_->gm2m_fields.size());
    for (const auto& data : state_->gm2m_fields)
        fields.push_back(GM2MField(*data));
    return fields;
}

std::vector<GM2MField> Registry::gm2m_fields(const Model& model) const {
    std::vector<GM2MField> fields = gm2m_fields();
    std::erase_if(fields, [&](const GM2MField& field) { return field.data().source != &model; });
    return fields;
}

std::optional<GM2MField> Registry::find_gm2m_field(const Model& model, std::string_view name) const {
    for (const GM2MField& field : gm2m_fields(model))
        if (field.name() == name)
            return field;
    return std::nullopt;
}

GM2MField Registry::reverse(const Model& target, std::string_view accessor) const {
    std::optional<GM2MField> found, unrelated;
    std::vector<std::string> names;
    for (const GM2MField& field : gm2m_fields()) {
        if (!field.data().source || field.is_hidden())
            continue;
        const std::string name = field.accessor_name();
        const bool related = field.is_related(target);
        if (related)
            names.push_back(name);
        if (name != accessor)
            continue;
        if (!related) {
            unrelated = field;
        } else if (found) {
            throw ConfigurationError(fmt::format("the reverse accessor '{}' of {} is claimed by {} and by {}: give one "
                                                 "of them another related_name",
                                                 accessor, target.label(), found->label(), field.label()));
        } else {
            found = field;
        }
    }
    if (found)
        return *found;
    if (unrelated)
        throw NoReverseRelation(fmt::format(
            "{} has no '{}' yet: no object of it was added to {} by this process. Name the model in `related`, call "
            "add_relation(\"{}\"), or let Database::discover() look",
            target.label(), accessor, unrelated->label(), target.label()));
    throw NoReverseRelation(
        fmt::format("{} has no reverse accessor '{}'{}", target.label(), accessor, did_you_mean(accessor, names)));
}

}  // namespace gm2m
