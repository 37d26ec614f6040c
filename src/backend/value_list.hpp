#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <gm2m/value.hpp>

namespace gm2m::backend {

/// Values of one kind, never null, in two flat buffers: what a statement takes as a set of keys, in one parameter.
class ValueList {
public:
    explicit ValueList(Kind kind) : kind_(kind), form_(form_of(kind)) {}

    Kind kind() const noexcept { return kind_; }
    /// Whether integer_at() gives the values; else text_at() does.
    bool holds_integers() const noexcept { return form_ == ValueView::Form::integer; }
    std::size_t size() const noexcept { return holds_integers() ? integers_.size() : ends_.size(); }
    bool empty() const noexcept { return size() == 0; }

    void reserve(std::size_t count) {
        if (holds_integers())
            integers_.reserve(count);
        else
            ends_.reserve(count);
    }
    void clear() noexcept {
        integers_.clear();
        bytes_.clear();
        ends_.clear();
    }
    void push_integer(std::int64_t value) { integers_.push_back(value); }
    void push_text(std::string_view value) {
        bytes_ += value;
        ends_.push_back(bytes_.size());
    }
    void push(const ValueView& value) {
        if (holds_integers())
            push_integer(value.integer());
        else
            push_text(value.text());
    }

    /// The part from `begin` on, of at most `count` values.
    ValueList slice(std::size_t begin, std::size_t count) const {
        ValueList part(kind_);
        const std::size_t end = size() - begin < count ? size() : begin + count;
        part.reserve(end - begin);
        for (std::size_t i = begin; i < end; ++i)
            part.push((*this)[i]);
        return part;
    }

    /// Valid until the list grows.
    ValueView operator[](std::size_t i) const noexcept {
        if (holds_integers())
            return ValueView::of_integer(integers_[i]);
        const std::string_view text = text_at(i);
        return form_ == ValueView::Form::bytes ? ValueView::of_bytes(text.data(), text.size())
                                               : ValueView::of_text(text);
    }
    std::int64_t integer_at(std::size_t i) const noexcept { return integers_[i]; }
    std::span<const std::int64_t> integers() const noexcept { return integers_; }
    std::string_view text_at(std::size_t i) const noexcept {
        const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(bytes_).substr(begin, ends_[i] - begin);
    }

    /// Of all texts together, in bytes.
    std::size_t text_size() const noexcept { return bytes_.size(); }

private:
    Kind kind_;
    ValueView::Form form_;
    std::vector<std::int64_t> integers_;
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

}  // namespace gm2m::backend
