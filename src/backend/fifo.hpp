#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace gm2m::backend {

/// A queue that keeps its memory: what is used again and again allocates nothing.
template <class T>
class Fifo {
public:
    bool empty() const noexcept { return first_ == items_.size(); }
    std::size_t size() const noexcept { return items_.size() - first_; }
    T& front() noexcept { return items_[first_]; }
    void push_back(T item) { items_.push_back(std::move(item)); }
    void pop_front() noexcept {
        if (++first_ == items_.size())
            clear();
    }
    void clear() noexcept {
        items_.clear();
        first_ = 0;
    }
    auto begin() const noexcept { return items_.begin() + static_cast<std::ptrdiff_t>(first_); }
    auto end() const noexcept { return items_.end(); }

private:
    std::vector<T> items_;
    std::size_t first_ = 0;
};

}  // namespace gm2m::backend
