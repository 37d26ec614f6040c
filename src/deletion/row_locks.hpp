#pragma once

#include <array>
#include <list>
#include <memory_resource>

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// Locks rows that go, by one key, or by a list of them; and finds the keys of those that are there. A row that
/// somebody else deletes while it is waited for is not, even if another has its key by then: that one is not locked.
class RowLock final : public backend::ResultSink {
public:
    /// `sql` outlives this.
    RowLock(const Model& model, const std::string& sql, backend::ValueList keys)
        : model_(model),
          sql_(sql),
          keys_(std::move(keys)),
          found_(keys_.kind()),
          parameters_{keys_.size() == 1 ? backend::Parameter(keys_.kind(), keys_[0]) : backend::Parameter(keys_)},
          kinds_{keys_.kind()} {}
    RowLock(const RowLock&) = delete;
    RowLock& operator=(const RowLock&) = delete;

    /// Lives as long as this.
    backend::Request request() {
        return {.sql = &sql_, .parameters = parameters_, .columns = kinds_, .sink = this, .plan_by_lists = true};
    }
    void row(std::span<const ValueView> cells) override { found_.push(cells[0]); }

    const Model& model() const noexcept { return model_; }
    const backend::ValueList& found() const noexcept { return found_; }

private:
    const Model& model_;
    const std::string& sql_;
    backend::ValueList keys_, found_;
    std::array<backend::Parameter, 1> parameters_;
    std::array<Kind, 1> kinds_;
};

/// What locks the rows, in the order in which whoever makes links locks them, as far as they have one: sources before
/// what is a target alone, models by content type, and rows by key. None where rows are not locked. May ask for the
/// content types.
std::list<RowLock> row_locks(Context& context, const std::pmr::list<Going>& objects);

void run(Context& context, std::list<RowLock>& locks);

}  // namespace gm2m::deletion
