#include "query/stored_log.hpp"

#include <algorithm>

namespace gm2m {

void StoredLog::set(detail::Row& row, bool stored) {
    if (connection_.depth() > 0 && row.stored != stored) {
        if (entries_.size() >= most_entries_)
            drop_unseen();
        row.references.fetch_add(1, std::memory_order_relaxed);
        entries_.push_back({Object::adopt(&row), row.stored, connection_.depth()});
    }
    row.stored = stored;
}

// Nobody can ask an object to which there is no other handle: a transaction that inserts millions, and lets them go,
// keeps none of them.
void StoredLog::drop_unseen() {
    std::erase_if(entries_, [](const Entry& entry) {
        return entry.object.row()->references.load(std::memory_order_acquire) == 1;
    });
    most_entries_ = std::max(fewest_entries, 2 * entries_.size());
}

void StoredLog::committed(std::size_t depth) {
    if (depth == 1)
        return entries_.clear();
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && entry->depth == depth; ++entry)
        --entry->depth;
}

void StoredLog::rolled_back(std::size_t depth) {
    for (; !entries_.empty() && entries_.back().depth >= depth; entries_.pop_back())
        entries_.back().object.row()->stored = entries_.back().before;
}

}  // namespace gm2m
