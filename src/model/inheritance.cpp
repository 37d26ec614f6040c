#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/names.hpp"
#include "model/registry_state.hpp"
#include "model/run_time_row.hpp"

/// Abstract models, children with tables of their own, and proxies. (BEHAVIOUR 8.1)
namespace gm2m {

/// What a model takes over from one of its parents.
class Inheritance {
public:
    /// `offset` is where a struct's parent begins in it.
    Inheritance(Model& heir, Model& parent, std::ptrdiff_t offset) : heir_(heir), parent_(parent), offset_(offset) {
        parent.heirs_.push_back(&heir);
    }

    /// The columns become the heir's own.
    void take_declarations() {
        for (const auto& field : parent_.fields_) {
            Field& own = take(*field);
            own.table_model_ = &heir_;
            require_free_column(own);
            if (own.is_primary_key())
                set_primary_key(own);
        }
        take_generic_foreign_keys();
        heir_.indexes_.insert(heir_.indexes_.end(), parent_.indexes_.begin(), parent_.indexes_.end());
        take_ordering();
    }

    /// The columns stay where they are, but for the key, of which the heir's table has its own.
    void take_row() {
        heir_.parent_ = parent_.proxied_ ? parent_.proxied_ : &parent_;
        for (const auto& field : parent_.fields_) {
            Field& own = take(*field);
            if (own.is_primary_key())
                turn_into_link(own);
        }
        take_generic_foreign_keys();
    }

    /// All is the parent's.
    void take_everything() {
        heir_.proxied_ = parent_.proxied_ ? parent_.proxied_ : &parent_;
        heir_.managed_ = false;
        if (!heir_.storage_.type)
            heir_.storage_ = parent_.storage_;
        for (const auto& field : parent_.fields_) {
            Field& own = take(*field);
            if (own.is_primary_key())
                heir_.primary_key_ = &own;
        }
        take_generic_foreign_keys();
        take_ordering();
    }

private:
    /// Unless it has one of its own.
    void take_ordering() {
        if (heir_.ordering_.empty())
            heir_.ordering_ = parent_.ordering_;
    }
    void require_free_name(const std::string& name) const {
        if (heir_.find_field(name) || heir_.find_generic_foreign_key(name))
            throw ConfigurationError(
                fmt::format("{} has two fields called '{}', one of which it inherits from {}: rename one "
                            "of them",
                            heir_.label_, name, parent_.label_));
    }
    void require_free_column(const Field& field) const {
        for (const auto& other : heir_.fields_)
            if (other.get() != &field && !other->is_inherited() && other->column() == field.column())
                throw ConfigurationError(
                    fmt::format("{} and {} have the same column, '{}'", other->label(), field.label(), field.column()));
    }

    Field& take(const Field& field) {
        require_free_name(field.name());
        auto own = std::make_unique<Field>(field);
        own->model_ = &heir_;
        if (heir_.is_run_time()) {
            const std::size_t index = heir_.fields_.size();
            own->accessor_ = run_time_accessor(index, field.kind());
            own->accessor_.share_declared(field.accessor_);
            own->nullable_member_ = true;
            heir_.storage_.size = sizeof(Value) * (index + 1);
        } else {
            own->accessor_ = detail::shifted(field.accessor_, offset_);
        }
        return *heir_.fields_.emplace_back(std::move(own));
    }

    void set_primary_key(Field& field) {
        if (heir_.primary_key_)
            throw ConfigurationError(fmt::format("{} has two primary keys, '{}' and '{}', which it inherits from {}",
                                                 heir_.label_, heir_.primary_key_->name(), field.name(),
                                                 parent_.label_));
        heir_.primary_key_ = &field;
    }

    /// `<parent>_ptr`: the row's own key, which is that of the parent's row too.
    void turn_into_link(Field& key) {
        const Model& parent = *heir_.parent_;
        set_primary_key(key);
        key.name_.clear();
        require_free_name(parent.model_name_ + "_ptr");
        key.name_ = parent.model_name_ + "_ptr";
        key.column_ = key.name_ + "_id";
        key.table_model_ = &heir_;
        key.target_label_ = parent.label_;
        key.target_ = &parent;
        key.parent_link_ = true;
        key.options_.column.clear();
        key.options_.related_name.clear();
        key.options_.db_constraint = true;
        key.options_.on_delete = ForeignKeyPolicy::cascade;
        require_free_column(key);
    }

    void take_generic_foreign_keys() {
        for (const GenericForeignKey& key : parent_.generic_foreign_keys_) {
            require_free_name(key.name);
            heir_.generic_foreign_keys_.push_back(
                {key.name, heir_.find_field(key.content_type->name()), heir_.find_field(key.key->name())});
        }
    }

