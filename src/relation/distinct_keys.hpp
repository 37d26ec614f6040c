#pragma once

#include <utility>

#include "relation/key_index.hpp"

namespace gm2m::relation {

/// Keys of one kind, each once, numbered as they come.
class DistinctKeys {
public:
    explicit DistinctKeys(Kind kind) : list_(kind) {}
    /// They differ already.
    explicit DistinctKeys(backend::ValueList keys) : list_(std::move(keys)) {}

    /// By number.
    const backend::ValueList& list() const noexcept { return list_; }
    std::size_t size() const noexcept { return list_.size(); }
    backend::ValueList take() && { return std::move(list_); }

    /// The number of a key, new or not.
    std::uint32_t insert(const ValueView& key) { return insert_unless(index_.find(list_, key), key); }
    /// The same of keys that tend to come several times in a row.
    std::uint32_t insert_next(const ValueView& key) { return insert_unless(index_.find_next(list_, key), key); }
    /// The number of a key, or KeyIndex::none.
    std::uint32_t find(const ValueView& key) const { return index_.find(list_, key); }
    bool contains(const ValueView& key) const { return find(key) != KeyIndex::none; }

private:
    std::uint32_t insert_unless(std::uint32_t known, const ValueView& key) {
        if (known != KeyIndex::none)
            return known;
        list_.push(key);
        return static_cast<std::uint32_t>(list_.size() - 1);
    }

    backend::ValueList list_;
    mutable KeyIndex index_;  // made when it is first asked
};

}  // namespace gm2m::relation
