#include "backend/text_form.hpp"

#include <charconv>
#include <cstring>

namespace gm2m::text {
namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::int64_t microseconds_per_day = 86'400 * microseconds_per_second;

void append_padded(std::string& out, std::int64_t value, int width) {
    char digits[20];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    for (auto missing = width - (end - digits); missing > 0; --missing)
        out += '0';
    out.append(digits, end);
}

/// Consumes `width` digits.
bool take_number(std::string_view& text, std::size_t width, std::int64_t& value) noexcept {
    if (text.size() < width)
        return false;
    value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const char c = text[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(width);
    return true;
}

bool take(std::string_view& text, char c) noexcept {
    if (text.empty() || text.front() != c)
        return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) noexcept {
    std::int64_t year = 0, month = 0, day = 0;
    if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) || !take(text, '-') ||
        !take_number(text, 2, day))
        return {};
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok())
        return {};
    return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<std::int64_t> take_time(std::string_view& text) noexcept {
    std::int64_t hours = 0, minutes = 0, seconds = 0, fraction = 0;
    if (!take_number(text, 2, hours) || !take(text, ':') || !take_number(text, 2, minutes))
        return {};
    if (take(text, ':')) {
        if (!take_number(text, 2, seconds))
            return {};
        if (take(text, '.')) {
            std::int64_t scale = 100'000;
            std::size_t digits = 0;
            for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
                fraction += scale * (text.front() - '0');
                scale /= 10;
            }
            if (digits == 0)
                return {};
        }
    }
    if (hours > 23 || minutes > 59 || seconds > 59)
        return {};
    return ((hours * 60 + minutes) * 60 + seconds) * microseconds_per_second + fraction;
}

/// An offset from UTC, in µs; 0 if there is none.
std::optional<std::int64_t> take_offset(std::string_view& text) noexcept {
    if (text.empty() || take(text, 'Z'))
        return 0;
    const bool minus = text.front() == '-';
    if (!take(text, '+') && !take(text, '-'))
        return {};
    std::int64_t hours = 0, minutes = 0;
    if (!take_number(text, 2, hours))
        return {};
    take(text, ':');
    if (!text.empty() && !take_number(text, 2, minutes))
        return {};
    const std::int64_t offset = (hours * 60 + minutes) * 60 * microseconds_per_second;
    return minus ? -offset : offset;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
    return a / b - (a % b < 0);
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    const auto* end = p + text.size();
    const auto continues = [&](int n) { return p + n < end && (p[n] & 0xC0) == 0x80; };
    while (p < end) {
        std::uint64_t eight = 0;
        if (end - p >= 8 && (std::memcpy(&eight, p, 8), (eight & 0x8080808080808080U) == 0)) {
            p += 8;
            continue;
        }
        if (*p < 0x80) {
            p += 1;
        } else if (*p >= 0xC2 && *p <= 0xDF && continues(1)) {
            p += 2;
        } else if ((*p & 0xF0) == 0xE0 && continues(1) && continues(2)) {
            // neither overlong nor a surrogate
            if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] >= 0xA0))
                return false;
            p += 3;
        } else if (*p >= 0xF0 && *p <= 0xF4 && continues(1) && continues(2) && continues(3)) {
            if ((*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] >= 0x90))
                return false;
            p += 4;
        } else {
            return false;
        }
    }
    return true;
}

std::size_t count_characters(std::string_view text) noexcept {
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

std::string_view write_integer(std::int64_t value, Digits& digits) noexcept {
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

void append_integer(std::string& out, std::int64_t value) {
    Digits digits;
    out += write_integer(value, digits);
}

void append_date(std::string& out, std::int64_t days) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    append_padded(out, static_cast<int>(date.year()), 4);
    out += '-';
    append_padded(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_padded(out, static_cast<unsigned>(date.day()), 2);
}

void append_time(std::string& out, std::int64_t microseconds) {
    const std::int64_t seconds = microseconds / microseconds_per_second;
    append_padded(out, seconds / 3600, 2);
    out += ':';
    append_padded(out, seconds / 60 % 60, 2);
    out += ':';
    append_padded(out, seconds % 60, 2);
    if (const std::int64_t fraction = microseconds % microseconds_per_second; fraction != 0) {
        out += '.';
        append_padded(out, fraction, 6);
    }
}

void append_date_time(std::string& out, std::int64_t microseconds) {
    const std::int64_t days = floor_divide(microseconds, microseconds_per_day);
    append_date(out, days);
    out += ' ';
    append_time(out, microseconds - days * microseconds_per_day);
}

void append_uuid(std::string& out, const void* bytes, bool hyphens) {
    constexpr char digits[] = "0123456789abcdef";
    const auto* byte = static_cast<const unsigned char*>(bytes);
    for (int i = 0; i < 16; ++i) {
        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10))
            out += '-';
        out += digits[byte[i] >> 4];
        out += digits[byte[i] & 15];
    }
}

