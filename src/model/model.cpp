#include <gm2m/model.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/object_signals.hpp>
#include <gm2m/registry.hpp>

#include "backend/nearest.hpp"
#include "model/names.hpp"
#include "model/registry_state.hpp"

namespace gm2m {
namespace {

/// Throws ConfigurationError for what a proxy has from the model that it stands for alone.
void require_no_proxy(const Model& model, std::string_view what) {
    if (model.is_proxy())
        throw ConfigurationError(fmt::format("{} is a proxy of {}, and has no {} of its own: declare it there",
                                             model.label(), model.concrete_model().label(), what));
}

/// Throws ConfigurationError for a policy that could never be carried out.
void check_policy(const std::string& field, const FieldOptions& options, bool can_be_null, bool is_foreign_key) {
    using Action = ForeignKeyPolicy::Action;
    const Action action = options.on_delete.action();
    if (action != Action::do_nothing && !is_foreign_key)
        throw ConfigurationError(fmt::format("{}: on_delete is for foreign keys", field));
    if (action == Action::set_null && !can_be_null)
        throw ConfigurationError(fmt::format("{}: set_null takes a field that can be NULL", field));
    if (action == Action::set_default && options.default_value.is_null() && !can_be_null)
        throw ConfigurationError(
            fmt::format("{}: set_default takes a default_value, or a field that can be NULL", field));
    if (action == Action::set_value && !options.on_delete.value())
        throw ConfigurationError(fmt::format("{}: set_value comes with its value: ForeignKeyPolicy::set(…)", field));
}

}  // namespace

namespace detail {

std::string name_of(const TypeInfo& type) {
    // "… [with T = Movie; …]" (GCC), "… [T = Movie]" (Clang)
    const std::string_view signature = type.signature;
    const auto begin = signature.find("T = ");
    if (begin == std::string_view::npos)
        return std::string(signature);
    const auto end = signature.find_first_of(";]", begin);
    return std::string(signature.substr(begin + 4, end - begin - 4));
}

}  // namespace detail

Model::Model(std::string_view label, detail::Storage storage)
    : storage_(storage), signals_(std::make_unique<ObjectSignals>()) {
    std::tie(app_label_, name_) = split_label(label);
    label_ = label;
    model_name_ = to_lower(name_);
    table_ = to_lower(app_label_) + "_" + model_name_;
    verbose_name_ = name_;
}

Model::~Model() = default;

Field& Model::add_field(std::string_view name, Kind kind, bool nullable_member, detail::Accessor accessor,
                        FieldOptions options) {
    require_no_heirs();
    if (proxied_)
        throw ConfigurationError(fmt::format("{} is a proxy of {}, and has no field '{}' of its own: declare it there",
                                             label_, proxied_->label_, name));
    if (options.null && !nullable_member)
        throw ConfigurationError(
            fmt::format("{}.{} is declared to be nullable, but its member cannot hold NULL: make it a std::optional",
                        label_, name));
    if (options.max_length && (kind != Kind::text || *options.max_length == 0))
        throw ConfigurationError(fmt::format("{}.{}: max_length is for text, and at least 1", label_, name));
    if (kind == Kind::decimal && (options.decimal_places < 0 || options.max_digits < 1 ||
                                  options.decimal_places > options.max_digits || options.max_digits > 1000))
        throw ConfigurationError(
            fmt::format("{}.{}: max_digits is 1 to 1000, decimal_places 0 to max_digits", label_, name));
    if (!options.column.empty())
        check_column_name("column", options.column, fmt::format("{}.{}", label_, name));
    auto field = std::make_unique<Field>();
    field->name_ = name;
    field->column_ = options.column.empty() ? std::string(name) : options.column;
    field->kind_ = kind;
    field->nullable_member_ = nullable_member;
    field->options_ = std::move(options);
    field->options_.null = field->options_.null || (nullable_member && !is_run_time());
    field->model_ = this;
    field->table_model_ = this;
    field->accessor_ = std::move(accessor);
    return *fields_.emplace_back(std::move(field));
}

const Field& Model::primary_key() const {
    if (!primary_key_)
        throw ConfigurationError(
            read_only_ ? fmt::format("{} has no primary key of one field: its table has the compact layout", label_)
                       : fmt::format("{} has no primary key: declare one with .primary_key()", label_));
    return *primary_key_;
}

const GenericForeignKey* Model::find_generic_foreign_key(std::string_view name) const noexcept {
    for (const GenericForeignKey& key : generic_foreign_keys_)
        if (key.name == name)
            return &key;
    return nullptr;
}

const Field* Model::find_field(std::string_view name) const noexcept {
    for (const auto& field : fields_)
        if (field->name() == name)
            return field.get();
    // The key of a child is that of its parents, which give it their names for it.
    for (const Model* ancestor = parent(); ancestor; ancestor = ancestor->parent_)
        if (ancestor->primary_key_->name() == name)
            return primary_key_;
    return nullptr;
}

const Field& Model::field(std::string_view name) const {
    if (const Field* found = find_field(name))
        return *found;
    std::vector<std::string> names;
    for (const auto& field : fields_)
        names.push_back(field->name());
    throw UnknownField(fmt::format("{} has no field '{}'{}", label_, name, did_you_mean(name, names)));
}

void Model::require_writable() const {
    if (read_only_)
        throw ObjectError(fmt::format("{} is read-only: its rows are written by the library itself, through relations",
                                      label_));
}

void Model::require_complete() const {
    require_usable(label_);
    if (!read_only_)
        (void)primary_key();
    for (const auto& field : fields_) {
        if (!field->is_foreign_key())
            continue;
        if (!field->target())
            throw ConfigurationError(
                fmt::format("{} refers to '{}', {}", field->label(), field->target_label(),
                            field->fits_target_ ? "which is not registered" : "whose primary key is of another kind"));
        field->target()->require_usable(
            fmt::format("{}, to which {} refers,", field->target()->label_, field->label()));
        (void)field->target()->primary_key();
    }
}

// --- declarations ---

void ModelDeclaration::refuse(std::string_view id, std::string message, std::string hint, std::string subject,
                              const SourceLocation& at) {
    registry_->checks().add(
        {std::string(id), Level::error, std::move(message), std::move(hint), std::move(subject), at});
}

/// Whether a new field can have the name.
bool ModelDeclaration::takes_name(std::string_view name, const SourceLocation& at) {
    if (!model_->find_field(name) && !model_->find_generic_foreign_key(name))
        return true;
    const Model* parent = parent_with(name);
    refuse("gm2m.E303",
           parent ? fmt::format("the model inherits a field of this name from {}; this one is ignored", parent->label_)
                  : "the model has two fields of this name; the second one is ignored",
           "give one of them another name", fmt::format("{}.{}", model_->label_, name), at);
    return false;
}

/// Which of the models that the model inherits has a field of that name; null if none does.
const Model* ModelDeclaration::parent_with(std::string_view name) const {
    const auto is_parent = [&](const Model& other) {
        return std::ranges::find(other.heirs_, model_) != other.heirs_.end() &&
               (other.find_field(name) || other.find_generic_foreign_key(name));
    };
    const std::shared_lock lock(registry_->state_->mutex);
    for (const auto& other : registry_->state_->models)
        if (is_parent(*other))
            return other.get();
    return nullptr;
}

Field* ModelDeclaration::declare_field(std::string_view name, Kind kind, bool nullable_member,
                                       detail::Accessor accessor, FieldOptions options, bool primary_key,
                                       std::optional<std::string_view> target, const SourceLocation& at) {
    Model& model = *model_;
    if (!primary_key || name != pk_name)  // a key may well be called what it is
        check_field_name("field", name, model.label_);
    const std::string label = fmt::format("{}.{}", model.label_, name);
    if (primary_key && !detail::can_be_key(kind))
        throw ConfigurationError(fmt::format(
            "{} cannot be a primary key: a key is an integer, text, a UUID, a date, a time or a date-time", label));
    if (primary_key && options.null)
        throw ConfigurationError(fmt::format("{} is a primary key and cannot be nullable", label));
    if (target)
        split_label(*target);
    check_policy(label, options, nullable_member && (options.null || !model.is_run_time()), target.has_value());
    if (!takes_name(name, at))
        return nullptr;
    if (primary_key && model.primary_key_) {
        primary_key = false;
        refuse("gm2m.E302",
               fmt::format("'{}' is the primary key already; this one is taken for an ordinary field",
                           model.primary_key_->name()),
               "declare one of them with .field()", label, at);
    }
    Field& field = model.add_field(name, kind, nullable_member, std::move(accessor), std::move(options));
    field.location_ = at;
    if (primary_key) {
        field.primary_key_ = true;
        field.options_.null = false;  // a std::optional key is null only until the object is inserted
        model.primary_key_ = &field;
    }
    if (target) {
        field.target_label_ = *target;
        if (field.options_.column.empty())
            field.column_ = field.name_ + "_id";
    }
    registry_->resolve_references(model);
    return &field;
}

void ModelDeclaration::declare_index(std::vector<std::string> fields, bool unique, const SourceLocation& at) {
    if (fields.empty())
        return refuse("gm2m.E307", "an index names no field; it is ignored", "name the fields of the index",
                      model_->label_, at);
    require_no_proxy(*model_, "index");
    model_->require_no_heirs();
    model_->indexes_.push_back({std::move(fields), unique, at});
}

void ModelDeclaration::declare_generic_foreign_key(std::string_view name, std::string_view content_type,
                                                   std::string_view key, const SourceLocation& at) {
    Model& model = *model_;
    check_field_name("generic foreign key", name, model.label_);
    require_no_proxy(model, "generic foreign key");
    model.require_no_heirs();
    if (!takes_name(name, at))
        return;
    const std::string label = fmt::format("{}.{}", model.label_, name);
    const Field* const type_field = model.find_field(content_type);
    const Field* const key_field = model.find_field(key);
    for (const auto& [found, wanted] : {std::pair(type_field, content_type), std::pair(key_field, key)})
        if (!found)
            return refuse(
                "gm2m.E308",
                fmt::format("the generic foreign key is of the fields '{}' and '{}', but no field '{}' is declared "
                            "before it; it is ignored",
                            content_type, key, wanted),
                fmt::format("declare the field '{}' first", wanted), label, at);
    if (form_of(type_field->kind()) != ValueView::Form::integer)
        return refuse(
            "gm2m.E308",
            fmt::format("{} is to hold the content type of a generic foreign key, but is of kind {}; the generic "
                        "foreign key is ignored",
                        type_field->label(), name_of(type_field->kind())),
            fmt::format("make {} an integer", type_field->label()), label, at);
    model.generic_foreign_keys_.push_back({std::string(name), type_field, key_field});
}

void ModelDeclaration::declare_ordering(std::vector<std::string> fields) {
    for (const std::string& field : fields)
        if (field.empty() || field == "-")
            throw ConfigurationError(fmt::format("the ordering of {} has an empty name", model_->label_));
    model_->ordering_ = std::move(fields);
    registry_->resolve_references(*model_);
}

void ModelDeclaration::set_table(std::string_view table) {
    require_no_proxy(*model_, "table");
    check_column_name("table", table, model_->label_);
    model_->table_ = table;
    model_->declares_table_ = true;
}

void ModelDeclaration::set_managed(bool managed) {
    require_no_proxy(*model_, "table");
    model_->managed_ = managed;
    model_->declares_table_ = true;
}

void ModelDeclaration::set_verbose_name(std::string_view name) {
    model_->verbose_name_ = name;
}

}  // namespace gm2m
