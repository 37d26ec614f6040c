#pragma once

#include <cstdint>
#include <vector>

#include "backend/value_list.hpp"

namespace gm2m::relation {

/// Finds where a key stands in a list of distinct keys: always the same list, which may grow. The hash table is made when
/// it is first needed.
class KeyIndex {
public:
    static constexpr std::uint32_t none = UINT32_MAX;

    /// The place of the key of a row, or none. The rows of one key tend to come together, and in the order in which their
    /// keys were asked for; so the place found last and the next are tried first.
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
        while (indexed_ < keys.size())
            index_next(keys);
        if (slots_.empty())
            return none;
        for (std::size_t slot = first_slot(key); slots_[slot] != 0; slot = next(slot))
            if (equals(keys, slots_[slot] - 1, key))
                return slots_[slot] - 1;
        return none;
    }

private:
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

    void index_next(const backend::ValueList& keys) {
        if (indexed_ * 2 >= slots_.size()) {
            std::size_t size = 64;
            while (size <= keys.size() * 2)
                size *= 2;
            slots_.assign(size, 0);
            indexed_ = 0;
        }
        std::size_t slot = first_slot(keys[indexed_]);
        while (slots_[slot] != 0)
            slot = next(slot);
        slots_[slot] = static_cast<std::uint32_t>(++indexed_);
    }

    std::size_t last_ = 0;
    std::size_t indexed_ = 0;           // so many keys are in the table
    std::vector<std::uint32_t> slots_;  // place + 1; 0 is free
};

}  // namespace gm2m::relation
