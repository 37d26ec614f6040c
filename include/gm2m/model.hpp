#pragma once

#include <concepts>
#include <memory>
#include <optional>
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

/// Where in a T its base Parent begins.
template <class T, class Parent>
std::ptrdiff_t base_offset() {
    constexpr bool derives = std::derived_from<T, Parent> && !std::same_as<T, Parent>;
    static_assert(derives, "gm2m: the model's struct does not derive from its parent's struct");
    constexpr bool converts_back = requires(Parent* parent) { static_cast<T*>(parent); };
    static_assert(!derives || converts_back,
                  "gm2m: the parent's struct is a virtual base, whose members cannot be mapped");
    if constexpr (derives && converts_back) {
        alignas(T) static std::byte memory[sizeof(T)];  // holds no T: the address alone is converted
        Parent* parent = reinterpret_cast<T*>(memory);
        return reinterpret_cast<std::byte*>(parent) - memory;
    } else {
        return 0;
    }
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
    static_assert(is_defined<T>,
                  "gm2m: the struct is only declared so far: models come after the definitions of structs");
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
    const std::string& table() const noexcept { return concrete_model().table_; }
    /// Whether create_tables() and drop_tables() care for the table. (BEHAVIOUR 1.3)
    bool is_managed() const noexcept { return managed_; }
    const std::string& verbose_name() const noexcept { return verbose_name_; }
    /// Where it is declared; line 0 for the models of join tables.
    const SourceLocation& location() const noexcept { return location_; }
    bool is_run_time() const noexcept { return storage_.type == nullptr; }
    /// Whether its rows are written by something else: the model of a join table.
    bool is_read_only() const noexcept { return read_only_; }

    // --- inheritance and swapping (BEHAVIOUR 8) ---

    /// Whether it has no table and no objects: its fields and relations are its children's.
    bool is_abstract() const noexcept { return abstract_; }
    /// Whether its objects are another model's, under another label.
    bool is_proxy() const noexcept { return proxied_ != nullptr; }
    /// The model whose table its objects are in: of a proxy the model that it stands for, else itself.
    const Model& concrete_model() const noexcept { return proxied_ ? *proxied_ : *this; }
    /// The model that the rows of its table point to, each to that of its own key, by `<parent>_ptr`; null if there is
    /// none.
    const Model* parent() const noexcept { return concrete_model().parent_; }
    /// Whether each of its objects is one of `other` too, with the same key: the model itself, what it is a proxy or a
    /// child of, and the proxies of these.
    bool is_a(const Model& other) const noexcept;
    /// The models that name it as a parent, or as what they are proxies of, in the order of declaration.
    std::vector<const Model*> heirs() const { return {heirs_.begin(), heirs_.end()}; }
    /// The models whose tables hold an object's row, from the first parent to the model's own.
    std::vector<const Model*> table_models() const;
    /// The setting that may replace the model, and with it its proxies; empty if none does.
    const std::string& swappable() const noexcept { return concrete_model().swappable_; }
    /// The label of the model that has replaced it, or the one that it is a proxy of; empty if none has.
    /// (BEHAVIOUR 8.2)
    const std::string& swapped_by() const noexcept { return concrete_model().swapped_by_; }
    bool is_swapped_out() const noexcept { return !swapped_by().empty(); }

    /// In the order of declaration; inherited fields come first. A child's `<parent>_ptr` stands in the place of its
    /// parent's key, by whose name find_field() finds it too.
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

    /// Throws ConfigurationError unless the model has a table and a primary key, and all models that it refers to are
    /// registered and have them too; SwappedModel if it has been replaced.
    void require_complete() const;
    /// Throws ObjectError if the model is read-only.
    void require_writable() const;

    /// A new object of this model that no database knows yet, with its fields' defaults.
    Object make() const;
    /// The same with values: `opera.make({{"title", "Carmen"}})`. Throws UnknownField, InvalidValue.
    Object make(std::initializer_list<std::pair<std::string_view, Value>> values) const;

    /// Sent when objects of the model are saved or deleted. A proxy has those of its concrete model. (BEHAVIOUR 6.7)
    ObjectSignals& signals() const noexcept { return *concrete_model().signals_; }

    const detail::Storage& storage() const noexcept { return storage_; }

    ~Model();

private:
    friend class Registry;
    friend class ModelDeclaration;
    friend class Inheritance;

    Model(std::string_view label, detail::Storage storage);
    /// Throws ConfigurationError, or SwappedModel, if no object of the model can be used; `subject` is what refers to
    /// it.
    void require_usable(std::string_view subject) const;
    /// Throws ConfigurationError if something has inherited the declaration already.
    void require_no_heirs() const;
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
    bool declares_table_ = false;  // or whether it is managed
    bool read_only_ = false;
    std::vector<std::unique_ptr<Field>> fields_;
    std::vector<Index> indexes_;
    std::vector<std::string> ordering_;
    std::vector<GenericForeignKey> generic_foreign_keys_;
    const Field* primary_key_ = nullptr;
    detail::Storage storage_;
    std::unique_ptr<ObjectSignals> signals_;
    bool abstract_ = false;
    Model* proxied_ = nullptr;
    Model* parent_ = nullptr;
    std::vector<Model*> heirs_;
    std::string swappable_;
    std::string swapped_by_;
};

/// The part of a declaration that is the same for structs and for run-time models.
class ModelDeclaration {
public:
    const Model& model() const noexcept { return *model_; }

protected:
    ModelDeclaration(Registry& registry, Model& model) : registry_(&registry), model_(&model) {}