bool is_integer(Kind kind) noexcept {
    return kind == Kind::small_integer || kind == Kind::integer || kind == Kind::big_integer;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    std::int64_t value = 0;
    // Most are keys, of few digits and without a sign: all that cannot overflow.
    if (text.size() - 1 < 18) {
        std::size_t digits = 0;
        for (; digits < text.size(); ++digits) {
            const auto digit = static_cast<unsigned char>(text[digits] - '0');
            if (digit > 9)
                break;
            value = value * 10 + digit;
        }
        if (digits == text.size())
            return value;
    }
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return {};
    return value;
}

std::optional<std::int64_t> parse_date(std::string_view text) noexcept {
    const auto days = take_date(text);
    return text.empty() ? days : std::nullopt;
}

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
    const auto time = take_time(text);
    return text.empty() ? time : std::nullopt;
}

std::optional<std::int64_t> parse_date_time(std::string_view text) noexcept {
    const auto days = take_date(text);
    if (!days)
        return {};
    if (text.empty())
        return *days * microseconds_per_day;
    if (!take(text, ' ') && !take(text, 'T'))
        return {};
    const auto time = take_time(text);
    if (!time)
        return {};
    const auto offset = take_offset(text);
    if (!offset || !text.empty())
        return {};
    return *days * microseconds_per_day + *time - *offset;
}

bool parse_uuid(std::string_view text, void* bytes) noexcept {
    auto* out = static_cast<unsigned char*>(bytes);
    int count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '-' && text.size() == 36 && (i == 8 || i == 13 || i == 18 || i == 23))
            continue;
        const int digit = hex_digit(text[i]);
        if (digit < 0 || count == 32)
            return false;
        out[count / 2] = static_cast<unsigned char>(count % 2 == 0 ? digit << 4 : out[count / 2] | digit);
        ++count;
    }
    return count == 32;
}

void append_value(std::string& out, Kind kind, const ValueView& value) {
    if (value.is_null()) {
        out += "null";
        return;
    }
    switch (kind) {
        case Kind::boolean: out += value.integer() ? "true" : "false"; break;
        case Kind::small_integer:
        case Kind::integer:
        case Kind::big_integer: append_integer(out, value.integer()); break;
        case Kind::real: {
            char digits[32];
            auto [end, error] = std::to_chars(digits, digits + sizeof digits, value.real());
            out.append(digits, end);
            break;
        }
        case Kind::text:
        case Kind::decimal:
        case Kind::json: out += value.text(); break;
        case Kind::bytes:
            out += "\\x";
            for (const char c : value.text()) {
                constexpr char digits[] = "0123456789abcdef";
                out += digits[static_cast<unsigned char>(c) >> 4];
                out += digits[static_cast<unsigned char>(c) & 15];
            }
            break;
        case Kind::uuid: append_uuid(out, value.text().data(), true); break;
        case Kind::date: append_date(out, value.integer()); break;
        case Kind::time: append_time(out, value.integer()); break;
        case Kind::date_time:
            append_date_time(out, value.integer());
            out += "+00:00";
            break;
    }
}

std::optional<ValueView> parse_value(Kind kind, std::string_view text, void* buffer) noexcept {
    const auto integer = [](std::optional<std::int64_t> value) -> std::optional<ValueView> {
        if (!value)
            return {};
        return ValueView::of_integer(*value);
    };
    switch (kind) {
        case Kind::boolean:
            if (text == "true" || text == "false")
                return ValueView::of_integer(text == "true");
            return {};
        case Kind::small_integer:
        case Kind::integer:
        case Kind::big_integer: {
            const auto value = parse_integer(text);
            if (value && ((kind == Kind::small_integer && *value != static_cast<std::int16_t>(*value)) ||
                          (kind == Kind::integer && *value != static_cast<std::int32_t>(*value))))
                return {};
            return integer(value);
        }
        case Kind::real: {
            double value = 0;
            auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc{} || end != text.data() + text.size())
                return {};
            return ValueView::of_real(value);
        }
        case Kind::text:
        case Kind::decimal:
        case Kind::json: return ValueView::of_text(text);
        case Kind::bytes: return {};
        case Kind::uuid:
            if (!parse_uuid(text, buffer))
                return {};
            return ValueView::of_bytes(buffer, 16);
        case Kind::date: return integer(parse_date(text));
        case Kind::time: return integer(parse_time(text));
        case Kind::date_time: return integer(parse_date_time(text));
    }
    return {};
}

}  // namespace gm2m::text
