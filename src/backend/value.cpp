#include <gm2m/value.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ostream>
#include <system_error>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"

namespace gm2m {
namespace {

/// Kinds whose values compare with one another share a family.
Kind family_of(Kind kind) noexcept {
    return text::is_integer(kind) ? Kind::big_integer : kind;
}

/// Sign, digits before the point without leading zeros, digits after it without trailing ones.
struct DecimalParts {
    bool negative;
    std::string_view whole, fraction;
    friend bool operator==(const DecimalParts&, const DecimalParts&) = default;
};

DecimalParts split(std::string_view text) {
    DecimalParts parts{text.starts_with('-'), {}, {}};
    text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    const auto point = text.find('.');
    parts.whole = text.substr(0, point);
    parts.fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    while (parts.whole.starts_with('0'))
        parts.whole.remove_prefix(1);
    while (parts.fraction.ends_with('0'))
        parts.fraction.remove_suffix(1);
    if (parts.whole.empty() && parts.fraction.empty())
        parts.negative = false;
    return parts;
}

bool is_decimal(std::string_view text) {
    text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view{};
    return !(whole.empty() && fraction.empty()) && std::ranges::all_of(whole, is_digit) &&
           std::ranges::all_of(fraction, is_digit);
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::boolean: return "boolean";
        case Kind::small_integer: return "small_integer";
        case Kind::integer: return "integer";
        case Kind::big_integer: return "big_integer";
        case Kind::real: return "real";
        case Kind::text: return "text";
        case Kind::decimal: return "decimal";
        case Kind::bytes: return "bytes";
        case Kind::uuid: return "uuid";
        case Kind::date: return "date";
        case Kind::time: return "time";
        case Kind::date_time: return "date_time";
        case Kind::json: return "json";
    }
    return "?";
}

ValueView::Form form_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::real: return ValueView::Form::real;
        case Kind::text:
        case Kind::decimal:
        case Kind::json: return ValueView::Form::text;
        case Kind::bytes:
        case Kind::uuid: return ValueView::Form::bytes;
        default: return ValueView::Form::integer;
    }
}

Uuid Uuid::parse(std::string_view text) {
    Uuid uuid;
    if (!text::parse_uuid(text, uuid.bytes.data()))
        throw InvalidValue(fmt::format("'{}' is no UUID: 32 hexadecimal digits, with or without hyphens", text));
    return uuid;
}

Uuid Uuid::random() {
    // From the system each time: a generator's state would be shared by forked processes.
    Uuid uuid;
    if (getentropy(uuid.bytes.data(), uuid.bytes.size()) != 0)
        throw std::system_error(errno, std::generic_category(), "the system gives no random numbers");
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x40);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
    return uuid;
}

std::string Uuid::to_string() const {
    std::string out;
    text::append_uuid(out, bytes.data(), true);
    return out;
}

Decimal::Decimal(std::string_view text) : text_(text) {
    if (!is_decimal(text))
        throw InvalidValue(fmt::format("'{}' is no decimal number", text));
}

bool operator==(const Decimal& a, const Decimal& b) {
    return split(a.text_) == split(b.text_);
}

Value::Value(Kind kind, const ValueView& view) : kind_(kind), null_(view.is_null()) {
    switch (view.form()) {
        case ValueView::Form::null: break;
        case ValueView::Form::integer: integer_ = view.integer(); break;
        case ValueView::Form::real: real_ = view.real(); break;
        case ValueView::Form::text:
        case ValueView::Form::bytes: text_.assign(view.text()); break;
    }
}

ValueView Value::view() const noexcept {
    if (null_)
        return {};
    switch (form_of(kind_)) {
        case ValueView::Form::integer: return ValueView::of_integer(integer_);
        case ValueView::Form::real: return ValueView::of_real(real_);
        case ValueView::Form::bytes: return ValueView::of_bytes(text_.data(), text_.size());
        default: return ValueView::of_text(text_);
    }
}

std::string Value::to_string() const {
    std::string out;
    text::append_value(out, kind_, view());
    return out;
}

bool operator==(const Value& a, const Value& b) {
    if (a.null_ || b.null_)
        return a.null_ == b.null_;
    if (family_of(a.kind_) != family_of(b.kind_))
        return false;
    switch (form_of(a.kind_)) {
        case ValueView::Form::integer: return a.integer_ == b.integer_;
        case ValueView::Form::real: return a.real_ == b.real_;
        default:
            return a.kind_ == Kind::decimal ? split(a.text_) == split(b.text_) : a.text_ == b.text_;
    }
}

bool operator<(const Value& a, const Value& b) {
    if (a.null_ || b.null_)
        return a.null_ && !b.null_;
    if (family_of(a.kind_) != family_of(b.kind_))
        return family_of(a.kind_) < family_of(b.kind_);
    switch (form_of(a.kind_)) {
        case ValueView::Form::integer: return a.integer_ < b.integer_;
        case ValueView::Form::real: return a.real_ < b.real_;
        default: return a.text_ < b.text_;
    }
}

std::ostream& operator<<(std::ostream& out, const Value& value) {
    return out << value.to_string();
}

namespace detail {

void throw_out_of_range(std::int64_t value, Kind kind) {
    throw InvalidValue(fmt::format("{} is out of range for {}", value, name_of(kind)));
}

void throw_null_value(Kind wanted) {
    throw InvalidValue(fmt::format("the value is null where {} is wanted", name_of(wanted)));
}

void check_kind(Kind wanted, Kind present) {
    const bool reads_as_text = wanted == Kind::text && form_of(present) == ValueView::Form::text;
    if (family_of(wanted) != family_of(present) && !reads_as_text)
        throw InvalidValue(
            fmt::format("the value is of kind {} where {} is wanted", name_of(present), name_of(wanted)));
}

void throw_not_in_enum(std::string_view text) {
    throw InvalidValue(fmt::format("'{}' is none of the texts that enum_text() maps", text));
}

void throw_no_enum_text(std::int64_t value) {
    throw InvalidValue(fmt::format("enum_text() maps no text for the value {}", value));
}

}  // namespace detail
}  // namespace gm2m
