#include "backend/postgresql/binary_format.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"

namespace gm2m::backend {
namespace {

// pg_type.dat
enum Oid : unsigned {
    unknown_oid = 0,
    bool_oid = 16,
    bytea_oid = 17,
    char_oid = 18,
    name_oid = 19,
    int8_oid = 20,
    int2_oid = 21,
    int4_oid = 23,
    text_oid = 25,
    oid_oid = 26,
    json_oid = 114,
    float4_oid = 700,
    float8_oid = 701,
    bpchar_oid = 1042,
    varchar_oid = 1043,
    date_oid = 1082,
    time_oid = 1083,
    timestamp_oid = 1114,
    timestamptz_oid = 1184,
    numeric_oid = 1700,
    uuid_oid = 2950,
    jsonb_oid = 3802,
};

constexpr std::int64_t days_to_2000 = 10'957;  // from 1970-01-01
constexpr std::int64_t microseconds_to_2000 = days_to_2000 * 86'400 * 1'000'000;

/// Between the network's byte order and this machine's.
template <class U>
U swap_order(U bits) {
    static_assert(sizeof bits > 1);
    if constexpr (std::endian::native == std::endian::big)
        return bits;
    else if constexpr (sizeof bits == 8)
        return __builtin_bswap64(bits);
    else if constexpr (sizeof bits == 4)
        return __builtin_bswap32(bits);
    else
        return __builtin_bswap16(bits);
}

template <class T>
T load(const char* data) {
    std::make_unsigned_t<T> bits;
    std::memcpy(&bits, data, sizeof bits);
    return static_cast<T>(swap_order(bits));
}

/// Returns where the next one goes.
template <class T>
char* store_at(char* out, T value) {
    const auto bits = swap_order(static_cast<std::make_unsigned_t<T>>(value));
    std::memcpy(out, &bits, sizeof bits);
    return out + sizeof bits;
}

template <class T>
void store(std::string& out, T value) {
    char bytes[sizeof(T)];
    store_at(bytes, value);
    out.append(bytes, sizeof(T));
}

struct Encoding {
    unsigned type;
    unsigned array_type;
};

Encoding encoding_of(Kind kind) {
    switch (kind) {
        case Kind::boolean: return {bool_oid, 1000};
        case Kind::small_integer: return {int2_oid, 1005};
        case Kind::integer: return {int4_oid, 1007};
        case Kind::big_integer: return {int8_oid, 1016};
        case Kind::real: return {float8_oid, 1022};
        // Left to the server to infer from the column: so that enums, char(n) and domains work, and their indexes.
        case Kind::text: return {unknown_oid, 1009};
        case Kind::decimal: return {unknown_oid, 1231};
        case Kind::json: return {unknown_oid, 3807};
        case Kind::bytes: return {bytea_oid, 1001};
        case Kind::uuid: return {uuid_oid, 2951};
        case Kind::date: return {date_oid, 1182};
        case Kind::time: return {time_oid, 1183};
        case Kind::date_time: return {timestamptz_oid, 1185};
    }
    return {unknown_oid, unknown_oid};
}

/// The binary form of a fixed-size value.
void append_fixed(std::string& out, Kind kind, std::int64_t value) {
    switch (kind) {
        case Kind::boolean: out += static_cast<char>(value != 0); break;
        case Kind::small_integer: store(out, static_cast<std::int16_t>(value)); break;
        case Kind::integer: store(out, static_cast<std::int32_t>(value)); break;
        case Kind::date: store(out, static_cast<std::int32_t>(value - days_to_2000)); break;
        case Kind::date_time: store(out, value - microseconds_to_2000); break;
        default: store(out, value); break;
    }
}

/// Elements of an array: the length of each, and its binary form.
template <class T, class ToWire>
void append_integers(std::string& out, const ValueList& list, ToWire&& to_wire) {
    const std::size_t begin = out.size();
    out.resize(begin + list.size() * (4 + sizeof(T)));
    char* at = out.data() + begin;
    for (const std::int64_t value : list.integers())
        at = store_at(store_at(at, static_cast<std::int32_t>(sizeof(T))), static_cast<T>(to_wire(value)));
}

void append_integers(std::string& out, const ValueList& list) {
    const auto same = [](std::int64_t value) { return value; };
    switch (list.kind()) {
        case Kind::boolean:
            for (const std::int64_t value : list.integers()) {
                store(out, std::int32_t{1});
                append_fixed(out, Kind::boolean, value);
            }
            break;
        case Kind::small_integer: append_integers<std::int16_t>(out, list, same); break;
        case Kind::integer: append_integers<std::int32_t>(out, list, same); break;
        case Kind::date:
            append_integers<std::int32_t>(out, list, [](std::int64_t days) { return days - days_to_2000; });
            break;
        case Kind::date_time:
            append_integers<std::int64_t>(out, list, [](std::int64_t us) { return us - microseconds_to_2000; });
            break;
        default: append_integers<std::int64_t>(out, list, same); break;
    }
}

void append_texts(std::string& out, const ValueList& list) {
    const std::size_t begin = out.size();
    out.resize(begin + list.size() * 4 + list.text_size());
    char* at = out.data() + begin;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string_view text = list.text_at(i);
        at = store_at(at, static_cast<std::int32_t>(text.size()));
        at = std::copy_n(text.data(), text.size(), at);
    }
}

// --- results ---

template <class T>
void decode_integer(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    cell = ValueView::of_integer(load<T>(data));
}
void decode_bool(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    cell = ValueView::of_integer(*data != 0);
}
template <class T>
void decode_integer_as_real(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    cell = ValueView::of_real(static_cast<double>(load<T>(data)));
}
void decode_float8(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    cell = ValueView::of_real(std::bit_cast<double>(load<std::int64_t>(data)));
}
void decode_float4(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    cell = ValueView::of_real(std::bit_cast<float>(load<std::int32_t>(data)));
}
void decode_text(BinaryColumn&, const char* data, std::size_t size, ValueView& cell) {
    cell = ValueView::of_text({data, size});
}
void decode_padded_text(BinaryColumn&, const char* data, std::size_t size, ValueView& cell) {
    while (size > 0 && data[size - 1] == ' ')
        --size;  // the padding of char(n) means nothing
    cell = ValueView::of_text({data, size});
}
void decode_jsonb(BinaryColumn&, const char* data, std::size_t size, ValueView& cell) {
    cell = ValueView::of_text({data + 1, size - 1});  // after the version
}
void decode_bytes(BinaryColumn&, const char* data, std::size_t size, ValueView& cell) {
    cell = ValueView::of_bytes(data, size);
}
void decode_date(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    const auto days = load<std::int32_t>(data);
    if (days == INT32_MAX || days == INT32_MIN)
        throw InvalidValue("a date is infinite, which no C++ date can hold");
    cell = ValueView::of_integer(days + days_to_2000);
}
void decode_time(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    cell = ValueView::of_integer(load<std::int64_t>(data));
}
void decode_timestamp(BinaryColumn&, const char* data, std::size_t, ValueView& cell) {
    const auto microseconds = load<std::int64_t>(data);
    if (microseconds == INT64_MAX || microseconds == INT64_MIN)
        throw InvalidValue("a date-time is infinite, which no C++ date-time can hold");
    cell = ValueView::of_integer(microseconds + microseconds_to_2000);
}

/// numeric_send(): ndigits, weight, sign, dscale, then digits to the base of 10,000.
void append_numeric(std::string& out, const char* data) {
    const int count = load<std::int16_t>(data);
    const int weight = load<std::int16_t>(data + 2);
    const auto sign = static_cast<std::uint16_t>(load<std::int16_t>(data + 4));
    const int scale = load<std::int16_t>(data + 6);
    if (sign != 0 && sign != 0x4000)
        throw InvalidValue("a number is NaN or infinite, which no decimal can hold");
    const auto group = [&](int position) {  // the group of 10,000^position
        const int index = weight - position;
        return index >= 0 && index < count ? int{load<std::int16_t>(data + 8 + 2 * index)} : 0;
    };
    if (sign == 0x4000)
        out += '-';
    out += weight < 0 ? "0" : std::to_string(group(weight));
    for (int position = weight - 1; position >= 0; --position)
        out += fmt::format("{:04}", group(position));
    if (scale > 0) {
        const std::size_t point = out.size();
        out += '.';
        for (int position = -1; -4 * (position + 1) < scale; --position)
            out += fmt::format("{:04}", group(position));
        out.resize(point + 1 + static_cast<std::size_t>(scale));
    }
}

}  // namespace

