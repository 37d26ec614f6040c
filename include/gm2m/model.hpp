#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gm2m/field.hpp>

namespace gm2m {

class Object;
struct ObjectSignals;
class Registry;

namespace detail {

/// What identifies a struct at run time: one object per type.
struct TypeInfo {
    std::string_view signature;  // the compiler's text of type_info<T>(), in which the type's name stands
};
/// The type's name for a message.
std::string name_of(const TypeInfo& type);

template <class T>
std::string_view type_signature() {
    return __PRETTY_FUNCTION__;
}
template <class T>
const TypeInfo& type_info() {
    static const TypeInfo info{type_signature<T>()};
    return info;
}

/// How a row's memory is laid out and treated.
struct Storage {
    const TypeInfo* type = nullptr;  // null for a run-time model
    std::size_t size = 0;
    std::size_t align = alignof(std::max_align_t);
    void (*construct)(const Model&, void*) = nullptr;
    void (*destroy)(const Model&, void*) noexcept = nullptr;
};

template <class T>
constexpr bool is_defined = requires { sizeof(T); };

template <class T>
Storage storage_of() {
    static_assert(is_defined<T>, "gm2m: the struct is only declared so far: models come after the definitions of structs");
    static_assert(std::is_default_constructible_v<T>,
                  "gm2m: a model's struct must be default-constructible: rows are read into it");
    return {&type_info<T>(), sizeof(T), alignof(T), [](const Model&, void* at) { new (at) T(); },
            [](const Model&, void* at) noexcept { static_cast<T*>(at)->~T(); }};
}

}  // namespace detail

/// Columns that are unique together, or indexed together.
struct Index {
    std::vector<std::string> fields;  ///< names of fields, in the order of the index
    bool unique = false;
    SourceLocation location = {};  ///< of its declaration
};

/// Two fields that together refer to an object of any model: a content type and a key. Not a column of its own.
struct GenericForeignKey {
    std::string name;
    const Field* content_type;
    const Field* key;
};

/// The metadata of a model: what the library knows of a struct, or of a run-time model, and of its table. Made by
/// Registry::model(), lives as long as the registry. Reading it is safe from any thread once the declaration is over.
class Model {
public:
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const std::string& app_label() const noexcept { return app_label_; }
    /// "Movie"
    const std::string& name() const noexcept { return name_; }
    /// "cinema.Movie"
    const std::string& label() const noexcept { return label_; }
    /// The name in lower case, as content types and accessors have it: "movie"
    const std::string& model_name() const noexcept { return model_name_; }
    /// The table as declared; where it is longer than an engine allows it is cut there (DESIGN 5).
    const std::string& table() const noexcept { return table_; }
    /// Whether create_tables() and drop_tables() care for the table. (BEHAVIOUR 1.3)
    bool is_managed() const noexcept { return managed_; }
    const std::string& verbose_name() const noexcept { return verbose_name_; }
    /// Where it is declared; line 0 for the models of join tables.
    const SourceLocation& location() const noexcept { return location_; }
    bool is_run_time() const noexcept { return storage_.type == nullptr; }
    /// Whether its rows are written by something else: the model of a join table.
    bool is_read_only() const noexcept { return read_only_; }

    /// In the order of declaration.
    std::span<const std::unique_ptr<Field>> fields() const noexcept { return fields_; }
    std::span<const Index> indexes() const noexcept { return indexes_; }
    /// The order of queries that have none of their own, and of the objects that are linked through the model: names of
    /// fields, "-" before those that go down. Objects that are the same in it come by their keys. (BEHAVIOUR 4.3)
    const std::vector<std::string>& ordering() const noexcept { return ordering_; }
    std::span<const GenericForeignKey> generic_foreign_keys() const noexcept { return generic_foreign_keys_; }
    /// Null if there is none of that name.
    const GenericForeignKey* find_generic_foreign_key(std::string_view name) const noexcept;
    /// Throws ConfigurationError if none is declared, or the key is several fields (the join model of a compact table).
    const Field& primary_key() const;
    bool has_primary_key() const noexcept { return primary_key_ != nullptr; }
    /// Null if there is none of that name.
    const Field* find_field(std::string_view name) const noexcept;
    /// Throws UnknownField, offering the nearest names.
    const Field& field(std::string_view name) const;

