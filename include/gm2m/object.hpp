#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gm2m/model.hpp>
#include <gm2m/value.hpp>

namespace gm2m {

/// An object by its model and key alone, whether it exists or not. The key is of the kind of the model's primary key,
/// or both are integers; where it is used, another is InvalidValue.
struct Reference {
    const Model* model = nullptr;
    Value key;

    /// "cinema.Movie:5"
    std::string to_string() const;

    friend bool operator==(const Reference&, const Reference&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Reference& reference);
};

namespace detail {

class Prefetched;

/// The head of an object's memory; the struct, or the values of a run-time model, follow it.
struct Row {
    explicit Row(const Model& of) noexcept : model(&of) {}

    std::atomic<std::uint32_t> references{1};
    bool stored = false;      // read from a database or written to it
    std::uint16_t place = 0;  // in a block of rows, from 1; 0 if the row has memory of its own
    const Model* model;
    Prefetched* prefetched = nullptr;  // owned

    /// Of the struct; `align` is its alignment.
    static constexpr std::size_t offset(std::size_t align) noexcept { return (sizeof(Row) + align - 1) & ~(align - 1); }
    static Row* create(const Model& model);
    static void destroy(Row* row) noexcept;
};

}  // namespace detail

/// A shared handle of one object of any model; empty by default. Copies share the object, as with std::shared_ptr;
/// the handles may be used from several threads, the object from one at a time.
class Object {
public:
    Object() noexcept = default;
    Object(const Object& other) noexcept : row_(other.row_) { retain(); }
    Object(Object&& other) noexcept : row_(std::exchange(other.row_, nullptr)) {}
    Object& operator=(Object other) noexcept {
        std::swap(row_, other.row_);
        return *this;
    }
    ~Object() { release(); }

    explicit operator bool() const noexcept { return row_ != nullptr; }

    /// The object's model. Throws ObjectError on an empty handle, as all below does.
    const Model& model() const;
    /// The primary key; null or a nil value before the object is inserted.
    Value key() const;
    Reference reference() const { return {&model(), key()}; }
    /// Whether the object was read from a database or written to one. A write, or a deletion, that is rolled back has
    /// not happened; the key that it gave to the object stays with it.
    bool is_stored() const noexcept { return row_ && row_->stored; }

    /// The struct, if the object's model is mapped to T; else throws WrongModel.
    template <class T>
    T& get() const {
        if (T* found = get_if<T>())
            return *found;
        throw_wrong_type(detail::type_info<T>());
    }
    /// The struct, or null if the object is empty or of another model.
    template <class T>
    T* get_if() const noexcept {
        if (!row_ || row_->model->storage().type != &detail::type_info<T>())
            return nullptr;
        return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(row_) + detail::Row::offset(alignof(T)));
    }

    /// The value of a field, of any kind of model. Throws UnknownField.
    Value operator[](std::string_view field) const;
    /// Gives a field a value, in memory alone. Throws UnknownField, InvalidValue.
    void set(std::string_view field, const Value& value) const;

    /// Calls the first visitor that takes the object's struct; one that takes `const Object&` takes any.
    /// Throws WrongModel if there is none. All visitors return the same type.
    template <class First, class... Rest>
    decltype(auto) visit(First&& first, Rest&&... rest) const;

    /// "cinema.Movie:5"
    std::string to_string() const { return reference().to_string(); }

    /// Whether both handles share one object.
    bool is(const Object& other) const noexcept { return row_ == other.row_; }
    /// Whether both are one row of a table, whatever else they hold: of one model, a proxy and the model that it stands
    /// for being one, with one key. An object without a key equals itself alone.
    friend bool operator==(const Object& a, const Object& b);
    /// As to_string(); an empty handle is "none".
    friend std::ostream& operator<<(std::ostream& out, const Object& object);

    detail::Row* row() const noexcept { return row_; }
    /// Takes over one reference of `row`.
    static Object adopt(detail::Row* row) noexcept {
        Object object;
        object.row_ = row;
        return object;
    }

private:
    void retain() const noexcept {
        if (row_)
            row_->references.fetch_add(1, std::memory_order_relaxed);
    }
    void release() noexcept {
        // Nobody can copy the only handle meanwhile, so that to read the count is enough and saves an atomic write.
        if (row_ && (row_->references.load(std::memory_order_acquire) == 1 ||
                     row_->references.fetch_sub(1, std::memory_order_acq_rel) == 1))
            detail::Row::destroy(row_);
    }
    [[noreturn]] void throw_wrong_type(const detail::TypeInfo& wanted) const;
    [[noreturn]] void throw_no_visitor() const;

