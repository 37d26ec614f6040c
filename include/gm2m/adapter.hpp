#pragma once

#include <concepts>
#include <cstring>
#include <forward_list>
#include <optional>
#include <type_traits>

#include <gm2m/value.hpp>

/// How a C++ type becomes a field. An adapter names the kind, makes a view of a value, and assigns from a view:
///
///     template <> struct gm2m::Adapter<Money> {
///         static constexpr Kind kind = Kind::big_integer;
///         static ValueView view(const Money& m, Scratch&) { return ValueView::of_integer(m.cents()); }
///         static void assign(Money& m, const ValueView& v) { m = Money::of_cents(v.integer()); }
///     };
///
/// `assign` never sees null: a nullable member is a std::optional. Checks of the form are the caller's.

namespace gm2m {

class Scratch {
public:
    /// Keeps `text` until the statement is over and refers to it.
    std::string_view keep(std::string text) { return texts_.emplace_front(std::move(text)); }
    void clear() noexcept { texts_.clear(); }

private:
    std::forward_list<std::string> texts_;  // allocates nothing as long as it is empty, which it mostly is
};

namespace detail {
[[noreturn]] void throw_out_of_range(std::int64_t value, Kind kind);
[[noreturn]] void throw_null_value(Kind wanted);
void check_kind(Kind wanted, Kind present);  // throws InvalidValue unless a value of `present` reads as `wanted`
[[noreturn]] void throw_not_in_enum(std::string_view text);

template <class T>
constexpr Kind integer_kind() {
    // An unsigned type needs the next wider column to hold all of its values.
    constexpr std::size_t bits = sizeof(T) * 8 + (std::is_unsigned_v<T> ? 1 : 0);
    return bits <= 16 ? Kind::small_integer : bits <= 32 ? Kind::integer : Kind::big_integer;
}
}  // namespace detail

template <>
struct Adapter<bool> {
    static constexpr Kind kind = Kind::boolean;
    static ValueView view(bool value, Scratch&) { return ValueView::of_integer(value); }
    static void assign(bool& value, const ValueView& from) { value = from.integer() != 0; }
};

template <class T>
    requires(std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t>)
struct Adapter<T> {
    static constexpr Kind kind = detail::integer_kind<T>();
    static ValueView view(T value, Scratch&) {
        if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8)
            if (value > static_cast<T>(INT64_MAX))
                detail::throw_out_of_range(INT64_MAX, kind);
        return ValueView::of_integer(static_cast<std::int64_t>(value));
    }
    static void assign(T& value, const ValueView& from) {
        value = static_cast<T>(from.integer());
        if constexpr (sizeof(T) < 8)
            if (static_cast<std::int64_t>(value) != from.integer())
                detail::throw_out_of_range(from.integer(), kind);
        if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8)
            if (from.integer() < 0)
                detail::throw_out_of_range(from.integer(), kind);
    }
};

template <std::floating_point T>
struct Adapter<T> {
    static constexpr Kind kind = Kind::real;
    static ValueView view(T value, Scratch&) { return ValueView::of_real(static_cast<double>(value)); }
    static void assign(T& value, const ValueView& from) { value = static_cast<T>(from.real()); }
};

template <>
struct Adapter<std::string> {
    static constexpr Kind kind = Kind::text;
    static ValueView view(const std::string& value, Scratch&) { return ValueView::of_text(value); }
    static void assign(std::string& value, const ValueView& from) { value.assign(from.text()); }
};

template <>
struct Adapter<Decimal> {
    static constexpr Kind kind = Kind::decimal;
    static ValueView view(const Decimal& value, Scratch&) { return ValueView::of_text(value.to_string()); }
    static void assign(Decimal& value, const ValueView& from) { value = Decimal(from.text()); }
};

template <>
struct Adapter<Json> {
    static constexpr Kind kind = Kind::json;
    static ValueView view(const Json& value, Scratch&) { return ValueView::of_text(value.text); }
    static void assign(Json& value, const ValueView& from) { value.text.assign(from.text()); }
};

/// std::vector<std::byte>, std::vector<unsigned char>
template <class Byte>
    requires(std::same_as<Byte, std::byte> || std::same_as<Byte, unsigned char>)
