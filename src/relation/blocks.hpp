#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace gm2m::relation {

/// A queue of plain values, which frees what is taken from its front and never moves what it holds. Its blocks are larger
/// than those of std::deque: such small ones, taken while rows are received, break up the memory that libpq takes and
/// frees for each row, and cost a prefetch 4% of its time.
template <class T>
    requires std::is_trivially_copyable_v<T>
class Blocks {
public:
    Blocks() = default;
    /// Leaves `other` empty.
    Blocks(Blocks&& other) noexcept
        : blocks_(std::exchange(other.blocks_, {})),
          begin_(std::exchange(other.begin_, 0)),
          end_(std::exchange(other.end_, 0)) {}
    Blocks& operator=(Blocks&&) = delete;

    bool empty() const noexcept { return begin_ == end_; }
    std::size_t size() const noexcept { return end_ - begin_; }
    /// The n-th from the front.
    const T& operator[](std::size_t n) const noexcept { return at(begin_ + n); }
    const T& front() const noexcept { return at(begin_); }

    void push_back(const T& value) {
        if (end_ % per_block == 0)
            blocks_.push_back(std::make_unique_for_overwrite<T[]>(per_block));
        blocks_[end_ / per_block][end_ % per_block] = value;
        ++end_;
    }
    void pop_front() noexcept {
        if (++begin_ % per_block == 0)
            blocks_[begin_ / per_block - 1].reset();
    }

private:
    static constexpr std::size_t per_block = 32'768 / sizeof(T);

    const T& at(std::size_t place) const noexcept { return blocks_[place / per_block][place % per_block]; }

    std::vector<std::unique_ptr<T[]>> blocks_;  // null once all of it is taken
    std::size_t begin_ = 0, end_ = 0;           // places among all that were ever pushed
};

}  // namespace gm2m::relation
