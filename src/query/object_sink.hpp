#pragma once

#include <algorithm>

#include <gm2m/object.hpp>

#include "backend/connection.hpp"
#include "model/row_maker.hpp"

namespace gm2m {

/// A new object from the cells of a row that select its model's columns in the order of its fields.
Object read_object(RowMaker& rows, std::span<const ValueView> cells);

/// Collects the rows of one model.
class ObjectSink final : public backend::ResultSink {
public:
    static constexpr std::size_t few = 8;  // which most answers are: they grow once

    /// `several`: as RowMaker has it.
    ObjectSink(const Model& model, std::vector<Object>& out, bool several = false) : rows_(model, several), out_(out) {}
    void expect(std::size_t rows) override {
        if (const std::size_t needed = out_.size() + rows; needed > out_.capacity())
            out_.reserve(std::max(needed, 2 * out_.size()));
    }
    void row(std::span<const ValueView> cells) override {
        if (out_.capacity() == 0)
            out_.reserve(few);
        out_.push_back(read_object(rows_, cells));
    }

private:
    RowMaker rows_;
    std::vector<Object>& out_;
};

}  // namespace gm2m
