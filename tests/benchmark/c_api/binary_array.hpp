#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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
    const char* data() const { return bytes_.data(); }
    int size() const { return static_cast<int>(bytes_.size()); }

private:
    std::string bytes_;
};

}  // namespace benchmark::c_api
