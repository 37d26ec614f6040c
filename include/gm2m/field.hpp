#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gm2m/source_location.hpp>
#include <gm2m/value.hpp>

namespace gm2m {

class Model;

/// What becomes of the objects whose foreign key refers to an object that is deleted. (BEHAVIOUR 6.4)
/// `.foreign_key("author", &Book::author, "shop.Author", {.on_delete = ForeignKeyPolicy::set_null})`
class ForeignKeyPolicy {
public:
    enum class Action {
        do_nothing,   ///< what the database's own constraint says: the deletion fails unless that cascades
        cascade,      ///< they are deleted too, and what depends on them
        protect,      ///< the deletion is refused with a ProtectedError
        restrict,     ///< it is refused with a RestrictedError, unless they are deleted too for another reason
        set_null,     ///< the key becomes NULL
        set_default,  ///< it becomes the field's default_value
        set_value,    ///< it becomes a value; see set()
    };
    using enum Action;

    ForeignKeyPolicy(Action action) : action_(action) {}
    /// The key becomes this value, or what the function returns when the deletion is carried out.
    static ForeignKeyPolicy set(Value value) {
        return set([value = std::move(value)] { return value; });
    }
    template <class Function>
        requires std::is_invocable_r_v<Value, const Function&>
    static ForeignKeyPolicy set(Function value) {
        ForeignKeyPolicy policy(Action::set_value);
        policy.value_ = std::move(value);
        return policy;
    }

    Action action() const noexcept { return action_; }
    const std::function<Value()>& value() const noexcept { return value_; }

private:
    Action action_;
    std::function<Value()> value_;
};

/// What a field declares beyond its name and its kind.
struct FieldOptions {
    /// Text: the most characters (not bytes); none means unlimited. Checked before anything is written.
    std::optional<std::size_t> max_length = {};
    /// Whether the column may be NULL. A std::optional member is nullable without it.
    bool null = false;
    bool unique = false;
    /// Whether the column has an index of its own. Foreign keys have one in any case.
    bool index = false;
    /// The column, if it is not called as the field is (a foreign key: `<name>_id`).
    std::string column = {};
    /// Decimal: all digits, and those after the point. SQLite compares numbers of more than 15 digits as text.
    int max_digits = 15;
    int decimal_places = 2;
    /// The value that a new object of a run-time model starts with.
    Value default_value = {};
    /// A primary key: whether the database (integers) or gm2m (UUIDs) makes the key of an object that has none.
    bool generated = true;
    /// A foreign key: whether the database enforces it.
    bool db_constraint = true;
    /// A foreign key: what becomes of this object when the one that it refers to is deleted.
    ForeignKeyPolicy on_delete = ForeignKeyPolicy::do_nothing;
    /// A foreign key: the name of the reverse accessor on the target. `%(class)s` and `%(app_label)s` stand for the
    /// model.
    std::string related_name = {};
    std::string verbose_name = {};
};

namespace detail {
struct TypeInfo;
template <class T>
const TypeInfo& type_info();

/// What a primary key can be. (BEHAVIOUR 1.2)
constexpr bool can_be_key(Kind kind) {
    switch (kind) {
        case Kind::small_integer:
        case Kind::integer:
        case Kind::big_integer:
        case Kind::text:
        case Kind::uuid:
        case Kind::date:
        case Kind::time:
        case Kind::date_time: return true;
        default: return false;
    }
}

/// One reader and one writer thunk per member, made where the member's type is known; everything else is compiled
/// once, against these.
struct Accessor {
    using View = ValueView (*)(const Accessor&, const void* object, Scratch&);
    using Assign = void (*)(const Accessor&, void* object, const ValueView&);

