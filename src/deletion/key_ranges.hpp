#pragma once

#include <utility>
#include <vector>

#include "backend/connection.hpp"

namespace gm2m::deletion {

/// Integer keys as ranges of those that follow each other: one execution for each, with its first and last key.
class KeyRanges final : public backend::RowSource {
public:
    explicit KeyRanges(const backend::ValueList& keys);

    std::size_t rows() const override { return ranges_.size(); }
    void bind(std::size_t row, std::span<backend::Parameter> parameters) override;

private:
    Kind kind_;
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges_;
};

}  // namespace gm2m::deletion