void BinaryParameters::encode(std::span<const Parameter> parameters) {
    buffer_.clear();
    slots_.clear();
    types_.clear();
    lengths_.clear();
    formats_.clear();
    for (const Parameter& parameter : parameters) {
        if (parameter.list)
            encode_list(*parameter.list);
        else
            encode_value(parameter.kind, parameter.value);
    }
    values_.resize(slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i)  // now that the buffer no longer moves
        values_[i] = slots_[i].offset == std::string::npos ? slots_[i].data : buffer_.data() + slots_[i].offset;
}

void BinaryParameters::add(unsigned type, int format, Slot slot, std::size_t length) {
    if (length > static_cast<std::size_t>(INT32_MAX))
        throw InvalidValue("a value is longer than the 2 GiB that a parameter can hold");
    types_.push_back(type);
    formats_.push_back(format);
    slots_.push_back(slot);
    lengths_.push_back(static_cast<int>(length));
}

void BinaryParameters::encode_value(Kind kind, const ValueView& value) {
    const unsigned type = encoding_of(kind).type;
    const std::size_t offset = buffer_.size();
    switch (value.form()) {
        case ValueView::Form::null: return add(type, 1, {std::string::npos, nullptr}, 0);
        case ValueView::Form::integer:
            append_fixed(buffer_, kind, value.integer());
            return add(type, 1, {offset, nullptr}, buffer_.size() - offset);
        case ValueView::Form::real:
            store(buffer_, std::bit_cast<std::int64_t>(value.real()));
            return add(type, 1, {offset, nullptr}, 8);
        case ValueView::Form::bytes:
            return add(type, 1, {std::string::npos, value.text().empty() ? "" : value.text().data()},
                       value.text().size());
        case ValueView::Form::text:
            buffer_ += value.text();
            buffer_ += '\0';  // in the text format a parameter ends there
            return add(type, 0, {offset, nullptr}, value.text().size());
    }
}

