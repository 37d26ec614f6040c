#pragma once

#include <vector>

#include <gm2m/object.hpp>

#include "backend/connection.hpp"

namespace gm2m {

/// Which objects the transactions of a connection have stored and deleted: what is rolled back has not happened to
/// them.
class StoredLog final : public backend::TransactionObserver {
public:
    explicit StoredLog(const backend::Connection& connection) noexcept : connection_(connection) {}

    void set(detail::Row& row, bool stored);

    void committed(std::size_t depth) override;
    void rolled_back(std::size_t depth) override;

private:
    struct Entry {
        Object object;
        bool before;
        std::size_t depth;
    };
    void drop_unseen();

    const backend::Connection& connection_;
    std::vector<Entry> entries_;  // in order of time, and so of depth
    std::size_t most_entries_ = fewest_entries;
    static constexpr std::size_t fewest_entries = 1'000;
};

}  // namespace gm2m
