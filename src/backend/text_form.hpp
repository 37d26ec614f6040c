#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gm2m/value.hpp>

/// The text forms of values: those of keys in join tables, and those of columns that hold text (SQLite). Both are the
/// forms that Django writes.
namespace gm2m::text {

bool is_valid_utf8(std::string_view text) noexcept;
/// Unicode code points of valid UTF-8: what varchar(n) counts.
std::size_t count_characters(std::string_view text) noexcept;

/// Whether the values are integers, whose texts are their digits.
bool is_integer(Kind kind) noexcept;
/// Room for the text of any integer.
using Digits = std::array<char, 20>;
/// The text is in `digits`.
std::string_view write_integer(std::int64_t value, Digits& digits) noexcept;
void append_integer(std::string& out, std::int64_t value);
void append_date(std::string& out, std::int64_t days);
void append_time(std::string& out, std::int64_t microseconds);
/// Without an offset: 2026-11-20 12:00:00.000001
void append_date_time(std::string& out, std::int64_t microseconds);
void append_uuid(std::string& out, const void* bytes, bool hyphens);

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;
std::optional<std::int64_t> parse_date(std::string_view text) noexcept;
std::optional<std::int64_t> parse_time(std::string_view text) noexcept;
/// With 'T' or a space, with or without an offset; without one it is UTC.
std::optional<std::int64_t> parse_date_time(std::string_view text) noexcept;
bool parse_uuid(std::string_view text, void* bytes) noexcept;

/// The text form of a value, for keys that of BEHAVIOUR 2.1: `5`, `CH`, `2026-11-20 12:00:00+00:00`….
void append_value(std::string& out, Kind kind, const ValueView& value);

/// Reads the text form of a value of a kind. The view refers to `text` or to `buffer` (16 bytes).
/// Nothing if the text is no value of that kind.
std::optional<ValueView> parse_value(Kind kind, std::string_view text, void* buffer) noexcept;

}  // namespace gm2m::text