// array_recv(): dimensions, whether there are NULLs, element type, length, lower bound, then the elements
void BinaryParameters::encode_list(const ValueList& list) {
    const Encoding encoding = encoding_of(list.kind());
    const std::size_t offset = buffer_.size();
    store(buffer_, std::int32_t{list.empty() ? 0 : 1});
    store(buffer_, std::int32_t{0});
    store(buffer_, static_cast<std::int32_t>(encoding.type == unknown_oid ? text_oid : encoding.type));
    if (!list.empty()) {
        store(buffer_, static_cast<std::int32_t>(list.size()));
        store(buffer_, std::int32_t{1});
    }
    if (list.holds_integers())
        append_integers(buffer_, list);
    else
        append_texts(buffer_, list);
    add(encoding.array_type, 1, {offset, nullptr}, buffer_.size() - offset);
}

BinaryColumn::BinaryColumn(unsigned type, Kind kind, std::string_view column_name) : decode_(nullptr) {
    const ValueView::Form wanted = form_of(kind);
    switch (kind) {
        case Kind::boolean:
            if (type == bool_oid)
                decode_ = decode_bool;
            break;
        case Kind::small_integer:
        case Kind::integer:
        case Kind::big_integer:
            decode_ = type == int8_oid   ? decode_integer<std::int64_t>
                      : type == int4_oid ? decode_integer<std::int32_t>
                      : type == int2_oid ? decode_integer<std::int16_t>
                                         : nullptr;
            break;
        case Kind::real:
            decode_ = type == float8_oid   ? decode_float8
                      : type == float4_oid ? decode_float4
                      : type == int8_oid   ? decode_integer_as_real<std::int64_t>
                      : type == int4_oid   ? decode_integer_as_real<std::int32_t>
                      : type == int2_oid   ? decode_integer_as_real<std::int16_t>
                                           : nullptr;
            break;
        case Kind::date: decode_ = type == date_oid ? decode_date : nullptr; break;
        case Kind::time: decode_ = type == time_oid ? decode_time : nullptr; break;
        case Kind::date_time:
            decode_ = type == timestamptz_oid || type == timestamp_oid ? decode_timestamp : nullptr;
            break;
        case Kind::uuid: decode_ = type == uuid_oid ? decode_bytes : nullptr; break;
        case Kind::bytes: decode_ = type == bytea_oid ? decode_bytes : nullptr; break;
        case Kind::text:
        case Kind::decimal:
        case Kind::json: break;
    }
    if (!decode_ && wanted == ValueView::Form::text) {
        switch (type) {
            case bpchar_oid: decode_ = decode_padded_text; break;
            case jsonb_oid: decode_ = decode_jsonb; break;
            case numeric_oid:
                decode_ = [](BinaryColumn& self, const char* data, std::size_t, ValueView& cell) {
                    self.scratch_.clear();
                    append_numeric(self.scratch_, data);
                    cell = ValueView::of_text(self.scratch_);
                };
                break;
            case uuid_oid:
                decode_ = [](BinaryColumn& self, const char* data, std::size_t, ValueView& cell) {
                    self.scratch_.clear();
                    text::append_uuid(self.scratch_, data, true);
                    cell = ValueView::of_text(self.scratch_);
                };
                break;
            case bool_oid:
            case bytea_oid:
            case int2_oid:
            case int4_oid:
            case int8_oid:
            case float4_oid:
            case float8_oid:
            case date_oid:
            case time_oid:
            case timestamp_oid:
            case timestamptz_oid: break;
            // text, varchar, name, json, xml, enums, citext: their binary form is their text
            default: decode_ = decode_text; break;
        }
    }
    if (!decode_)
        throw InvalidValue(fmt::format("column '{}' has a type (OID {}) that does not read as kind {}", column_name,
                                       type, name_of(kind)));
}

// array_send(): dimensions, whether there are NULLs, element type, length, lower bound, then the elements
std::size_t BinaryList::begin(const char* array) {
    const bool is_empty = load<std::int32_t>(array) == 0;
    if (!elements_)
        elements_.emplace(static_cast<unsigned>(load<std::int32_t>(array + 8)), kind_, column_name_);
    at_ = array + 20;
    return is_empty ? 0 : static_cast<std::size_t>(load<std::int32_t>(array + 12));
}

void BinaryList::next(ValueView& element) {
    const auto size = load<std::int32_t>(at_);
    at_ += 4;
    if (size < 0) {
        element = {};
        return;
    }
    elements_->decode(at_, static_cast<std::size_t>(size), element);
    at_ += size;
}

}  // namespace gm2m::backend
