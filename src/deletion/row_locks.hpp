#pragma once

#include <array>
#include <deque>

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// Locks rows that go: by one key, or by a list of them.
class RowLock {
public:
    RowLock(std::string sql, backend::ValueList keys)
        : sql_(std::move(sql)),
          keys_(std::move(keys)),
          parameters_{keys_.size() == 1 ? backend::Parameter(keys_.kind(), keys_[0]) : backend::Parameter(keys_)} {}
    RowLock(const RowLock&) = delete;
    RowLock& operator=(const RowLock&) = delete;

    /// Lives as long as this.
    backend::Request request() const { return {.sql = &sql_, .parameters = parameters_}; }

private:
    std::string sql_;
    backend::ValueList keys_;
    std::array<backend::Parameter, 1> parameters_;
};

/// " ORDER BY" the key, in an order that all callers share.
std::string in_key_order(const backend::Dialect& dialect, const Field& key);

/// What locks the rows, in the order in which whoever makes links locks them, as far as they have one: sources before
/// what is a target alone, models by content type, and rows by key. None where rows are not locked. May ask for the
/// content types.
std::deque<RowLock> row_locks(Context& context, const std::deque<Going>& objects);

}  // namespace gm2m::deletion
