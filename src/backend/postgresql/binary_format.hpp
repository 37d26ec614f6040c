#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gm2m/value.hpp>

#include "backend/connection.hpp"

/// PostgreSQL's binary format of parameters and results (server source: src/backend/utils/adt/*send and *recv).
namespace gm2m::backend {

/// The parameters of one execution, as libpq takes them. Reused from one execution to the next.
class BinaryParameters {
public:
    /// What is encoded refers to text values; they live until the statement is sent.
    void encode(std::span<const Parameter> parameters);

    int count() const noexcept { return static_cast<int>(types_.size()); }
    const unsigned* types() const noexcept { return types_.data(); }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

private:
    struct Slot {
        std::size_t offset;       // into buffer_, or npos
        const char* data;         // or memory of the value itself, or null
    };
    void encode_value(Kind kind, const ValueView& value);
    void encode_list(const ValueList& list);
    void add(unsigned type, int format, Slot slot, std::size_t length);

    std::string buffer_;
    std::vector<Slot> slots_;
    std::vector<unsigned> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

/// Turns a cell of a binary result into a ValueView of the kind that the model declares.
class BinaryColumn {
public:
    /// `type` is the OID of the result's column. Throws InvalidValue if that type does not read as `kind`.
    BinaryColumn(unsigned type, Kind kind, std::string_view column_name);

    /// The cell refers to `data` or to this object. It is written where it is to be: this is done for each of many.
    void decode(const char* data, std::size_t size, ValueView& cell) { decode_(*this, data, size, cell); }

private:
    using Decode = void (*)(BinaryColumn&, const char*, std::size_t, ValueView&);

    Decode decode_;
    std::string scratch_;
};

/// Turns a cell that holds a list into the ValueViews of its elements.
class BinaryList {
public:
    BinaryList(Kind kind, std::string column_name) : kind_(kind), column_name_(std::move(column_name)) {}

    /// Goes to the first element of an array, and returns how many there are. Throws InvalidValue if their type does
    /// not read as the kind.
    std::size_t begin(const char* array);
    /// The element refers to the array or to this object.
    void next(ValueView& element);

private:
    Kind kind_;
    std::string column_name_;
    std::optional<BinaryColumn> elements_;  // once an array has told their type
    const char* at_ = nullptr;
};

}  // namespace gm2m::backend
