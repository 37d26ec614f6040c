#pragma once

#include <gm2m/object.hpp>

#include "backend/connection.hpp"
#include "model/access.hpp"

namespace gm2m {

/// A new object from the cells of a row that select a model's columns in the order of its fields.
Object read_object(const Model& model, std::span<const ValueView> cells);

/// Collects the rows of one model.
class ObjectSink final : public backend::ResultSink {
public:
    ObjectSink(const Model& model, std::vector<Object>& out) : model_(model), out_(out) {}
    void row(std::span<const ValueView> cells) override {
        if (out_.capacity() == 0)
            out_.reserve(few);
        out_.push_back(read_object(model_, cells));
    }

private:
    static constexpr std::size_t few = 8;  // which most answers are: they grow once

    const Model& model_;
    std::vector<Object>& out_;
};

}  // namespace gm2m
