#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gm2m/error.hpp>
#include <gm2m/statement_listener.hpp>
#include <gm2m/value.hpp>

#include "backend/dialect.hpp"
#include "backend/value_list.hpp"

namespace gm2m::backend {

/// A bound value, or a list of them in one parameter.
struct Parameter {
    Kind kind = Kind::text;
    ValueView value;
    const ValueList* list = nullptr;

    Parameter() = default;
    Parameter(Kind of, ValueView bound) : kind(of), value(bound) {}
    Parameter(const ValueList& bound) : kind(bound.kind()), list(&bound) {}
    /// Views into `bound`.
    explicit Parameter(const Value& bound) : kind(bound.kind()), value(bound.view()) {}
    static Parameter text(std::string_view bound) { return {Kind::text, ValueView::of_text(bound)}; }
    static Parameter integer(std::int64_t bound) { return {Kind::integer, ValueView::of_integer(bound)}; }
};

/// What becomes of a statement's results. Called while the statement runs: it must not use the connection, nor change a
/// list that is a parameter of the statement.
class ResultSink {
public:
    /// So many rows follow, where that is known before.
    virtual void expect(std::size_t) {}
    /// One row; the cells are valid during the call and have the forms of the request's `columns`.
    virtual void row(std::span<const ValueView> cells) = 0;
    /// The n-th execution of a row-by-row statement is over and changed `affected` rows.
    virtual void executed(std::size_t, std::size_t) {}

protected:
    ~ResultSink() = default;
};

/// A ResultSink from a function.
template <class F>
class RowSink final : public ResultSink {
public:
    explicit RowSink(F function) : function_(std::move(function)) {}
    void row(std::span<const ValueView> cells) override { function_(cells); }

private:
    F function_;
};

/// The parameters of a statement that is executed once per row.
class RowSource {
public:
    /// Asked before each execution where statements cost no round trip: rows may come up from the results of those
    /// before.
    virtual std::size_t rows() const = 0;
    /// Fills the parameters of row `row`; what they refer to lives until the next call.
    virtual void bind(std::size_t row, std::span<Parameter> parameters) = 0;
    /// What the columns that come back mean to the execution for row `row`, if not the request's: the first ones alone
    /// are read. Only where statements cost no round trip.
    virtual std::optional<std::span<const Kind>> columns(std::size_t) const { return std::nullopt; }

protected:
    ~RowSource() = default;
};

/// One statement to run. What it refers to outlives the call.
struct Request {
    /// Outlives the connection's use of it as a cache key: the text is compared, not the address.
    const std::string* sql = nullptr;
    std::span<const Parameter> parameters = {};
    /// The kinds of the columns that come back.
    std::span<const Kind> columns = {};
    ResultSink* sink = nullptr;
    /// Gives the rows to the sink as they come, also of a statement that fails later: takes more time for each, but no
    /// memory for all of them.
    bool row_by_row = false;
    /// The last so many columns hold lists, as Dialect::list_of() makes them, of equal length: the sink gets a row for
    /// each of their elements. `columns` has the elements' kinds. Only where Dialect::writes_row_by_row() is false.
    std::size_t lists = 0;
    /// Where the engine keeps plans: make one for this execution, as the best one depends on how long the lists are. It
    /// takes time for each of their values and each common value of the column that they are compared with.
    bool plan_by_lists = false;
    /// Executes the statement once per row, with `parameters_per_row` parameters of the row's after `parameters`, which
    /// stay the same.
    RowSource* source = nullptr;
    std::size_t parameters_per_row = 0;
    /// For the listener: it begins a transaction.
    bool is_transaction_control = false;

    /// Out: rows changed by an INSERT, UPDATE or DELETE, or rows returned.
    std::size_t affected = 0;
};

enum class Access { read, write };

/// Is told when transactions end; what it learned inside one may have to be forgotten. Depth counts from 1.
class TransactionObserver {
public:
    virtual void committed(std::size_t depth) = 0;
    virtual void rolled_back(std::size_t depth) = 0;

protected:
    ~TransactionObserver() = default;
};

/// The port: one connection to one database, whatever the engine. Used by one thread at a time. Errors of the engine
/// come out as the DatabaseErrors of error.hpp, translated in one function per engine.
class Connection {
public:
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    virtual const Dialect& dialect() const noexcept = 0;
    /// Whether the connection is still there, as far as is known without asking.
    virtual bool is_usable() const noexcept = 0;

