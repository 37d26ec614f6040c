#include "model/prefetched.hpp"

#include <algorithm>

namespace gm2m::detail {

Prefetched::Entry* Prefetched::entry(const Row* row, const RelationData& relation, bool reverse) noexcept {
    if (!row || !row->prefetched)
        return nullptr;
    const auto found = std::ranges::find_if(row->prefetched->entries_, [&](const Entry& each) {
        return each.relation == &relation && each.reverse == reverse;
    });
    return found == row->prefetched->entries_.end() ? nullptr : &*found;
}

const std::vector<Object>* Prefetched::find(const Row* row, const RelationData& relation, bool reverse) noexcept {
    const Entry* found = entry(row, relation, reverse);
    return found ? &found->objects : nullptr;
}

void Prefetched::store(Row& row, const RelationData& relation, bool reverse, std::vector<Object> objects) {
    if (Entry* found = entry(&row, relation, reverse)) {
        found->objects = std::move(objects);
        return;
    }
    if (!row.prefetched)
        row.prefetched = new Prefetched;
    row.prefetched->entries_.push_back({&relation, reverse, std::move(objects)});
}

void Prefetched::drop(Row* row, const RelationData& relation, bool reverse) noexcept {
    if (const Entry* found = entry(row, relation, reverse))
        row->prefetched->entries_.erase(row->prefetched->entries_.begin() +
                                        (found - row->prefetched->entries_.data()));
}

}  // namespace gm2m::detail
