#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "relation/link_list.hpp"

namespace gm2m::relation {

/// Finds a link in a list: open addressing.
class LinkIndex {
public:
    static constexpr std::size_t none = SIZE_MAX;

    /// `links` outlives this.
    explicit LinkIndex(const LinkList& links) : links_(links) {
        std::size_t size = 16;
        while (size < links.size() * 2)
            size *= 2;
        slots_.assign(size, 0);
        for (std::size_t i = 0; i < links.size(); ++i) {
            std::uint32_t& slot = slots_[slot_of(links.content_types.integer_at(i), links.keys.text_at(i))];
            if (slot == 0)
                slot = static_cast<std::uint32_t>(i + 1);
            else
                has_repeats_ = true;
        }
    }

    /// The place of the link, of the first where it is repeated.
    std::size_t find(std::int64_t content_type, std::string_view key) const {
        const std::uint32_t number = slots_[slot_of(content_type, key)];
        return number == 0 ? none : number - 1;
    }
    bool has_repeats() const noexcept { return has_repeats_; }
    bool is_first(std::size_t i) const { return find(links_.content_types.integer_at(i), links_.keys.text_at(i)) == i; }

private:
    /// The slot that holds the link, or the free one where it belongs.
    std::size_t slot_of(std::int64_t content_type, std::string_view key) const {
        std::size_t slot =
            (std::hash<std::string_view>()(key) + static_cast<std::size_t>(content_type)) & (slots_.size() - 1);
        while (slots_[slot] != 0 && (links_.keys.text_at(slots_[slot] - 1) != key ||
                                     links_.content_types.integer_at(slots_[slot] - 1) != content_type))
            slot = (slot + 1) & (slots_.size() - 1);
        return slot;
    }

    const LinkList& links_;
    std::vector<std::uint32_t> slots_;  // number + 1; 0 is free
    bool has_repeats_ = false;
};

}  // namespace gm2m::relation