    /// Null if the model has a field of that name already; check() then says so.
    /// `target`: of a foreign key.
    Field* declare_field(std::string_view name, Kind kind, bool nullable_member, detail::Accessor accessor,
                         FieldOptions options, bool primary_key, std::optional<std::string_view> target,
                         const SourceLocation& at);
    void declare_run_time_field(std::string_view name, Kind kind, FieldOptions options, bool primary_key,
                                std::optional<std::string_view> target, const SourceLocation& at);
    void declare_index(std::vector<std::string> fields, bool unique, const SourceLocation& at);
    void declare_generic_foreign_key(std::string_view name, std::string_view content_type, std::string_view key,
                                     const SourceLocation& at);
    void declare_ordering(std::vector<std::string> fields);
    void set_table(std::string_view table);
    void set_managed(bool managed);
    void set_verbose_name(std::string_view name);
    void set_abstract();
    void set_swappable(std::string_view setting);
    void inherit_from(std::string_view parent);
    void inherit_from(const detail::TypeInfo& parent, std::ptrdiff_t offset);
    void stand_for(std::string_view model);
    void stand_for(const detail::TypeInfo& model, std::ptrdiff_t offset);

private:
    Model& parent_called(std::string_view label) const;
    Model& parent_of(const detail::TypeInfo& type) const;
    void inherit(Model& parent, std::ptrdiff_t offset);
    void proxy_for(Model& model, std::ptrdiff_t offset);
    /// A declaration that is ignored, for check() to tell.
    void refuse(std::string_view id, std::string message, std::string hint, std::string subject,
                const SourceLocation& at);
    bool takes_name(std::string_view name, const SourceLocation& at);
    const Model* parent_with(std::string_view name) const;

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
    /// The model has no table and no objects: its fields, indexes and relations go to each model that inherits it, as
    /// if declared there. (BEHAVIOUR 8.1)
    Builder& abstract() { return set_abstract(), self(); }
    /// Registry::swap() may replace the model by another. (BEHAVIOUR 8.2)
    Builder& swappable(std::string_view setting) { return set_swappable(setting), self(); }
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
        return declare(name, member, std::move(options), true, std::nullopt, at);
    }
    template <class Owner, class M>
    ModelBuilder& field(std::string_view name, M Owner::*member, FieldOptions options = {},
                        SourceLocation at = SourceLocation::current()) {
        return declare(name, member, std::move(options), false, std::nullopt, at);
    }
    /// An enum that is stored as text.
    template <class Owner, class M>
    ModelBuilder& field(std::string_view name, M Owner::*member, EnumText<typename Unwrap<M>::type> text,
                        FieldOptions options = {}, SourceLocation at = SourceLocation::current()) {
        check_member<Owner, M>();
        this->declare_field(name, Kind::text, Unwrap<M>::optional,
                            detail::enum_accessor<T, Owner, M>(member, std::move(text)), std::move(options), false,
                            std::nullopt, at);
        return *this;
    }
    /// A foreign key to `target` ("app.Model", registered before or after); the member holds the target's key.
    template <class Owner, class M>
    ModelBuilder& foreign_key(std::string_view name, M Owner::*member, std::string_view target,
                              FieldOptions options = {}, SourceLocation at = SourceLocation::current()) {
        return declare(name, member, std::move(options), false, target, at);
    }
    /// Inherits the model that the base Parent is mapped to, which is declared before, with all of its fields. Of an
    /// abstract one its fields, indexes, generic foreign keys and relations become this model's. Of any other the
    /// object's row has a part in the parent's table: this model's own has the key `<parent>_ptr`, which refers to it,
    /// and the further fields. Any number of abstract parents, one of the other kind. (BEHAVIOUR 8.1)
    template <class Parent>
    ModelBuilder& inherits() {
        return this->inherit_from(detail::type_info<Parent>(), detail::base_offset<T, Parent>()), *this;
    }
    /// The model is a proxy: another label for the objects of the model that the base Parent is mapped to, in its
    /// table, with its fields and no others. (BEHAVIOUR 8.1)
    template <class Parent>
    ModelBuilder& proxy() {
        return this->stand_for(detail::type_info<Parent>(), detail::base_offset<T, Parent>()), *this;
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
                          std::optional<std::string_view> target, const SourceLocation& at) {
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
        return declare_run_time_field(name, kind, std::move(options), true, std::nullopt, at), *this;
    }
    RunTimeModelBuilder& field(std::string_view name, Kind kind, FieldOptions options = {},
                               SourceLocation at = SourceLocation::current()) {
        return declare_run_time_field(name, kind, std::move(options), false, std::nullopt, at), *this;
    }
    /// A foreign key to `target` ("app.Model", registered before or after).
    RunTimeModelBuilder& foreign_key(std::string_view name, std::string_view target, FieldOptions options = {},
                                     SourceLocation at = SourceLocation::current()) {
        return declare_run_time_field(name, Kind::big_integer, std::move(options), false, target, at), *this;
    }
    /// As ModelBuilder::inherits(); the parent may also be a struct's model.
    RunTimeModelBuilder& inherits(std::string_view parent) { return inherit_from(parent), *this; }
    /// As ModelBuilder::proxy(). The objects are laid out as those of the model that it stands for: of a struct's they
    /// are that struct.
    RunTimeModelBuilder& proxy(std::string_view model) { return stand_for(model), *this; }

private:
    friend class Registry;
    using ModelOptions<RunTimeModelBuilder>::ModelOptions;
};

}  // namespace gm2m
