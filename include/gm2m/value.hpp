#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gm2m {

/// What a field holds. The columns that each kind gets are listed in docs/concepts.md.
enum class Kind : std::uint8_t {
    boolean,
    small_integer,  ///< 16 bits
    integer,        ///< 32 bits
    big_integer,    ///< 64 bits
    real,           ///< double precision
    text,           ///< UTF-8, no NUL byte; with or without a maximal length
    decimal,        ///< an exact decimal number
    bytes,
    uuid,
    date,
    time,       ///< a time of day, to the microsecond
    date_time,  ///< an instant (UTC), to the microsecond
    json,       ///< JSON text
};

/// The name of a kind as it stands in messages: "big_integer".
std::string_view name_of(Kind kind) noexcept;

using Bytes = std::vector<std::byte>;

/// A UUID; nil by default, which counts as "no key yet".
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    /// Reads 32 hexadecimal digits, with or without hyphens. Throws InvalidValue.
    static Uuid parse(std::string_view text);
    /// A random UUID (version 4).
    static Uuid random();
    /// With hyphens, in lower case.
    std::string to_string() const;
    bool is_nil() const noexcept { return *this == Uuid{}; }

    friend bool operator==(const Uuid&, const Uuid&) = default;
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// An exact decimal number, kept as its text; 1.50 and 1.5 are equal.
class Decimal {
public:
    Decimal() : text_("0") {}
    /// Reads an optional sign, digits and an optional fraction. Throws InvalidValue.
    explicit Decimal(std::string_view text);

    const std::string& to_string() const noexcept { return text_; }

    friend bool operator==(const Decimal& a, const Decimal& b);

private:
    std::string text_;
};

/// JSON text. Not parsed by the library; the database may normalise its white space and the order of its keys.
struct Json {
    std::string text = "null";

    friend bool operator==(const Json&, const Json&) = default;
};

/// A time of day.
struct Time {
    std::chrono::microseconds since_midnight{};

    Time() = default;
    explicit constexpr Time(std::chrono::microseconds us) : since_midnight(us) {}

    friend bool operator==(const Time&, const Time&) = default;
    friend auto operator<=>(const Time&, const Time&) = default;
};

using Date = std::chrono::sys_days;
using DateTime = std::chrono::sys_time<std::chrono::microseconds>;

/// A value as it passes between a member and a statement, without a copy. It refers to memory that somebody else
/// owns: a member, a row buffer, a Value. The kind is the field's; the form follows from it:
/// integer for boolean, the integers, date (days since 1970-01-01), time (µs since midnight) and date_time (µs since
/// 1970-01-01 UTC); real for real; text for text, decimal and json; bytes for bytes and uuid (16 raw bytes).
class ValueView {
public:
    enum class Form : std::uint8_t { null, integer, real, text, bytes };

    constexpr ValueView() noexcept = default;
    static constexpr ValueView of_integer(std::int64_t value) noexcept {
        ValueView view;
        view.form_ = Form::integer;
        view.integer_ = value;
        return view;
    }
    static constexpr ValueView of_real(double value) noexcept {
        ValueView view;
        view.form_ = Form::real;
        view.real_ = value;
        return view;
    }
    static constexpr ValueView of_text(std::string_view value) noexcept {
        ValueView view;
        view.form_ = Form::text;
        view.data_ = value.data();
        view.size_ = value.size();
        return view;
    }
    static ValueView of_bytes(const void* data, std::size_t size) noexcept {
        ValueView view;
        view.form_ = Form::bytes;
        view.data_ = static_cast<const char*>(data);
        view.size_ = size;
        return view;
    }

    Form form() const noexcept { return form_; }
    bool is_null() const noexcept { return form_ == Form::null; }
    /// Defined for the form integer.
    std::int64_t integer() const noexcept { return integer_; }
    /// Defined for the form real.
    double real() const noexcept { return real_; }
    /// Defined for the forms text and bytes.
    std::string_view text() const noexcept { return {data_, size_}; }

private:
    Form form_ = Form::null;
    union {
        std::int64_t integer_ = 0;
        double real_;
        std::size_t size_;
    };
    const char* data_ = nullptr;
};

/// The form in which values of a kind travel.
ValueView::Form form_of(Kind kind) noexcept;

/// Space for what a member's value has to be converted to on its way out; lives as long as the statement.
class Scratch;

template <class T>
struct Adapter;

/// Whether a C++ type can be the type of a field (see adapter.hpp).
template <class T>
concept Mappable = requires { Adapter<T>::kind; };

/// An owning value of any kind, or null.
class Value {
public:
    Value() noexcept = default;
    Value(std::nullptr_t) noexcept {}
    Value(const char* text) : Value(Kind::text, ValueView::of_text(text)) {}
    Value(std::string_view text) : Value(Kind::text, ValueView::of_text(text)) {}
    /// From any type that a member can have (adapter.hpp).
    template <Mappable T>
    Value(const T& value);
    /// Null, if it is empty.
    template <Mappable T>
    Value(const std::optional<T>& value) {
        if (value)
            *this = Value(*value);
    }
    /// A copy of what the view refers to.
    Value(Kind kind, const ValueView& view);

    bool is_null() const noexcept { return null_; }
    /// Meaningless for null.
    Kind kind() const noexcept { return kind_; }
    /// Refers into this value.
    ValueView view() const noexcept;

    /// The value as a C++ type of its kind. Throws InvalidValue if the kind is another one or the value does not fit.
    template <Mappable T>
    T get() const;
    /// The same as a std::optional, which is empty for null.
    template <class T>
        requires Mappable<typename T::value_type> && std::same_as<T, std::optional<typename T::value_type>>
    T get() const {
        return is_null() ? T() : T(get<typename T::value_type>());
    }

    /// The text form: `5`, `CH`, `2026-11-20`, `12:00:00`, `2026-11-20 12:00:00+00:00`, a UUID with hyphens; "null".
    /// For a key it is the form that join tables hold.
    std::string to_string() const;

    /// Equal if both are null, or if both values are equal; integers of different widths compare as numbers.
    friend bool operator==(const Value& a, const Value& b);
    friend bool operator<(const Value& a, const Value& b);
    friend std::ostream& operator<<(std::ostream& out, const Value& value);

private:
    Kind kind_ = Kind::text;
    bool null_ = true;
    union {
        std::int64_t integer_ = 0;
        double real_;
    };
    std::string text_;
};

}  // namespace gm2m

#include <gm2m/adapter.hpp>  // completes Value for the C++ types
