#pragma once

#include <memory>

#include "backend/connection.hpp"

namespace gm2m::test {

enum class Fault {
    error,          ///< a statement fails, and a new attempt would too
    busy,           ///< another connection holds a lock for too long
    serialization,  ///< another transaction is in the way
    lost,           ///< the connection is lost
    lost_after,     ///< the statement takes effect, but the connection is lost before the answer comes
};

/// A connection that fails after some statements, COMMIT and its like among them, as an engine does: what is under way
/// is undone.
class FaultyConnection final : public backend::Connection {
public:
    explicit FaultyConnection(std::unique_ptr<backend::Connection> inner) : inner_(std::move(inner)) {}

    /// The next fault: the statement after `statements` others fails.
    void arm(Fault fault, std::size_t statements) {
        fault_ = fault;
        left_ = statements;
        armed_ = true;
    }
    /// Whether the fault is still to come; it is not any more.
    bool disarm() { return std::exchange(armed_, false); }

    const backend::Dialect& dialect() const noexcept override { return inner_->dialect(); }
    bool is_usable() const noexcept override { return !lost_ && inner_->is_usable(); }

private:
    void run(std::span<backend::Request> requests, bool atomic) override {
        require_connected(*requests.front().sql);
        if (!armed_ || left_ >= requests.size()) {
            left_ -= armed_ ? requests.size() : 0;
            return inner_->execute(requests, access(atomic));
        }
        if (fault_ == Fault::lost_after) {
            inner_->execute(requests, access(atomic));
        } else if (left_ > 0) {
            // What has been done before, to be undone.
            const bool alone = atomic && !engine_in_transaction();  // never after a BEGIN
            if (alone)
                inner_->begin();
            inner_->execute(requests.first(left_), access(atomic));
            if (alone)
                inner_->rollback();
        }
        fail(*requests.front().sql);
    }
    void run_plain(const std::string& sql) override {
        require_connected(sql);
        // To roll back, and then to release the savepoint, fails for no other reason than a lost connection.
        const bool rolls_back = sql.starts_with("ROLLBACK");
        const bool undoes = rolls_back || (rolled_back_ && sql.starts_with("RELEASE"));
        const bool may_fail = !undoes || fault_ == Fault::lost || fault_ == Fault::lost_after;
        rolled_back_ = rolls_back;
        if (armed_ && left_ == 0 && may_fail) {
            if (fault_ == Fault::lost_after)
                inner_->execute(sql);
            fail(sql);
        }
        left_ -= armed_ && left_ > 0 ? 1 : 0;
        inner_->execute(sql);
    }
    bool engine_in_transaction() const override { return inner_->in_foreign_transaction(); }
    const char* begin_statement(backend::Access access) const noexcept override {
        return dialect().locks_rows() || access == backend::Access::read ? "BEGIN" : "BEGIN IMMEDIATE";
    }

    void require_connected(const std::string& sql) const {
        if (lost_)
            throw ConnectionError("the connection is lost", "08006", sql, true);
    }
    static backend::Access access(bool atomic) { return atomic ? backend::Access::write : backend::Access::read; }

    [[noreturn]] void fail(const std::string& sql) {
        armed_ = false;
        switch (fault_) {
            case Fault::error: throw DatabaseError("injected", "XX000", sql);
            case Fault::busy: throw Busy("injected", "SQLITE_BUSY", sql, true);
            case Fault::serialization: throw SerializationFailure("injected", "40001", sql, true);
            default: break;
        }
        if (engine_in_transaction())
            inner_->execute("ROLLBACK");  // as the server does when nobody is there any more
        lost_ = true;
        throw ConnectionError("injected", "08006", sql, true);
    }

    std::unique_ptr<backend::Connection> inner_;
    Fault fault_{};
    std::size_t left_ = 0;
    bool armed_ = false;
    bool lost_ = false;
    bool rolled_back_ = false;  // by the statement before
};

}  // namespace gm2m::test