    /// Throws ConfigurationError unless the model has a primary key and all models that it refers to are registered.
    void require_complete() const;
    /// Throws ObjectError if the model is read-only.
    void require_writable() const;

    /// A new object of this model that no database knows yet, with its fields' defaults.
    Object make() const;
    /// The same with values: `opera.make({{"title", "Carmen"}})`. Throws UnknownField, InvalidValue.
    Object make(std::initializer_list<std::pair<std::string_view, Value>> values) const;

    /// Sent when objects of the model are saved or deleted. (BEHAVIOUR 6.7)
    ObjectSignals& signals() const noexcept { return *signals_; }

    const detail::Storage& storage() const noexcept { return storage_; }

    ~Model();

private:
    friend class Registry;
    friend class ModelDeclaration;

    Model(std::string_view label, detail::Storage storage);
    Field& add_field(std::string_view name, Kind kind, bool nullable_member, detail::Accessor accessor,
                     FieldOptions options);

    SourceLocation location_;
    std::string app_label_;
    std::string name_;
    std::string label_;
    std::string model_name_;
    std::string table_;
    std::string verbose_name_;
    bool managed_ = true;
    bool read_only_ = false;
    std::vector<std::unique_ptr<Field>> fields_;
    std::vector<Index> indexes_;
    std::vector<std::string> ordering_;
    std::vector<GenericForeignKey> generic_foreign_keys_;
    const Field* primary_key_ = nullptr;
    detail::Storage storage_;
    std::unique_ptr<ObjectSignals> signals_;
};

/// The part of a declaration that is the same for structs and for run-time models.
class ModelDeclaration {
public:
    const Model& model() const noexcept { return *model_; }

protected:
    ModelDeclaration(Registry& registry, Model& model) : registry_(&registry), model_(&model) {}

    /// Null if the model has a field of that name already; check() then says so.
    Field* declare_field(std::string_view name, Kind kind, bool nullable_member, detail::Accessor accessor,
                         FieldOptions options, bool primary_key, std::string_view target, const SourceLocation& at);
    void declare_run_time_field(std::string_view name, Kind kind, FieldOptions options, bool primary_key,
                                std::string_view target, const SourceLocation& at);
    void declare_index(std::vector<std::string> fields, bool unique, const SourceLocation& at);
    void declare_generic_foreign_key(std::string_view name, std::string_view content_type, std::string_view key,
                                     const SourceLocation& at);
    void declare_ordering(std::vector<std::string> fields);
    void set_table(std::string_view table);
    void set_managed(bool managed);
    void set_verbose_name(std::string_view name);

private:
    /// A declaration that is ignored, for check() to tell.
    void refuse(std::string_view id, std::string message, std::string hint, std::string subject,
                const SourceLocation& at);
    bool takes_name(std::string_view name, const SourceLocation& at);

    Registry* registry_;
    Model* model_;
};

/// The options of a model, common to both builders.
template <class Builder>
class ModelOptions : public ModelDeclaration {
public:
    /// The table, if it is not called `<app_label>_<model>`.
    Builder& table(std::string_view name) { return set_table(name), self(); }
    /// False keeps every schema operation away from the table. (BEHAVIOUR 1.3)
    Builder& managed(bool managed) { return set_managed(managed), self(); }
    Builder& verbose_name(std::string_view name) { return set_verbose_name(name), self(); }
    /// The fields' values are unique together.
    Builder& unique_together(std::vector<std::string> fields, SourceLocation at = SourceLocation::current()) {
        return declare_index(std::move(fields), true, at), self();
    }
    /// An index over several fields.
    Builder& index(std::vector<std::string> fields, SourceLocation at = SourceLocation::current()) {
        return declare_index(std::move(fields), false, at), self();
    }

    /// The order of the model's queries that have none of their own: names of fields, "-" before those that go down.
    /// `.ordering({"-percentage", "name"})`
    Builder& ordering(std::vector<std::string> fields) { return declare_ordering(std::move(fields)), self(); }

