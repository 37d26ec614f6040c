#include <gm2m/registry.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "model/names.hpp"
#include "model/registry_state.hpp"
#include "model/run_time_row.hpp"

namespace gm2m {

Registry::Registry() : state_(std::make_unique<State>()) {
    state_->content_type_model.reset(new Model(content_type_label, run_time_storage()));
    const FieldOptions name{.max_length = longest_model_name};
    RunTimeModelBuilder(*this, *state_->content_type_model)
        .managed(false)
        .primary_key("id", Kind::integer)
        .field("app_label", Kind::text, name)
        .field("model", Kind::text, name);
    state_->content_type_model->read_only_ = true;
}
Registry::~Registry() = default;

RunTimeModelBuilder Registry::model(std::string_view label, SourceLocation at) {
    return RunTimeModelBuilder(*this, add_model(label, run_time_storage(), at));
}

Model& Registry::add_model(std::string_view label, detail::Storage storage, const SourceLocation& at) {
    std::unique_ptr<Model> model(new Model(label, storage));
    model->location_ = at;
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
            throw ConfigurationError(
                fmt::format("the struct {} is mapped to {} already, and cannot be mapped to {} too",
                            detail::name_of(*storage.type), found->second->label(), label));
    }
    ++state_->generation;
    Model& registered = *model;
    state_->by_label.emplace(key, model.get());
    state_->models.push_back(std::move(model));
    // What named the model before it was there now has it.
    for (const auto& field : state_->many_to_many_fields) {
        if (label_key(field->source_label) == key)
            field->source = &registered;
        if (label_key(field->target_label) == key)
            field->target = &registered;
    }
    for (const auto& field : state_->gm2m_fields) {
        if (label_key(field->source_label) == key)
            field->source = &registered;
        if (!field->options.through.empty() && label_key(field->options.through) == key)
            field->through = &registered;
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
    ++state_->generation;
    bool listed = false;
    for (const auto& model : state_->models) {
        listed = listed || model.get() == &declared;
        for (const auto& field : model->fields_)
            if (model.get() == &declared || field->target_ == &declared || !field->target_)
                resolve_reference(*field, declared);
    }
    if (!listed)  // a join model
        for (const auto& field : declared.fields_)
            resolve_reference(*field, declared);
}

void Registry::resolve_reference(Field& field, const Model& declared) {
    if (!field.is_foreign_key())
        return;
    const auto found = state_->by_label.find(label_key(field.target_label_));
    const Model* target = found != state_->by_label.end() ? found->second : nullptr;
    if (!target && label_key(field.target_label_) == label_key(state_->content_type_model->label()))
        target = state_->content_type_model.get();
    if (!target)
        return;
    const bool first_time = field.target_ == nullptr;
    field.target_ = target;
    field.fits_target_ = true;
    if (!target->primary_key_ || !(first_time || target == &declared))
        return;
    const Field& key = *target->primary_key_;
    const Model& model = *field.model_;
    if (model.is_run_time()) {
        const auto index =
            std::ranges::find(model.fields_, &field, &std::unique_ptr<Field>::get) - model.fields_.begin();
        detail::Accessor accessor = run_time_accessor(static_cast<std::size_t>(index), key.kind());
        accessor.share_declared(field.accessor_);
        field.accessor_ = std::move(accessor);
    } else if (form_of(field.kind_) != form_of(key.kind())) {  // gm2m.E306
        field.target_ = nullptr;
        field.fits_target_ = false;
        return;
    }
    field.kind_ = key.kind();
    if (key.kind() == Kind::text && !field.options_.max_length)
        field.options_.max_length = key.options().max_length;
}

void ModelDeclaration::declare_run_time_field(std::string_view name, Kind kind, FieldOptions options, bool primary_key,
                                              std::optional<std::string_view> target, const SourceLocation& at) {
    const std::size_t index = model_->fields_.size();
    Field* const field =
        declare_field(name, kind, true, run_time_accessor(index, kind), std::move(options), primary_key, target, at);
    if (!field)
        return;
    model_->storage_.size = sizeof(Value) * (index + 1);
    field->options_.default_value = field->coerce(field->options_.default_value);
}

const Model* Registry::find(std::string_view label) const {
    const std::string key = label_key(label);
    {
        const std::shared_lock lock(state_->mutex);
        if (const auto found = state_->by_label.find(key); found != state_->by_label.end())
            return found->second;
    }
    if (key == label_key(state_->content_type_model->label()))
        return state_->content_type_model.get();
    return find_join_model(key);
}

const Model& Registry::content_type_model() const noexcept {
    return *state_->content_type_model;
}

const Model& Registry::get(std::string_view label) const {
    if (const Model* model = find(label))
        return *model;
    std::vector<std::string> labels;
    for (const Model* model : models())
        labels.push_back(model->label());
    for (const GM2MField& field : gm2m_fields())
        labels.push_back(fmt::format("{}_{}", field.source_label(), field.name()));
    for (const ManyToManyField& field : many_to_many_fields())
        labels.push_back(fmt::format("{}_{}", field.data().source_label, field.name()));
    throw UnknownModel(fmt::format("no model '{}' is registered{}", label, did_you_mean(label, labels)));
}

const Model& Registry::get(const detail::TypeInfo& type) const {
    const std::shared_lock lock(state_->mutex);
    const auto found = state_->by_type.find(&type);
    if (found == state_->by_type.end())
        throw UnknownModel(
            fmt::format("the struct {} is mapped to no model: map it with Registry::model<{}>(\"app.Name\")",
                        detail::name_of(type), detail::name_of(type)));
    return *found->second;
}

std::size_t Registry::generation() const noexcept {
    return state_->generation;
}

std::vector<const Model*> Registry::models() const {
    const std::shared_lock lock(state_->mutex);
    std::vector<const Model*> models;
    models.reserve(state_->models.size());
    for (const auto& model : state_->models)
        if (!model->is_abstract() && !model->is_swapped_out())
            models.push_back(model.get());
    return models;
}

void Registry::add_check(Check check, std::vector<std::string> tags) {
    const std::lock_guard lock(checks().mutex);
    checks().own_checks.push_back({std::move(check), std::move(tags)});
}

void Registry::silence(std::string_view id) {
    const std::lock_guard lock(checks().mutex);
    checks().silenced.emplace(id);
}

detail::CheckState& Registry::checks() const noexcept {
    return state_->checks;
}

}  // namespace gm2m
