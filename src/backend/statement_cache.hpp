#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gm2m::backend {

/// The prepared statements of a connection by their text, the most recently used ones.
template <class Prepared>
class StatementCache {
public:
    explicit StatementCache(std::size_t capacity) : capacity_(capacity) {}

    /// Null if it is not there. Valid until the next insert().
    Prepared* find(std::string_view sql) {
        if (!entries_.empty() && entries_.front().first == sql)
            return &entries_.front().second;  // the same again, as most often
        const auto found = by_text_.find(sql);
        if (found == by_text_.end())
            return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        return &found->second->second;
    }
    /// Gives what is displaced to `dispose`.
    template <class Dispose>
    Prepared& insert(std::string sql, Prepared prepared, Dispose&& dispose) {
        while (entries_.size() >= capacity_) {
            dispose(entries_.back().second);
            by_text_.erase(entries_.back().first);
            entries_.pop_back();
        }
        entries_.emplace_front(std::move(sql), std::move(prepared));
        by_text_.emplace(entries_.front().first, entries_.begin());
        return entries_.front().second;
    }
    void erase(std::string_view sql) {
        if (const auto found = by_text_.find(sql); found != by_text_.end()) {
            const auto entry = found->second;
            by_text_.erase(found);
            entries_.erase(entry);
        }
    }
    template <class Dispose>
    void clear(Dispose&& dispose) {
        for (auto& [sql, prepared] : entries_)
            dispose(prepared);
        by_text_.clear();
        entries_.clear();
    }

private:
    using Entries = std::list<std::pair<std::string, Prepared>>;

    std::size_t capacity_;
    Entries entries_;
    std::unordered_map<std::string_view, typename Entries::iterator> by_text_;
};

}  // namespace gm2m::backend
