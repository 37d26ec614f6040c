#include "backend/connection.hpp"

#include <utility>

#include <fmt/format.h>

namespace gm2m::backend {

void Connection::execute(std::span<Request> requests, Access access) {
    if (requests.empty())
        return;
    require_healthy(*requests.front().sql);
    std::size_t executions = 0;
    for (const Request& request : requests)
        executions += request.source ? request.source->rows() : 1;
    try {
        if (begin_is_due_)
            run_after_begin(requests);
        else
            run(requests, access == Access::write && executions > 1);
    } catch (const DatabaseError&) {
        if (!frames_.empty())
            frames_.back().failed = true;
        throw;
    }
}

void Connection::run_after_begin(std::span<Request> requests) {
    std::vector<Request> all{{.sql = &begin_, .is_transaction_control = true}};
    all.insert(all.end(), requests.begin(), requests.end());
    begin_is_due_ = false;
    try {
        run(all, false);
    } catch (...) {
        frames_.back().failed |= !engine_in_transaction();  // nothing is to run outside of it
        throw;
    }
    for (std::size_t i = 0; i < requests.size(); ++i)
        requests[i].affected = all[i + 1].affected;
}

void Connection::execute(std::string_view sql) {
    const std::string text(sql);
    require_healthy(text);
    begin_now();
    next_round_trip();
    Report report(*this, text);
    try {
        run_plain(text);
    } catch (const DatabaseError&) {
        if (!frames_.empty())
            frames_.back().failed = true;
        throw;
    }
    report.done();
}

void Connection::lock_database(std::string_view table) {
    if (!dialect().locks_rows() && in_foreign_transaction())
        execute(fmt::format("DELETE FROM {} WHERE 0", dialect().table(table)));
}

void Connection::require_healthy(std::string_view sql) const {
    if (frames_.empty() || !frames_.back().failed)
        return;
    if (!is_usable())
        throw ConnectionError("the connection was lost in the middle of this transaction", "", std::string(sql), true);
    throw TransactionAborted(
            "a statement of this transaction has failed, so that it can only be rolled back; nest a "
            "gm2m::Transaction around work that may fail",
            "", std::string(sql));
}

void Connection::control(const std::string& sql) {
    next_round_trip();
    Report report(*this, sql, true);
    run_plain(sql);
    report.done();
}

void Connection::begin_now() {
    if (!begin_is_due_)
        return;
    begin_is_due_ = false;
    try {
        control(begin_);
    } catch (const DatabaseError&) {
        frames_.back().failed = true;
        throw;
    }
}

void Connection::lend() {
    is_lent_ = true;
    begin_now();
    if (!frames_.empty() && !engine_in_transaction())
        require_healthy(begin_);  // that it could not begin was said, but not to whoever comes now
}

void Connection::begin(Access access) {
    if (frames_.empty())
        foreign_ = engine_in_transaction();
    else
        require_healthy("SAVEPOINT");
    const bool savepoint = foreign_ || !frames_.empty();
    frames_.reserve(frames_.size() + 1);
    begin_now();
    if (savepoint) {
        control(fmt::format("SAVEPOINT gm2m_{}", frames_.size() + 1));
    } else {
        begin_ = begin_statement(access);
        begin_is_due_ = !is_lent_ && is_usable() && !dialect().writes_row_by_row();
        if (!begin_is_due_)
            control(begin_);
    }
    frames_.push_back({savepoint, false, ++last_transaction_});
}

void Connection::commit() {
    // Whoever reads results may have thrown before the error of a later statement came.
    if (!frames_.empty() && !begin_is_due_ && engine_has_failed())
        frames_.back().failed = true;
    require_healthy("COMMIT");
    const std::size_t depth = frames_.size();
    try {
        if (!std::exchange(begin_is_due_, false))
            control(frames_.back().savepoint ? fmt::format("RELEASE SAVEPOINT gm2m_{}", depth) : "COMMIT");
    } catch (const DatabaseError&) {
        frames_.back().failed = true;
        throw;
    }
    frames_.pop_back();
    for (TransactionObserver* observer : observers_)
        observer->committed(depth);
}

void Connection::rollback() {
    if (frames_.empty())
        return;  // the lease that it was part of has ended before it
    const std::size_t depth = frames_.size();
    const bool savepoint = frames_.back().savepoint;
    frames_.pop_back();
    for (TransactionObserver* observer : observers_)
        observer->rolled_back(depth);
    if (std::exchange(begin_is_due_, false))
        return;
    if (!is_usable() || !engine_in_transaction()) {
        // The server is gone, or the engine has rolled back everything by itself (a full disk): nothing is left to
        // undo, and nothing outside this transaction's savepoint to go on with either.
        for (Frame& frame : frames_)
            frame.failed = true;
        return;
    }
    try {
        if (savepoint) {
            control(fmt::format("ROLLBACK TO SAVEPOINT gm2m_{}", depth));
            control(fmt::format("RELEASE SAVEPOINT gm2m_{}", depth));
        } else {
            control("ROLLBACK");
        }
    } catch (const DatabaseError&) {
        if (!frames_.empty())
            frames_.back().failed = true;  // the outer transaction holds what could not be undone
    }
}

Connection::Report::Report(Connection& connection, const std::string& sql, bool transaction_control)
    : connection_(connection.listener_ ? &connection : nullptr) {
    if (connection_) {
        sql_ = &sql;
        transaction_control_ = transaction_control;
        start_ = std::chrono::steady_clock::now();
    }
}

Connection::Report::Report(Report&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      sql_(other.sql_),
      start_(other.start_),
      rows_(other.rows_),
      executions_(other.executions_),
      transaction_control_(other.transaction_control_) {}

void Connection::Report::rows(std::size_t count, std::size_t executions) noexcept {
    rows_ = count;
    executions_ = executions;
}

void Connection::Report::done() {
    send(false);
}

Connection::Report::~Report() {
    send(true);
}

void Connection::Report::send(bool failed) noexcept {
    if (!connection_)
        return;
    connection_->listener_({*sql_, std::chrono::steady_clock::now() - start_, rows_, executions_,
                            connection_->round_trip_, transaction_control_, failed});
    connection_ = nullptr;
}

}  // namespace gm2m::backend
