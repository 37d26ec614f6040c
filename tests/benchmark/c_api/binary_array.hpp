#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace benchmark::c_api {

/// Integers travel in network byte order.
template <class T>
void append_integer(std::string& out, T value) {
    for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift);
}

template <class T>
T read_integer(const char* data) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = value << 8 | static_cast<unsigned char>(data[i]);
    return static_cast<T>(value);
}

// pg_type.dat
constexpr unsigned int8_oid = 20, int4_oid = 23, text_oid = 25, int4_array_oid = 1007, text_array_oid = 1009,
                   int8_array_oid = 1016;

/// A one-dimensional array as array_recv() of the server reads it.
class BinaryArray {
public:
    BinaryArray(unsigned element_type, std::size_t count) {
        for (const std::int32_t head : {count > 0 ? 1 : 0, 0, static_cast<std::int32_t>(element_type)})
            append_integer(bytes_, head);  // dimensions, no NULLs, type
        if (count > 0) {
            append_integer(bytes_, static_cast<std::int32_t>(count));
            append_integer(bytes_, std::int32_t{1});  // the lower bound
        }
    }
    void push(std::string_view text) {
        append_integer(bytes_, static_cast<std::int32_t>(text.size()));
        bytes_ += text;
    }
    template <class T>
    requires std::is_integral_v<T>
    void push(T value) {
        append_integer(bytes_, static_cast<std::int32_t>(sizeof(T)));
        append_integer(bytes_, value);
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// The values of a statement's parameters, in binary form.
class Parameters {
public:
    Parameters& add(std::int64_t value) {
        append_integer(next(int8_oid), value);
        return *this;
    }
    Parameters& add(std::int32_t value) {
        append_integer(next(int4_oid), value);
        return *this;
    }
    Parameters& add(std::string_view text) {
        next(text_oid) = text;
        return *this;
    }
    /// `type`: of the array.
    Parameters& add(unsigned type, BinaryArray array) {
        next(type) = array.take();
        return *this;
    }
    Parameters& add(const std::vector<std::int64_t>& values) {
        BinaryArray array(int8_oid, values.size());
        for (const std::int64_t value : values)
            array.push(value);
        return add(int8_array_oid, std::move(array));
    }

    int count() const { return static_cast<int>(types_.size()); }
    const unsigned* types() const { return types_.data(); }
    /// Valid until the next add().
    std::vector<const char*> values() const {
        std::vector<const char*> values;
        for (const std::string& bytes : bytes_)
            values.push_back(bytes.data());
        return values;
    }
    std::vector<int> lengths() const {
        std::vector<int> lengths;
        for (const std::string& bytes : bytes_)
            lengths.push_back(static_cast<int>(bytes.size()));
        return lengths;
    }
    /// All binary.
    std::vector<int> formats() const { return std::vector<int>(types_.size(), 1); }

private:
    std::string& next(unsigned type) {
        types_.push_back(type);
        return bytes_.emplace_back();
    }

    std::vector<unsigned> types_;
    std::vector<std::string> bytes_;
};

}  // namespace benchmark::c_api
