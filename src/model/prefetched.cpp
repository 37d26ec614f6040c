#include "model/prefetched.hpp"

#include <algorithm>

namespace gm2m::detail {
namespace {

std::atomic<std::uint64_t> clock{0};
std::atomic<bool> in_use{false};

}  // namespace

std::uint64_t Prefetched::tick() noexcept {
    return ++clock;
}

bool Prefetched::is_in_use() noexcept {
    return in_use;
}

Prefetched::Entry* Prefetched::entry(const Row* row, const RelationData& relation, bool reverse) noexcept {
    if (!row || !row->prefetched)
        return nullptr;
    const auto found = std::ranges::find_if(row->prefetched->entries_, [&](const Entry& each) {
        return each.relation == &relation && each.reverse == reverse;
    });
    return found == row->prefetched->entries_.end() ? nullptr : &*found;
}

const Prefetched::Entry* Prefetched::find(const Row* row, const RelationData& relation, bool reverse) noexcept {
    return entry(row, relation, reverse);
}

void Prefetched::store(Row& row, const RelationData& relation, bool reverse, std::vector<Object> objects) {
    if (Entry* found = entry(&row, relation, reverse)) {
        found->objects = std::move(objects);
        found->stamp = tick();
        return;
    }
    if (!row.prefetched)
        row.prefetched = new Prefetched;
    row.prefetched->entries_.push_back({&relation, reverse, std::move(objects), tick()});
    in_use = true;
}

void Prefetched::drop(Row* row, const RelationData& relation, bool reverse) noexcept {
    if (const Entry* found = entry(row, relation, reverse))
        row->prefetched->entries_.erase(row->prefetched->entries_.begin() +
                                        (found - row->prefetched->entries_.data()));
}

}  // namespace gm2m::detail