struct Adapter<std::vector<Byte>> {
    static constexpr Kind kind = Kind::bytes;
    static ValueView view(const std::vector<Byte>& value, Scratch&) {
        return ValueView::of_bytes(value.data(), value.size());
    }
    static void assign(std::vector<Byte>& value, const ValueView& from) {
        const auto* data = reinterpret_cast<const Byte*>(from.text().data());
        value.assign(data, data + from.text().size());
    }
};

template <>
struct Adapter<Uuid> {
    static constexpr Kind kind = Kind::uuid;
    static ValueView view(const Uuid& value, Scratch&) { return ValueView::of_bytes(value.bytes.data(), 16); }
    static void assign(Uuid& value, const ValueView& from) { std::memcpy(value.bytes.data(), from.text().data(), 16); }
};

template <>
struct Adapter<std::chrono::sys_days> {
    static constexpr Kind kind = Kind::date;
    static ValueView view(std::chrono::sys_days value, Scratch&) {
        return ValueView::of_integer(value.time_since_epoch().count());
    }
    static void assign(std::chrono::sys_days& value, const ValueView& from) {
        value = std::chrono::sys_days(std::chrono::days(from.integer()));
    }
};

template <>
struct Adapter<std::chrono::year_month_day> {
    static constexpr Kind kind = Kind::date;
    static ValueView view(const std::chrono::year_month_day& value, Scratch& scratch) {
        return Adapter<std::chrono::sys_days>::view(std::chrono::sys_days(value), scratch);
    }
    static void assign(std::chrono::year_month_day& value, const ValueView& from) {
        value = std::chrono::sys_days(std::chrono::days(from.integer()));
    }
};

template <>
struct Adapter<Time> {
    static constexpr Kind kind = Kind::time;
    static ValueView view(Time value, Scratch&) { return ValueView::of_integer(value.since_midnight.count()); }
    static void assign(Time& value, const ValueView& from) { value = Time(std::chrono::microseconds(from.integer())); }
};

/// std::chrono::sys_seconds, sys_time<milliseconds>, system_clock::time_point…; stored to the microsecond.
template <class Duration>
    requires(!std::same_as<Duration, std::chrono::days>)
struct Adapter<std::chrono::sys_time<Duration>> {
    static constexpr Kind kind = Kind::date_time;
    static ValueView view(std::chrono::sys_time<Duration> value, Scratch&) {
        return ValueView::of_integer(
            std::chrono::floor<std::chrono::microseconds>(value).time_since_epoch().count());
    }
    static void assign(std::chrono::sys_time<Duration>& value, const ValueView& from) {
        value = std::chrono::floor<Duration>(DateTime(std::chrono::microseconds(from.integer())));
    }
};

/// An enum is stored as its underlying integer; as text with enum_text() (field.hpp).
template <class T>
    requires std::is_enum_v<T>
struct Adapter<T> {
    using Integer = std::underlying_type_t<T>;
    // char-based enums travel as small integers too
    using Stored =
        std::conditional_t<sizeof(Integer) == 1,
                           std::conditional_t<std::is_signed_v<Integer>, std::int8_t, std::uint8_t>, Integer>;
    static constexpr Kind kind = detail::integer_kind<Stored>();
    static ValueView view(T value, Scratch& scratch) {
        return Adapter<Stored>::view(static_cast<Stored>(value), scratch);
    }
    static void assign(T& value, const ValueView& from) {
        Stored stored{};
        Adapter<Stored>::assign(stored, from);
        value = static_cast<T>(stored);
    }
};

template <class T>
struct Unwrap {
    using type = T;
    static constexpr bool optional = false;
};
template <class T>
struct Unwrap<std::optional<T>> {
    using type = T;
    static constexpr bool optional = true;
};

/// A member type: a mappable type, or a std::optional of one.
template <class T>
concept MappableMember = Mappable<typename Unwrap<T>::type>;

template <Mappable T>
Value::Value(const T& value) {
    Scratch scratch;
    *this = Value(Adapter<T>::kind, Adapter<T>::view(value, scratch));
}

template <Mappable T>
T Value::get() const {
    if (null_)
        detail::throw_null_value(Adapter<T>::kind);
    detail::check_kind(Adapter<T>::kind, kind_);
    T value{};
    Adapter<T>::assign(value, view());
    return value;
}

}  // namespace gm2m