    View view = nullptr;
    Assign assign = nullptr;
    /// The pointer to member, or the index of a run-time model's value.
    std::array<std::byte, 16> member{};
    /// What else the thunks need, such as the names of an enum's values.
    std::shared_ptr<const void> context = {};
    /// The member as the program names it, in the struct that declares it; null for a run-time model.
    const TypeInfo* declared_in = nullptr;
    std::array<std::byte, 16> declared_member{};

    template <class Member>
    void set_member(Member value) noexcept {
        static_assert(sizeof(Member) <= sizeof(member));
        std::memcpy(member.data(), &value, sizeof value);
    }
    template <class Owner, class M>
    void set_declared(M Owner::*declared) noexcept {
        declared_in = &type_info<Owner>();
        std::memcpy(declared_member.data(), &declared, sizeof declared);
    }
    /// Is mapped to the same member as the program names it.
    void share_declared(const Accessor& other) noexcept {
        declared_in = other.declared_in;
        declared_member = other.declared_member;
    }
    template <class Member>
    Member get_member() const noexcept {
        Member value;
        std::memcpy(&value, member.data(), sizeof value);
        return value;
    }
};

/// An accessor for objects in which the struct that it was made for begins `offset` bytes after their own beginning.
Accessor shifted(Accessor accessor, std::ptrdiff_t offset);
}  // namespace detail

/// A column of a model. Lives as long as its registry.
class Field {
public:
    const std::string& name() const noexcept { return name_; }
    const std::string& column() const noexcept { return column_; }
    /// The kind of the column; a foreign key has the kind of its target's primary key once the target is registered.
    Kind kind() const noexcept { return kind_; }
    bool null() const noexcept { return options_.null; }
    bool is_primary_key() const noexcept { return primary_key_; }
    /// Whether an object without a key gets one when it is inserted.
    bool is_generated() const noexcept;
    const FieldOptions& options() const noexcept { return options_; }
    const Model& model() const noexcept { return *model_; }
    /// The model whose table holds the column: model(), or a model that it inherits the field from. (BEHAVIOUR 8.1)
    const Model& table_model() const noexcept { return *table_model_; }
    /// Whether the column is another model's: of a proxy, and of a child with a table of its own. What an abstract
    /// model declares is its children's own.
    bool is_inherited() const noexcept { return table_model_ != model_; }
    /// Whether it is the `<parent>_ptr` of a child with a table of its own.
    bool is_parent_link() const noexcept { return parent_link_; }
    /// Where it is declared.
    const SourceLocation& location() const noexcept { return location_; }

    bool is_foreign_key() const noexcept { return !target_label_.empty(); }
    /// "app.Model" as declared; empty for other fields.
    const std::string& target_label() const noexcept { return target_label_; }
    /// Null until the target is registered, and where its primary key is of another kind than the member.
    const Model* target() const noexcept { return target_; }

    /// The value in `object`, a struct or row of this field's model; a view into it or into `scratch`.
    ValueView view(const void* object, Scratch& scratch) const { return accessor_.view(accessor_, object, scratch); }
    /// Throws InvalidValue, naming the field, if the value does not fit the member.
    void assign(void* object, const ValueView& value) const;
    /// Throws InvalidValue, naming the field, if the value cannot be stored in the column: NULL, too long, not UTF-8…
    void check(const ValueView& value) const;
    /// Whether check() would accept the value.
    bool can_hold(const ValueView& value) const;
    /// `value` as this field's kind: integers widen, text is read as a date, a UUID…. Throws InvalidValue.
    Value coerce(const Value& value) const;
    /// Whether the field is mapped to that member of the struct that declares it.
    bool is_member(const detail::TypeInfo& owner, const std::array<std::byte, 16>& member) const noexcept {
        return accessor_.declared_in == &owner && accessor_.declared_member == member;
    }
    /// "cinema.Movie.title"
    std::string label() const;

private:
    /// What is wrong with the value; empty if nothing is.
    std::string problem_with(const ValueView& value) const;

    friend class Model;
    friend class ModelDeclaration;
    friend class Inheritance;
    friend class Registry;

