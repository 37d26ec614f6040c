#pragma once

#include <cstdint>
#include <vector>

#include "backend/value_list.hpp"

namespace gm2m::relation {

/// Finds where a key stands in a list. Rows tend to come back in the order in which their keys were asked for; so the
/// next place is tried first, and an index is built only when that fails.
class KeyIndex {
public:
    explicit KeyIndex(const backend::ValueList& keys) : keys_(keys) {}

    /// Calls `found` with each place of `key`.
    template <class F>
    void find(const ValueView& key, F&& found) {
        if (expected_ < keys_.size() && equals(expected_, key))
            return found(expected_++);
        if (table_.empty())
            build();
        for (std::uint32_t place = table_[bucket(hash(key))]; place != none; place = next_[place])
            if (equals(place, key)) {
                found(place);
                expected_ = place + 1;
            }
    }

    /// Calls `found` with each place of `key`, without a guess.
    template <class F>
    void find_all(const ValueView& key, F&& found) {
        if (table_.empty())
            build();
        for (std::uint32_t place = table_[bucket(hash(key))]; place != none; place = next_[place])
            if (equals(place, key))
                found(place);
    }

private:
    static constexpr std::uint32_t none = UINT32_MAX;

    bool equals(std::size_t place, const ValueView& key) const {
        return key.form() == ValueView::Form::integer ? keys_.integer_at(place) == key.integer()
                                                      : keys_.text_at(place) == key.text();
    }
    static std::uint64_t hash(const ValueView& key) {
        std::uint64_t h = key.form() == ValueView::Form::integer ? static_cast<std::uint64_t>(key.integer())
                                                                 : std::hash<std::string_view>()(key.text());
        h *= 0x9E3779B97F4A7C15U;  // Fibonacci hashing: the upper bits depend on all of the lower ones
        return h ^ (h >> 32);
    }
    std::size_t bucket(std::uint64_t h) const { return h & (table_.size() - 1); }
    void build() {
        std::size_t size = 16;
        while (size < keys_.size() * 2)
            size *= 2;
        table_.assign(size, none);
        next_.resize(keys_.size());
        for (std::size_t i = keys_.size(); i-- > 0;) {
            std::uint32_t& head = table_[bucket(hash(keys_[i]))];
            next_[i] = head;
            head = static_cast<std::uint32_t>(i);
        }
    }

    const backend::ValueList& keys_;
    std::size_t expected_ = 0;
    std::vector<std::uint32_t> table_, next_;
};

}  // namespace gm2m::relation