    Model& heir_;
    Model& parent_;
    std::ptrdiff_t offset_;
};

bool Model::is_a(const Model& other) const noexcept {
    for (const Model* model = &concrete_model(); model; model = model->parent_)
        if (model == &other.concrete_model())
            return true;
    return false;
}

std::vector<const Model*> Model::table_models() const {
    std::vector<const Model*> models;
    for (const Model* model = &concrete_model(); model; model = model->parent_)
        models.insert(models.begin(), model);
    return models;
}

void Model::require_no_heirs() const {
    if (!heirs_.empty())
        throw ConfigurationError(fmt::format("{} inherits {} already: declare all of a model before what inherits it",
                                             heirs_.front()->label_, label_));
}

void Model::require_usable(std::string_view subject) const {
    if (abstract_)
        throw ConfigurationError(
            fmt::format("{} is abstract: it has no table and no objects; a model that inherits it has", subject));
    if (is_swapped_out())
        throw SwappedModel(fmt::format(
            "{} {} been swapped out: '{}' names {} in its place, which is to be used; a reference to whichever it is "
            "takes Registry::swappable_label(\"{}\")",
            subject, proxied_ ? fmt::format("is a proxy of {}, which has", proxied_->label_) : "has", swappable(),
            swapped_by(), swappable()));
}

// --- declarations ---

void ModelDeclaration::set_abstract() {
    Model& model = *model_;
    model.require_no_heirs();
    if (model.proxied_ || model.parent_)
        throw ConfigurationError(fmt::format("{} cannot be abstract: it inherits {}, which has a table", model.label_,
                                             (model.proxied_ ? model.proxied_ : model.parent_)->label_));
    if (!model.swappable_.empty())
        throw ConfigurationError(fmt::format("{} is swappable, and so cannot be abstract", model.label_));
    model.abstract_ = true;
    model.managed_ = false;
    ++registry_->state_->generation;
}

void ModelDeclaration::inherit_from(std::string_view parent) {
    inherit(parent_called(parent), 0);
}

void ModelDeclaration::inherit_from(const detail::TypeInfo& parent, std::ptrdiff_t offset) {
    inherit(parent_of(parent), offset);
}

void ModelDeclaration::stand_for(std::string_view model) {
    proxy_for(parent_called(model), 0);
}

void ModelDeclaration::stand_for(const detail::TypeInfo& model, std::ptrdiff_t offset) {
    proxy_for(parent_of(model), offset);
}

Model& ModelDeclaration::parent_called(std::string_view label) const {
    split_label(label);
    const std::shared_lock lock(registry_->state_->mutex);
    const auto found = registry_->state_->by_label.find(label_key(label));
    if (found == registry_->state_->by_label.end())
        throw ConfigurationError(fmt::format(
            "{} inherits '{}', which is not registered: declare parents before their children", model_->label_, label));
    return *found->second;
}

Model& ModelDeclaration::parent_of(const detail::TypeInfo& type) const {
    const std::shared_lock lock(registry_->state_->mutex);
    const auto found = registry_->state_->by_type.find(&type);
    if (found == registry_->state_->by_type.end())
        throw ConfigurationError(
            fmt::format("{} inherits the struct {}, which is mapped to no model: declare parents before "
                        "their children",
                        model_->label_, detail::name_of(type)));
    return *registry_->state_->by_label.at(label_key(found->second->label()));
}

void ModelDeclaration::inherit(Model& parent, std::ptrdiff_t offset) {
    Model& model = *model_;
    model.require_no_heirs();
    if (&parent == &model)
        throw ConfigurationError(fmt::format("{} cannot inherit itself", model.label_));
    if (model.proxied_)
        throw ConfigurationError(
            fmt::format("{} is a proxy of {}, and inherits nothing else", model.label_, model.proxied_->label_));
    if (parent.abstract_) {
        Inheritance(model, parent, offset).take_declarations();
        registry_->resolve_references(model);
        registry_->expand_relations(parent, model);
        return;
    }
    (void)parent.primary_key();
    if (model.abstract_)
        throw ConfigurationError(
            fmt::format("{} is abstract, and cannot inherit {}, which has a table", model.label_, parent.label_));
    if (model.parent_)
        throw ConfigurationError(
            fmt::format("{} has two parents with tables, {} and {}: one of them has to be abstract", model.label_,
                        model.parent_->label_, parent.label_));
    Inheritance(model, parent, offset).take_row();
    registry_->resolve_references(model);
}

void ModelDeclaration::proxy_for(Model& parent, std::ptrdiff_t offset) {
    Model& model = *model_;
    model.require_no_heirs();
    const auto refuse = [&](const auto& because) {
        throw ConfigurationError(fmt::format("{} cannot be a proxy of {}: {}", model.label_, parent.label_, because));
    };
    if (&parent == &model)
        refuse("a proxy stands for another model");
    if (parent.abstract_)
        refuse("that is abstract, and has no table");
    if (model.proxied_)
        refuse(fmt::format("it is one of {} already", model.proxied_->label_));
    if (model.abstract_)
        refuse("it is abstract");
    if (model.parent_)
        refuse(fmt::format("it inherits {}", model.parent_->label_));
    for (const auto& [is_declared, what] :
         {std::pair(!model.fields_.empty(), "fields"), std::pair(registry_->is_source(model), "relations"),
          std::pair(!model.indexes_.empty(), "indexes"),
          std::pair(model.declares_table_, "a table, or whether it is managed,"),
          std::pair(!model.swappable_.empty(), "a setting that swaps it")})
        if (is_declared)
            refuse(
                fmt::format("it declares {} of its own, and a proxy has those of the model that it stands for", what));
    (void)parent.primary_key();
    Inheritance(model, parent, offset).take_everything();
    registry_->resolve_references(model);
}

}  // namespace gm2m