    SourceLocation location_;
    std::string name_;
    std::string column_;
    Kind kind_ = Kind::text;
    bool primary_key_ = false;
    bool nullable_member_ = false;  // the member can hold NULL
    FieldOptions options_;
    std::string target_label_;
    const Model* target_ = nullptr;
    bool fits_target_ = true;  // of one kind with the target's primary key, as far as that is known
    const Model* model_ = nullptr;
    const Model* table_model_ = nullptr;
    bool parent_link_ = false;
    detail::Accessor accessor_;
};

/// The texts under which an enum's values are stored; see enum_text().
template <class E>
struct EnumText {
    std::shared_ptr<const std::vector<std::pair<E, std::string>>> names;
};

/// Maps an enum to text: `.field("status", &Order::status, enum_text<Status>({{Status::open, "open"}, …}))`.
/// A value without a name is an InvalidValue on its way in and out.
template <class E>
    requires std::is_enum_v<E>
EnumText<E> enum_text(std::initializer_list<std::pair<E, std::string>> names) {
    return {std::make_shared<const std::vector<std::pair<E, std::string>>>(names)};
}

namespace detail {

[[noreturn]] void throw_no_enum_text(std::int64_t value);

/// T: the model's struct; Owner: the struct that declares the member (T or a base of it).
template <class T, class Owner, class M>
Accessor member_accessor(M Owner::*member) {
    using Inner = typename Unwrap<M>::type;
    using Member = M T::*;
    Accessor accessor;
    accessor.set_member<Member>(member);
    accessor.set_declared(member);
    accessor.view = [](const Accessor& self, const void* object, Scratch& scratch) -> ValueView {
        const M& value = static_cast<const T*>(object)->*self.get_member<Member>();
        if constexpr (Unwrap<M>::optional)
            return value ? Adapter<Inner>::view(*value, scratch) : ValueView{};
        else
            return Adapter<Inner>::view(value, scratch);
    };
    accessor.assign = [](const Accessor& self, void* object, const ValueView& from) {
        M& value = static_cast<T*>(object)->*self.get_member<Member>();
        if constexpr (Unwrap<M>::optional) {
            if (from.is_null())
                value.reset();
            else
                Adapter<Inner>::assign(value.emplace(), from);
        } else {
            Adapter<Inner>::assign(value, from);
        }
    };
    return accessor;
}

template <class T, class Owner, class M>
Accessor enum_accessor(M Owner::*member, EnumText<typename Unwrap<M>::type> text) {
    using E = typename Unwrap<M>::type;
    using Names = std::vector<std::pair<E, std::string>>;
    using Member = M T::*;
    Accessor accessor;
    accessor.set_member<Member>(member);
    accessor.set_declared(member);
    accessor.context = std::move(text.names);
    accessor.view = [](const Accessor& self, const void* object, Scratch&) -> ValueView {
        const M& value = static_cast<const T*>(object)->*self.get_member<Member>();
        E inner{};
        if constexpr (Unwrap<M>::optional) {
            if (!value)
                return {};
            inner = *value;
        } else {
            inner = value;
        }
        for (const auto& [candidate, name] : *static_cast<const Names*>(self.context.get()))
            if (candidate == inner)
                return ValueView::of_text(name);
        throw_no_enum_text(static_cast<std::int64_t>(inner));
    };
    accessor.assign = [](const Accessor& self, void* object, const ValueView& from) {
        M& value = static_cast<T*>(object)->*self.get_member<Member>();
        if constexpr (Unwrap<M>::optional) {
            if (from.is_null()) {
                value.reset();
                return;
            }
        }
        for (const auto& [candidate, name] : *static_cast<const Names*>(self.context.get()))
            if (name == from.text()) {
                value = candidate;
                return;
            }
        throw_not_in_enum(from.text());
    };
    return accessor;
}

}  // namespace detail
}  // namespace gm2m
