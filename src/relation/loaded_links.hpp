#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "relation/blocks.hpp"

namespace gm2m::relation {

/// The targets of all owners, owner by owner, each one's in the order of its links. A deque, which frees what is taken
/// from its front.
struct LinksByOwner {
    std::vector<std::size_t> ends;  // of each owner's part of `targets`
    std::deque<std::uint32_t> targets;
};

/// Links as they are read, owner by owner or mixed.
class LoadedLinks {
public:
    struct Link {
        std::int64_t order;  // where it stands in the order of linking
        std::uint32_t owner;
        std::uint32_t target;
    };

    void push(std::int64_t order, std::uint32_t owner, std::uint32_t target) {
        is_grouped_ = is_grouped_ && last_owner_ <= owner;
        last_owner_ = owner;
        links_.push_back({order, owner, target});
    }

    /// Each owner's links are put into order by `sort`, to which they come in the order in which they were read.
    template <class Sort>
    LinksByOwner by_owner(std::size_t owners, Sort&& sort) && {
        return is_grouped_ ? take_groups(owners, sort) : gather(owners, sort);
    }

private:
    // What has been taken is freed. The result has its memory before: it would lie in between what is freed, which
    // could not be used again for anything larger.
    template <class Sort>
    LinksByOwner take_groups(std::size_t owners, Sort&& sort) {
        LinksByOwner result{{}, std::deque<std::uint32_t>(links_.size())};
        result.ends.reserve(owners);
        std::vector<Link> own;
        auto target = result.targets.begin();
        for (std::size_t owner = 0; owner < owners; ++owner) {
            own.clear();
            for (; !links_.empty() && links_.front().owner == owner; links_.pop_front())
                own.push_back(links_.front());
            sort(std::span(own));
            target = std::ranges::transform(own, target, &Link::target).out;
            result.ends.push_back(static_cast<std::size_t>(target - result.targets.begin()));
        }
        return result;
    }

    template <class Sort>
    LinksByOwner gather(std::size_t owners, Sort&& sort) const {
        LinksByOwner result = numbers_by_owner(owners);
        std::vector<Link> own;
        auto target = result.targets.begin();
        for (const std::size_t end : result.ends) {
            own.clear();
            for (auto number = target; number != result.targets.begin() + static_cast<std::ptrdiff_t>(end); ++number)
                own.push_back(links_[*number]);
            sort(std::span(own));
            target = std::ranges::transform(own, target, &Link::target).out;
        }
        return result;
    }

    /// With the links' own numbers in the place of their targets.
    LinksByOwner numbers_by_owner(std::size_t owners) const {
        LinksByOwner result{std::vector<std::size_t>(owners), std::deque<std::uint32_t>(links_.size())};
        for (std::size_t i = 0; i < links_.size(); ++i)
            ++result.ends[links_[i].owner];
        std::size_t begin = 0;
        for (std::size_t& end : result.ends)
            begin += std::exchange(end, begin);
        for (std::uint32_t number = 0; number < links_.size(); ++number)
            result.targets[result.ends[links_[number].owner]++] = number;
        return result;
    }

    Blocks<Link> links_;
    bool is_grouped_ = true;  // they have come owner by owner
    std::uint32_t last_owner_ = 0;
};

}  // namespace gm2m::relation