    /// Two fields that refer to an object of any model together: an integer that holds a content type and a key, best
    /// as text. `name` serves in queries: F("target") == object, F("target__movie__title").
    Builder& generic_foreign_key(std::string_view name, std::string_view content_type, std::string_view key,
                                 SourceLocation at = SourceLocation::current()) {
        return declare_generic_foreign_key(name, content_type, key, at), self();
    }

protected:
    using ModelDeclaration::ModelDeclaration;

private:
    Builder& self() { return static_cast<Builder&>(*this); }
};

/// Maps a struct from outside. The methods throw ConfigurationError for what cannot be, such as a name with a space;
/// what only fits nothing else, such as a second field of one name, is told by check(). (BEHAVIOUR 7)
template <class T>
class ModelBuilder : public ModelOptions<ModelBuilder<T>> {
public:
    /// The primary key: an integer, text, a UUID, a date, a time or a date-time. An integer or UUID key that is 0 or
    /// nil is made by the database or by gm2m when the object is inserted, unless `generated` is false.
    template <class Owner, class M>
    ModelBuilder& primary_key(std::string_view name, M Owner::*member, FieldOptions options = {},
                              SourceLocation at = SourceLocation::current()) {
        if constexpr (MappableMember<M>)
            static_assert(detail::can_be_key(Adapter<typename Unwrap<M>::type>::kind),
                          "gm2m: a primary key is an integer, text, a UUID, a date, a time or a date-time");
        return declare(name, member, std::move(options), true, {}, at);
    }
    template <class Owner, class M>
    ModelBuilder& field(std::string_view name, M Owner::*member, FieldOptions options = {},
                        SourceLocation at = SourceLocation::current()) {
        return declare(name, member, std::move(options), false, {}, at);
    }
    /// An enum that is stored as text.
    template <class Owner, class M>
    ModelBuilder& field(std::string_view name, M Owner::*member, EnumText<typename Unwrap<M>::type> text,
                        FieldOptions options = {}, SourceLocation at = SourceLocation::current()) {
        check_member<Owner, M>();
        this->declare_field(name, Kind::text, Unwrap<M>::optional,
                            detail::enum_accessor<T, Owner, M>(member, std::move(text)), std::move(options), false, {},
                            at);
        return *this;
    }
    /// A foreign key to `target` ("app.Model", registered before or after); the member holds the target's key.
    template <class Owner, class M>
    ModelBuilder& foreign_key(std::string_view name, M Owner::*member, std::string_view target,
                              FieldOptions options = {}, SourceLocation at = SourceLocation::current()) {
        return declare(name, member, std::move(options), false, target, at);
    }

private:
    friend class Registry;
    using ModelOptions<ModelBuilder<T>>::ModelOptions;

    template <class Owner, class M>
    static void check_member() {
        static_assert(std::derived_from<T, Owner>, "gm2m: the member is not one of this model's struct");
    }
    template <class Owner, class M>
    ModelBuilder& declare(std::string_view name, M Owner::*member, FieldOptions options, bool primary_key,
                          std::string_view target, const SourceLocation& at) {
        check_member<Owner, M>();
        static_assert(MappableMember<M>, "gm2m: no field kind for this member's type; specialise gm2m::Adapter for it");
        if constexpr (MappableMember<M>)
            this->declare_field(name, Adapter<typename Unwrap<M>::type>::kind, Unwrap<M>::optional,
                                detail::member_accessor<T, Owner, M>(member), std::move(options), primary_key, target,
                                at);
        return *this;
    }
};

/// Declares a model at run time: its objects hold a Value per field.
class RunTimeModelBuilder : public ModelOptions<RunTimeModelBuilder> {
public:
    RunTimeModelBuilder& primary_key(std::string_view name, Kind kind, FieldOptions options = {},
                                     SourceLocation at = SourceLocation::current()) {
        return declare_run_time_field(name, kind, std::move(options), true, {}, at), *this;
    }
    RunTimeModelBuilder& field(std::string_view name, Kind kind, FieldOptions options = {},
                               SourceLocation at = SourceLocation::current()) {
        return declare_run_time_field(name, kind, std::move(options), false, {}, at), *this;
    }
    /// A foreign key to `target` ("app.Model", registered before or after).
    RunTimeModelBuilder& foreign_key(std::string_view name, std::string_view target, FieldOptions options = {},
                                     SourceLocation at = SourceLocation::current()) {
        return declare_run_time_field(name, Kind::big_integer, std::move(options), false, target, at), *this;
    }

private:
    friend class Registry;
    using ModelOptions<RunTimeModelBuilder>::ModelOptions;
};

}  // namespace gm2m
