#include "model/prefetched.hpp"

#include <atomic>
#include <utility>

namespace gm2m::detail {
namespace {

std::atomic<std::uint64_t> clock{0};
std::atomic<std::size_t> held{0};

}  // namespace

std::uint64_t Prefetched::tick() noexcept {
    return ++clock;
}

bool Prefetched::is_in_use() noexcept {
    return held > 0;
}

// Whoever comes by an object from another thread comes by the count as well: nothing else is to be in order with it.
Prefetched::Prefetched(Owner owner, bool reverse) : owner_(owner), reverse_(reverse) {
    held.fetch_add(1, std::memory_order_relaxed);
}

Prefetched::~Prefetched() {
    delete next_;
    held.fetch_sub(1, std::memory_order_relaxed);
}

Prefetched** Prefetched::link(Row& row, Owner owner, bool reverse) noexcept {
    Prefetched** link = &row.prefetched;
    while (*link && ((*link)->owner_ != owner || (*link)->reverse_ != reverse))
        link = &(*link)->next_;
    return link;
}

const Prefetched* Prefetched::find(const Row* row, Owner owner, bool reverse) noexcept {
    const Prefetched* each = row ? row->prefetched : nullptr;
    while (each && (each->owner_ != owner || each->reverse_ != reverse))
        each = each->next_;
    return each;
}

Prefetched& Prefetched::store(Row& row, Owner owner, bool reverse, std::vector<Object> objects) {
    Prefetched*& found = *link(row, owner, reverse);
    if (!found)
        found = new Prefetched(owner, reverse);
    found->objects = std::move(objects);
    found->through.clear();
    found->stamp = tick();
    return *found;
}

void Prefetched::copy(const Row& from, Row& to) {
    for (const Prefetched* each = from.prefetched; each; each = each->next_) {
        Prefetched& copied = store(to, each->owner_, each->reverse_, each->objects);
        copied.through = each->through;
        copied.stamp = each->stamp;
    }
}

void Prefetched::drop(Row* row, Owner owner, bool reverse) noexcept {
    if (!row)
        return;
    Prefetched*& found = *link(*row, owner, reverse);
    if (found)
        delete std::exchange(found, std::exchange(found->next_, nullptr));
}

}  // namespace gm2m::detail
