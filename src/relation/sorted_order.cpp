#include "relation/sorted_order.hpp"

#include <algorithm>
#include <numeric>

namespace gm2m::relation {
namespace {

using backend::ValueList;
using Order = std::vector<std::uint32_t>;

/// Integers from `least` on, in a range of `range`, each to a slot of its own: without those that repeat others.
Order spread_out(const ValueList& keys, std::int64_t least, std::uint64_t range) {
    constexpr std::uint32_t none = UINT32_MAX;
    Order slots(range, none);
    for (std::size_t i = 0; i < keys.size(); ++i)
        slots[static_cast<std::uint64_t>(keys.integer_at(i)) - static_cast<std::uint64_t>(least)] =
            static_cast<std::uint32_t>(i);
    std::erase(slots, none);
    return slots;
}

Order sorted_integers(const ValueList& keys) {
    if (keys.empty())
        return {};
    std::int64_t least = keys.integer_at(0), greatest = least;
    for (std::size_t i = 1; i < keys.size(); ++i) {
        least = std::min(least, keys.integer_at(i));
        greatest = std::max(greatest, keys.integer_at(i));
    }
    const std::uint64_t range = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
    if (range < 4 * keys.size())
        if (Order order = spread_out(keys, least, range + 1); order.size() == keys.size())
            return order;
    // Side by side with their places, which is faster than to look them up.
    std::vector<std::pair<std::int64_t, std::uint32_t>> sorted;
    sorted.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        sorted.emplace_back(keys.integer_at(i), static_cast<std::uint32_t>(i));
    std::ranges::sort(sorted);
    Order order;
    order.reserve(sorted.size());
    for (const auto& [key, place] : sorted)
        order.push_back(place);
    return order;
}

}  // namespace

std::vector<std::uint32_t> sorted_order(const ValueList& keys) {
    if (keys.holds_integers())
        return sorted_integers(keys);
    Order order(keys.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](std::uint32_t place) { return keys.text_at(place); });
    return order;
}

std::deque<ValueList> sorted_slices(const ValueList& keys, std::size_t most) {
    std::deque<ValueList> slices;
    std::size_t taken = 0;
    for (const std::uint32_t place : sorted_order(keys)) {
        if (taken++ % most == 0)
            slices.emplace_back(keys.kind());
        slices.back().push(keys[place]);
    }
    return slices;
}

}  // namespace gm2m::relation
