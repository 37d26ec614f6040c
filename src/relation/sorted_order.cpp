#include "relation/sorted_order.hpp"

#include <algorithm>
#include <bit>
#include <functional>
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

bool is_sorted_and_distinct(std::span<const std::int64_t> keys) {
    return std::ranges::adjacent_find(keys, std::ranges::greater_equal()) == keys.end();
}

ValueList distinct_integers(const ValueList& keys) {
    const auto [least, greatest] = std::ranges::minmax(keys.integers());
    const std::uint64_t range = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
    ValueList distinct(keys.kind());
    distinct.reserve(keys.size());
    if (range / 64 < 4 * keys.size()) {  // a bit for each number of the range
        std::vector<std::uint64_t> words(range / 64 + 1);
        for (const std::int64_t key : keys.integers()) {
            const std::uint64_t bit = static_cast<std::uint64_t>(key) - static_cast<std::uint64_t>(least);
            words[bit / 64] |= std::uint64_t{1} << (bit % 64);
        }
        for (std::size_t i = 0; i < words.size(); ++i)
            for (std::uint64_t word = words[i]; word != 0; word &= word - 1)
                distinct.push_integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + i * 64 +
                                                                static_cast<std::uint64_t>(std::countr_zero(word))));
        return distinct;
    }
    std::vector<std::int64_t> sorted(keys.integers().begin(), keys.integers().end());
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i)
        if (i == 0 || sorted[i] != sorted[i - 1])
            distinct.push_integer(sorted[i]);
    return distinct;
}

}  // namespace

ValueList sorted_distinct(ValueList keys) {
    if (keys.holds_integers())
        return is_sorted_and_distinct(keys.integers()) ? std::move(keys) : distinct_integers(keys);
    ValueList distinct(keys.kind());
    distinct.reserve(keys.size());
    for (const std::uint32_t place : sorted_order(keys))
        if (distinct.empty() || distinct.text_at(distinct.size() - 1) != keys.text_at(place))
            distinct.push_text(keys.text_at(place));
    return distinct;
}

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
