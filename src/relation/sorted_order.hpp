#pragma once

#include <algorithm>
#include <deque>
#include <numeric>
#include <vector>

#include "backend/value_list.hpp"

namespace gm2m::relation {

/// The places of the values in ascending order: of integers, or of texts by their bytes.
inline std::vector<std::size_t> sorted_order(const backend::ValueList& keys) {
    std::vector<std::size_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const bool integers = form_of(keys.kind()) == ValueView::Form::integer;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return integers ? keys.integer_at(a) < keys.integer_at(b) : keys.text_at(a) < keys.text_at(b);
    });
    return order;
}

/// The keys in slices of at most `most`, all in the order in which rows are locked (Dialect::in_byte_order()).
inline std::deque<backend::ValueList> sorted_slices(const backend::ValueList& keys, std::size_t most) {
    const std::vector<std::size_t> order = sorted_order(keys);
    std::deque<backend::ValueList> slices;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i % most == 0)
            slices.emplace_back(keys.kind());
        slices.back().push(keys[order[i]]);
    }
    return slices;
}

}  // namespace gm2m::relation
