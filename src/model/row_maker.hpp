#pragma once

#include <cstddef>
#include <cstdint>

#include <gm2m/object.hpp>

namespace gm2m {

namespace detail {
struct RowBlock;
}

/// Makes the rows of objects of one model that are read together. All but the first, or with `several` the first as
/// well, lie in blocks of memory, of at most 4 KiB each: one allocation for many. A block is freed with the last of its
/// rows: so a row that is kept keeps as much at most. Used by one thread; the rows by any.
class RowMaker {
public:
    explicit RowMaker(const Model& model, bool several = false) noexcept;
    ~RowMaker();
    RowMaker(const RowMaker&) = delete;
    RowMaker& operator=(const RowMaker&) = delete;

    const Model& model() const noexcept { return model_; }
    /// A row with one reference. Throws what the struct's constructor throws.
    detail::Row* make();

private:
    /// False if the next row had better have memory of its own.
    bool begin_block();

    const Model& model_;
    const std::size_t head_size_;  // of a block
    const std::size_t row_size_;
    detail::RowBlock* block_ = nullptr;
    std::uint16_t rows_ = 0;       // places in the block
    std::uint16_t used_ = 0;       // of which so many are taken
    std::uint16_t next_rows_;      // in the next block, if so many fit
};

}  // namespace gm2m