    /// Runs the statements in order, in one round trip where there are round trips. With Access::write either all of
    /// them take effect or none does: by a transaction of their own, or as part of the one that is open.
    void execute(std::span<Request> requests, Access access);
    void execute(Request& request, Access access) { execute(std::span(&request, 1), access); }
    /// A statement without parameters or results, such as DDL.
    void execute(std::string_view sql);
    /// Where rows are not locked, a transaction that was begun here has the whole database; one that somebody else has
    /// begun may still have to wait for a writer, and has to before it reads: afterwards it is let wait for nobody, and
    /// cannot write. Changes nothing in the table, whose name is not quoted.
    void lock_database(std::string_view table);

    /// Begins a transaction, or a savepoint inside one (also inside one that somebody else began on this session). With
    /// Access::read a transaction waits for no writer, and all its statements see the database in one state; a
    /// savepoint is part of what it is in. Where there are round trips BEGIN goes along with the first statement that
    /// has results or parameters, and an error of it comes with that one's; ahead of another one, or of a savepoint, it
    /// goes by itself. A transaction of no statements is none for the engine.
    void begin(Access access = Access::write);
    void commit();
    /// Never throws for a transaction that is gone already.
    void rollback();
    /// How many transactions are begun here; 0 outside.
    std::size_t depth() const noexcept { return frames_.size(); }
    /// From now on somebody else may run statements on the session too: each transaction begins at once.
    void lend();
    /// Names the innermost of them, for as long as it is open; 0 outside. No other ever has that name.
    std::uint64_t transaction() const noexcept { return frames_.empty() ? 0 : frames_.back().name; }
    bool is_open(std::uint64_t transaction) const noexcept {
        return std::ranges::find(frames_, transaction, &Frame::name) != frames_.end();
    }
    /// Whether somebody else began the transaction that is open on this session.
    bool in_foreign_transaction() const { return frames_.empty() ? engine_in_transaction() : foreign_; }

    void listen(StatementListener listener) { listener_ = std::move(listener); }
    void observe(TransactionObserver& observer) { observers_.push_back(&observer); }
    void forget(TransactionObserver& observer) { std::erase(observers_, &observer); }

protected:
    Connection() = default;

    /// Runs the statements; `access` and `atomic` say whether they need a transaction around them.
    virtual void run(std::span<Request> requests, bool atomic) = 0;
    /// Runs a statement that begins or ends a transaction, or has no parameters; not prepared.
    virtual void run_plain(const std::string& sql) = 0;
    virtual bool engine_in_transaction() const = 0;
    /// Whether the engine would answer COMMIT with ROLLBACK.
    virtual bool engine_has_failed() const { return false; }
    virtual const char* begin_statement(Access access) const noexcept = 0;

    /// For the engines: measures and reports one statement. Costs nothing while nobody listens.
    class Report {
    public:
        Report(Connection& connection, const std::string& sql, bool transaction_control = false);
        Report(Report&& other) noexcept;
        void rows(std::size_t count, std::size_t executions = 1) noexcept;
        /// Reports now; otherwise the destructor reports a failure.
        void done();
        ~Report();

    private:
        void send(bool failed) noexcept;

        Connection* connection_;  // null if nobody listens, or once reported
        const std::string* sql_ = nullptr;
        std::chrono::steady_clock::time_point start_;
        std::size_t rows_ = 0;
        std::size_t executions_ = 1;
        bool transaction_control_ = false;
    };
    void next_round_trip() noexcept { ++round_trip_; }

private:
    struct Frame {
        bool savepoint;
        bool failed;
        std::uint64_t name;
    };

    void control(const std::string& sql);
    void begin_now();
    void run_after_begin(std::span<Request> requests);
    void require_healthy(std::string_view sql) const;

    std::vector<Frame> frames_;
    bool foreign_ = false;
    bool is_lent_ = false;
    std::string begin_;  // what begins the outermost transaction
    bool begin_is_due_ = false;
    StatementListener listener_;
    std::vector<TransactionObserver*> observers_;
    std::uint64_t round_trip_ = 0;
    std::uint64_t last_transaction_ = 0;
};

/// Runs `work` in a transaction of the connection.
template <class F>
auto in_transaction(Connection& connection, F&& work, Access access = Access::write) {
    connection.begin(access);
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            connection.commit();
        } else {
            auto result = work();
            connection.commit();
            return result;
        }
    } catch (...) {
        connection.rollback();
        throw;
    }
}

}  // namespace gm2m::backend
