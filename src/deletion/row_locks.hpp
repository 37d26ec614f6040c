#pragma once

#include <array>
#include <list>

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// Locks rows that go: by one key, or by a list of them.
class RowLock {
public:
    /// `sql` outlives this.
    RowLock(const std::string& sql, backend::ValueList keys)
        : sql_(sql),
          keys_(std::move(keys)),
          parameters_{keys_.size() == 1 ? backend::Parameter(keys_.kind(), keys_[0]) : backend::Parameter(keys_)} {}
    RowLock(const RowLock&) = delete;
    RowLock& operator=(const RowLock&) = delete;

    /// Lives as long as this.
    backend::Request request() const { return {.sql = &sql_, .parameters = parameters_}; }

private:
    const std::string& sql_;
    backend::ValueList keys_;
    std::array<backend::Parameter, 1> parameters_;
};

/// What locks the rows, in the order in which whoever makes links locks them, as far as they have one: sources before
/// what is a target alone, models by content type, and rows by key. None where rows are not locked. May ask for the
/// content types.
std::list<RowLock> row_locks(Context& context, const std::list<Going>& objects);

}  // namespace gm2m::deletion
