#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "dataset.hpp"

namespace benchmark {

/// Numbers keys as they come, each once: a hash table with open addressing.
class KeyNumbers {
public:
    /// The key's number, new or not.
    std::uint32_t number(std::int64_t key) {
        if (keys_.size() * 2 >= slots_.size())
            grow();
        std::size_t slot = first_slot(key);
        for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1))
            if (keys_[slots_[slot] - 1] == key)
                return slots_[slot] - 1;
        keys_.push_back(key);
        slots_[slot] = static_cast<std::uint32_t>(keys_.size());
        return slots_[slot] - 1;
    }
    /// By number.
    const std::vector<std::int64_t>& keys() const { return keys_; }

private:
    std::size_t first_slot(std::int64_t key) const {
        const std::uint64_t hash = static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15U;
        return (hash >> 32) & (slots_.size() - 1);
    }
    void grow() {
        slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, 0);
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            std::size_t slot = first_slot(keys_[i]);
            while (slots_[slot] != 0)
                slot = (slot + 1) & (slots_.size() - 1);
            slots_[slot] = static_cast<std::uint32_t>(i + 1);
        }
    }

    std::vector<std::int64_t> keys_;
    std::vector<std::uint32_t> slots_;  // number + 1; 0 is free
};

/// Objects and what is linked to each; an object that is linked to many is held once.
template <class Owner, class Linked>
struct WithLinked {
    std::vector<Owner> owners;
    std::vector<Linked> linked;
    std::vector<std::uint32_t> links;  // owner by owner, indexes into `linked`
    std::vector<std::size_t> ends;     // of each owner's part of `links`

    std::span<const std::uint32_t> linked_to(std::size_t owner) const {
        const std::size_t begin = owner == 0 ? 0 : ends[owner - 1];
        return std::span(links).subspan(begin, ends[owner] - begin);
    }
    /// Drops the links to what `is_missing`: their rows are gone.
    template <class IsMissing>
    void drop_missing(IsMissing&& is_missing) {
        if (std::ranges::none_of(linked, is_missing))
            return;
        std::size_t kept = 0, link = 0;
        for (std::size_t& end : ends) {
            for (; link < end; ++link)
                if (!is_missing(linked[links[link]]))
                    links[kept++] = links[link];
            end = kept;
        }
        links.resize(kept);
    }
};

/// The links of one owner, as they are read, to be put into the order of linking.
class OwnLinks {
public:
    void push(std::int64_t order, std::uint32_t linked) { links_.push_back({order, linked}); }
    /// Ends the owner's part of `all`. They are in order already if `sorted`.
    template <class Owner, class Linked>
    void take(WithLinked<Owner, Linked>& all, bool sorted) {
        if (!sorted)
            std::ranges::sort(links_, {}, &Link::order);
        for (const Link& link : links_)
            all.links.push_back(link.linked);
        all.ends.push_back(all.links.size());
        links_.clear();
    }

private:
    struct Link {
        std::int64_t order;
        std::uint32_t linked;
    };

    std::vector<Link> links_;
};

/// The objects of different models that links lead to: each gets the next number at its first link.
class LinkedKeys {
public:
    std::uint32_t number(Key key) {
        const std::uint32_t own = keys_[key.model].number(key.id);
        std::vector<std::uint32_t>& numbers = numbers_[key.model];
        if (own == numbers.size())
            numbers.push_back(count_++);
        return numbers[own];
    }
    /// Of a key that has one.
    std::uint32_t known_number(Key key) { return numbers_[key.model][keys_[key.model].number(key.id)]; }
    std::size_t count() const { return count_; }
    /// The keys of one model, and the number of each.
    const std::vector<std::int64_t>& keys(std::size_t model) const { return keys_[model].keys(); }
    std::uint32_t number(std::size_t model, std::size_t i) const { return numbers_[model][i]; }

private:
    KeyNumbers keys_[model_count];
    std::vector<std::uint32_t> numbers_[model_count];
    std::uint32_t count_ = 0;
};

}  // namespace benchmark
