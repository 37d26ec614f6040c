#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gm2m/condition.hpp>
#include <gm2m/model.hpp>
#include <gm2m/object.hpp>

namespace gm2m {

namespace detail {

/// A field as a query names it: by path, or by member.
struct FieldPath {
    std::string path;                          // empty if by member
    const detail::TypeInfo* owner = nullptr;   // the struct that declares the member
    std::array<std::byte, 16> member{};        // the pointer to member
    std::string member_text() const;           // for messages
};

}  // namespace detail

enum class Lookup {
    exact,
    iexact,
    in,
    range,
    gt,
    gte,
    lt,
    lte,
    contains,
    icontains,
    startswith,
    istartswith,
    endswith,
    iendswith,
    isnull,
    regex,
};

class F;

/// What a field is compared with: a value, another field, or an object: for its key, or for a link to it.
class Operand {
public:
    template <Mappable T>
    Operand(const T& value) : value_(value) {}
    /// Nothing is compared by isnull(): an empty one is a QueryError where the query runs.
    template <Mappable T>
    Operand(const std::optional<T>& value) : value_(value) {}
    Operand(std::nullptr_t) {}
    Operand(const char* text) : value_(text) {}
    Operand(std::string_view text) : value_(text) {}
    Operand(Value value) : value_(std::move(value)) {}
    Operand(const Object& object) : reference_(object.reference()) {}
    Operand(Reference reference) : reference_(std::move(reference)) {}
    Operand(const F& field);

    const Value& value() const noexcept { return value_; }
    const std::optional<Reference>& reference() const noexcept { return reference_; }
    const std::optional<detail::FieldPath>& field() const noexcept { return field_; }

private:
    Value value_;
    std::optional<Reference> reference_;
    std::optional<detail::FieldPath> field_;
};

/// How an order treats values that are missing: by default they come first in ascending order and last in
/// descending order, on both engines.
enum class Nulls { standard, first, last };

/// One criterion of an order: "title" or F("title"), "-title" for descending, F("title").desc(Nulls::last). A path may
/// lead over foreign keys, or name an annotation.
struct OrderTerm {
    OrderTerm(const char* path) : OrderTerm(std::string_view(path)) {}
    OrderTerm(const std::string& path) : OrderTerm(std::string_view(path)) {}
    OrderTerm(std::string_view path);
    OrderTerm(const F& field);
    OrderTerm(detail::FieldPath by, bool down, Nulls missing)
        : field(std::move(by)), descending(down), nulls(missing) {}

    detail::FieldPath field;
    bool descending = false;
    Nulls nulls = Nulls::standard;
};

/// A field of a query's model, or of what is related to it, by path: "title", "country__name" over a foreign key,
/// "user__name" over the reverse side of a relation, "preferred_videos__movie__title" over a relation to the objects of
/// one model; or by member: F(&Movie::title).
class F {
public:
    explicit F(std::string_view path) { field_.path = path; }
    explicit F(detail::FieldPath field) : field_(std::move(field)) {}
    template <class Owner, class M>
    explicit F(M Owner::*member) {
        static_assert(sizeof member <= sizeof field_.member);
        field_.owner = &detail::type_info<Owner>();
        std::memcpy(field_.member.data(), &member, sizeof member);
    }

    friend Condition operator==(const F& field, const Operand& operand) {
        return field.compare(Lookup::exact, operand);
    }
    friend Condition operator!=(const F& field, const Operand& operand) {
        return !field.compare(Lookup::exact, operand);
    }
    friend Condition operator<(const F& field, const Operand& operand) { return field.compare(Lookup::lt, operand); }
    friend Condition operator<=(const F& field, const Operand& operand) { return field.compare(Lookup::lte, operand); }
    friend Condition operator>(const F& field, const Operand& operand) { return field.compare(Lookup::gt, operand); }
    friend Condition operator>=(const F& field, const Operand& operand) { return field.compare(Lookup::gte, operand); }

    Condition iexact(std::string_view text) const { return compare(Lookup::iexact, text); }
    Condition contains(std::string_view text) const { return compare(Lookup::contains, text); }
    Condition icontains(std::string_view text) const { return compare(Lookup::icontains, text); }
    Condition startswith(std::string_view text) const { return compare(Lookup::startswith, text); }
    Condition istartswith(std::string_view text) const { return compare(Lookup::istartswith, text); }
    Condition endswith(std::string_view text) const { return compare(Lookup::endswith, text); }
    Condition iendswith(std::string_view text) const { return compare(Lookup::iendswith, text); }
    /// A regular expression that some part of the text matches: POSIX extended (PostgreSQL: advanced) syntax.
    Condition regex(std::string_view pattern) const { return compare(Lookup::regex, pattern); }
    /// Whether the value is missing; of a relation, whether nothing is linked.
    Condition isnull(bool missing = true) const { return compare(Lookup::isnull, missing); }
    /// Both ends included.
    Condition range(const Operand& least, const Operand& most) const;
    /// One parameter, whatever the number of values.
    Condition in(std::vector<Operand> values) const;
    template <class Values>
        requires(!std::convertible_to<const Values&, std::vector<Operand>>)
    Condition in(const Values& values) const {
        return in(std::vector<Operand>(values.begin(), values.end()));
    }

    OrderTerm asc(Nulls nulls = Nulls::standard) const { return {field_, false, nulls}; }
    OrderTerm desc(Nulls nulls = Nulls::standard) const { return {field_, true, nulls}; }

    const detail::FieldPath& path() const noexcept { return field_; }

private:
    Condition compare(Lookup lookup, const Operand& operand) const;

    detail::FieldPath field_;
};

inline Operand::Operand(const F& field) : field_(field.path()) {}
inline OrderTerm::OrderTerm(const F& by) : OrderTerm(by.asc()) {}

}  // namespace gm2m