    detail::Row* row_ = nullptr;
};

/// An Object that is known to be a T, or empty.
template <class T>
class Instance : public Object {
public:
    Instance() noexcept = default;
    /// Throws WrongModel if the object is of another model.
    explicit Instance(Object object) : Object(std::move(object)) {
        if (*this)
            (void)Object::get<T>();
    }

    T* operator->() const { return &Object::get<T>(); }
    T& operator*() const { return Object::get<T>(); }
};

/// Values of fields, by name.
using FieldValues = std::vector<std::pair<std::string, Value>>;

class WithValues;

/// What is accepted wherever an object is: an Object, an Instance, a bare struct, a Reference. Refers to its
/// argument, so it lives no longer than the call that it is passed to.
class ObjectRef {
public:
    ObjectRef(const Object& object) noexcept : object_(&object) {}
    ObjectRef(const Reference& reference) noexcept : reference_(&reference) {}
    ObjectRef(const WithValues& given) noexcept;
    template <class T>
        requires(std::is_class_v<T> && !std::derived_from<T, Object> && !std::same_as<T, Reference> &&
                 !std::same_as<T, WithValues> &&
                 !Mappable<T> && !std::convertible_to<T, std::string_view> && !requires(const T& t) { t.begin(); })
    ObjectRef(const T& object) noexcept : type_(&detail::type_info<T>()), struct_(&object) {}

    const Object* object() const noexcept { return object_; }
    const Reference* reference() const noexcept { return reference_; }
    const detail::TypeInfo* type() const noexcept { return type_; }
    const void* bare_struct() const noexcept { return struct_; }
    /// Those of WithValues; else null.
    const FieldValues* values() const noexcept { return values_; }

private:
    const Object* object_ = nullptr;
    const Reference* reference_ = nullptr;
    const detail::TypeInfo* type_ = nullptr;
    const void* struct_ = nullptr;
    const FieldValues* values_ = nullptr;
};

/// An object that is to be linked through a model, with values for that model's fields:
/// `spoken.add(WithValues(german, {{"percentage", 65.5}}))`. Lives no longer than the object. (BEHAVIOUR 4.3)
class WithValues {
public:
    WithValues(const ObjectRef& object, FieldValues values) : object_(object), values_(std::move(values)) {}

    const ObjectRef& object() const noexcept { return object_; }
    const FieldValues& values() const noexcept { return values_; }

private:
    ObjectRef object_;
    FieldValues values_;
};

inline ObjectRef::ObjectRef(const WithValues& given) noexcept : ObjectRef(given.object()) {
    values_ = &given.values();
}

namespace detail {

/// What a visitor takes and returns; void, where it is none.
template <class F>
struct VisitorOf {
    using Argument = void;
    using Result = void;
};
template <class F>
requires requires {
    &F::operator();
}
struct VisitorOf<F> : VisitorOf<decltype(&F::operator())> {};
template <class R, class A>
struct VisitorOf<R (*)(A)> {
    using Argument = std::remove_cvref_t<A>;
    using Result = R;
};
template <class R, class A>
struct VisitorOf<R(A)> : VisitorOf<R (*)(A)> {};
template <class C, class R, class A>
struct VisitorOf<R (C::*)(A)> : VisitorOf<R (*)(A)> {};
template <class C, class R, class A>
struct VisitorOf<R (C::*)(A) const> : VisitorOf<R (*)(A)> {};
template <class R, class A>
struct VisitorOf<R (*)(A) noexcept> : VisitorOf<R (*)(A)> {};
template <class C, class R, class A>
struct VisitorOf<R (C::*)(A) noexcept> : VisitorOf<R (*)(A)> {};
template <class C, class R, class A>
struct VisitorOf<R (C::*)(A) const noexcept> : VisitorOf<R (*)(A)> {};

}  // namespace detail

template <class First, class... Rest>
decltype(auto) Object::visit(First&& first, Rest&&... rest) const {
    using Argument = typename detail::VisitorOf<std::remove_cvref_t<First>>::Argument;
    static_assert(std::is_class_v<Argument>,
                  "gm2m: a visitor takes one argument: a model's struct, or a const gm2m::Object& for any object");
    if constexpr (!std::is_class_v<Argument>) {
        throw_no_visitor();
    } else if constexpr (std::same_as<Argument, Object>) {
        (void)model();
        return first(*this);
    } else {
        if (Argument* found = get_if<Argument>())
            return first(*found);
        if constexpr (sizeof...(rest) > 0)
            return visit(std::forward<Rest>(rest)...);
        else
            throw_no_visitor();
    }
}

}  // namespace gm2m
