#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "backend/value_list.hpp"

namespace gm2m::relation {

/// Finds where a key stands in a list of distinct keys: always the same list, which may grow. The table is made when it
/// is first needed. Integers that lie close together, as those do that a database has generated, are their own places
/// in it; others are hashed; and a few are compared one by one.
class KeyIndex {
public:
    static constexpr std::uint32_t none = UINT32_MAX;

    /// The place of the key of a row, or none. The rows of one key tend to come together, and in the order in which
    /// their keys were asked for; so the place found last and the next are tried first.
    std::uint32_t find_next(const backend::ValueList& keys, const ValueView& key) {
        for (std::size_t place = last_; place < keys.size() && place <= last_ + 1; ++place)
            if (equals(keys, place, key)) {
                last_ = place;
                return static_cast<std::uint32_t>(place);
            }
        const std::uint32_t place = find(keys, key);
        if (place != none)
            last_ = place;
        return place;
    }
    /// The place of a key, or none.
    std::uint32_t find(const backend::ValueList& keys, const ValueView& key) {
        if (keys.size() <= few)
            return find_among_few(keys, key);
        while (indexed_ < keys.size())
            index_next(keys);
        if (is_direct_) {
            const std::uint64_t slot = offset(key.integer());
            return slot < slots_.size() ? slots_[slot] - 1 : none;
        }
        for (std::size_t slot = first_slot(key); slots_[slot] != 0; slot = next(slot))
            if (equals(keys, slots_[slot] - 1, key))
                return slots_[slot] - 1;
        return none;
    }

private:
    static constexpr std::size_t few = 4;

    static std::uint32_t find_among_few(const backend::ValueList& keys, const ValueView& key) {
        for (std::uint32_t place = 0; place < keys.size(); ++place)
            if (equals(keys, place, key))
                return place;
        return none;
    }
    static bool equals(const backend::ValueList& keys, std::size_t place, const ValueView& key) {
        return keys.holds_integers() ? keys.integer_at(place) == key.integer() : keys.text_at(place) == key.text();
    }
    std::size_t first_slot(const ValueView& key) const {
        std::uint64_t hash = key.form() == ValueView::Form::integer ? static_cast<std::uint64_t>(key.integer())
                                                                    : std::hash<std::string_view>()(key.text());
        hash *= 0x9E3779B97F4A7C15U;  // Fibonacci hashing: the upper bits depend on all of the lower ones
        return (hash >> 32) & (slots_.size() - 1);
    }
    std::size_t next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
    /// Of a key that is its own place; too large for the table if it lies outside, below as well.
    std::uint64_t offset(std::int64_t key) const { return static_cast<std::uint64_t>(key) - lowest_; }

    void index_next(const backend::ValueList& keys) {
        const bool fits = is_direct_ ? offset(keys.integer_at(indexed_)) < slots_.size() : indexed_ * 2 < slots_.size();
        if (!fits)
            lay_out(keys);
        const std::size_t slot =
            is_direct_ ? static_cast<std::size_t>(offset(keys.integer_at(indexed_))) : free_slot(keys[indexed_]);
        slots_[slot] = static_cast<std::uint32_t>(++indexed_);
    }
    std::size_t free_slot(const ValueView& key) const {
        std::size_t slot = first_slot(key);
        while (slots_[slot] != 0)
            slot = next(slot);
        return slot;
    }

    /// An empty table for all keys that there are now.
    void lay_out(const backend::ValueList& keys) {
        std::size_t size = 64;
        while (size <= keys.size() * 2)
            size *= 2;
        is_direct_ = keys.holds_integers() && lie_within(size, keys);
        slots_.assign(size, 0);
        indexed_ = 0;
    }
    /// Whether `size` numbers from `lowest_` on, which it sets, hold all of the keys. Half of those to spare are left
    /// on either side: so that keys that come outside of them again and again soon leave none.
    bool lie_within(std::size_t size, const backend::ValueList& keys) {
        std::int64_t least = keys.integer_at(0), greatest = least;
        for (std::size_t i = 1; i < keys.size(); ++i) {
            least = std::min(least, keys.integer_at(i));
            greatest = std::max(greatest, keys.integer_at(i));
        }
        lowest_ = static_cast<std::uint64_t>(least);
        if (offset(greatest) >= size)
            return false;
        lowest_ -= std::min((size - offset(greatest)) / 2, least < 0 ? size : static_cast<std::uint64_t>(least));
        return true;
    }

    std::size_t last_ = 0;
    std::size_t indexed_ = 0;           // so many keys are in the table
    std::vector<std::uint32_t> slots_;  // place + 1; 0 is free
    bool is_direct_ = false;            // a key's slot is its offset from `lowest_`
    std::uint64_t lowest_ = 0;
};

}  // namespace gm2m::relation
