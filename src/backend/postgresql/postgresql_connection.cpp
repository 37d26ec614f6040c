#include "backend/postgresql/postgresql_connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "backend/postgresql/postgresql_error.hpp"

namespace gm2m::backend {
namespace {

constexpr std::size_t cached_statements = 256;
/// The plan that a prepared statement gets in the end is made for lists of ten: of a table that is small, or was never
/// analyzed, it reads all rows and compares each with all of the list, of which it makes no hash table; of a large one
/// it takes many rows in the order of an index, and not of the pages. For lists up to this length that takes less time
/// than to plan anew, or little more.
constexpr std::size_t short_list = 256;
/// Executions of a row-by-row statement that are sent before their results are read: bounds the memory for both.
constexpr std::size_t executions_at_once = 256;

// SQLSTATEs.
constexpr std::string_view feature_not_supported = "0A000";  // "cached plan must not change result type"
constexpr std::string_view no_such_statement = "26000";

struct ClearResult {
    void operator()(pg_result* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<pg_result, ClearResult>;

/// Keeps notices ("relation exists, skipping") off the program's standard error.
class Silence {
public:
    explicit Silence(pg_conn* connection)
        : connection_(connection), previous_(PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr)) {}
    ~Silence() { PQsetNoticeProcessor(connection_, previous_, nullptr); }

private:
    pg_conn* connection_;
    PQnoticeProcessor previous_;
};

/// How many rows the execution has returned or changed whose last result this is.
std::size_t rows_of(const pg_result* last) {
    const char* affected = PQcmdTuples(const_cast<pg_result*>(last));
    return *affected ? std::strtoull(affected, nullptr, 10) : static_cast<std::size_t>(PQntuples(last));
}

}  // namespace

/// One pipeline, from entering the mode to the last result. Whatever happens, the connection leaves the mode with
/// nothing under way, so that the session's owner can go on using it.
class PostgresqlConnection::Pipeline {
public:
    explicit Pipeline(PostgresqlConnection& connection)
        : connection_(connection), pg_(connection.connection_), expected_(connection.expected_) {
        expected_.clear();
        if (!PQenterPipelineMode(pg_))
            throw_postgresql_error(pg_, nullptr, "");
    }
    ~Pipeline() {
        if (!finished_)
            drain();
        for (const Expected& missing : expected_)
            if (missing.answer == Answer::preparation)
                connection_.statements_.erase(*missing.sql);  // the server never came to it
        PQexitPipelineMode(pg_);
    }
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// Drops the prepared statements that are used no more. Not before a BEGIN, which sets an isolation level.
    void deallocate() {
        for (const std::string& name : connection_.unused_)
            if (PQsendQueryParams(pg_, ("DEALLOCATE " + name).c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0))
                expected_.push_back({Answer::deallocation, nullptr});
        connection_.unused_.clear();
    }
    /// The request outlives the pipeline; `bound` are the parameters of one execution.
    void send(const Request& request, std::span<const Parameter> bound) {
        const std::string& sql = *request.sql;
        BinaryParameters& parameters = connection_.parameters_;
        parameters.encode(bound);
        const bool plans_anew = request.plan_by_lists && std::ranges::any_of(bound, [](const Parameter& each) {
            return each.list && each.list->size() > short_list;
        });
        if (plans_anew)
            require(PQsendQueryParams(pg_, sql.c_str(), parameters.count(), parameters.types(), parameters.values(),
                                      parameters.lengths(), parameters.formats(), 1),
                    sql);
        else
            require(PQsendQueryPrepared(pg_, prepare(sql, parameters).c_str(), parameters.count(), parameters.values(),
                                        parameters.lengths(), parameters.formats(), 1),
                    sql);
        expected_.push_back({plans_anew ? Answer::unprepared_execution : Answer::execution, &sql});
    }
    /// Asks the server to answer what was sent so far, without ending the transaction.
    void flush() { require(PQsendFlushRequest(pg_), ""); }
    void sync() {
        require(PQpipelineSync(pg_), "");
        synced_ = true;
    }

    /// Calls `take` with each result of the next execution that send() sent, and with whether it is the last: there is
    /// one, or one for each row and one at the end.
    template <class Take>
    void receive(bool row_by_row, Take&& take) {
        while (!is_execution(expected_.front().answer))
            receive_next([](const pg_result*, bool) {});
        // Only of the execution whose results come next, which it is as soon as those before have been read.
        if (row_by_row)
            PQsetSingleRowMode(pg_);
        receive_next(take);
    }
    /// Reads the answer to sync(): only then has an implicit transaction committed.
    void finish(const std::string& sql) {
        Result result(PQgetResult(pg_));
        if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC)
            throw_postgresql_error(pg_, result.get(), sql);  // as a deferred constraint does
        finished_ = true;
    }

private:
    static bool is_execution(Answer answer) {
        return answer == Answer::execution || answer == Answer::unprepared_execution;
    }

    void require(int sent, std::string_view sql) {
        if (!sent)
            throw_postgresql_error(pg_, nullptr, sql);
    }

    template <class Take>
    void receive_next(Take&& take) {
        const Expected expected = expected_.front();
        Result result(PQgetResult(pg_));
        do {
            const ExecStatusType status = PQresultStatus(result.get());
            if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_SINGLE_TUPLE)
                fail(expected, result.get());
            take(result.get(), status != PGRES_SINGLE_TUPLE);
            result.reset(PQgetResult(pg_));
        } while (result);
        expected_.pop_front();
    }

    const std::string& prepare(const std::string& sql, const BinaryParameters& parameters) {
        if (const std::string* name = connection_.statements_.find(sql))
            return *name;
        const std::string name = fmt::format("gm2m_{}", ++connection_.next_name_);
        require(PQsendPrepare(pg_, name.c_str(), sql.c_str(), parameters.count(), parameters.types()), sql);
        expected_.push_back({Answer::preparation, &sql});
        return connection_.statements_.insert(
            sql, name, [&](std::string& displaced) { connection_.unused_.push_back(std::move(displaced)); });
    }

    [[noreturn]] void fail(const Expected& expected, const pg_result* result) {
        static const std::string none;
        const std::string& sql = expected.sql ? *expected.sql : none;
        try {
            throw_postgresql_error(pg_, result, sql);
        } catch (const DatabaseError& error) {
            if (expected.answer == Answer::execution && is_unusable(error))
                forget(sql, error);
            throw;
        }
    }

    /// Whether the statement is to be prepared anew: its plan no longer fits the table, or somebody deallocated it.
    static bool is_unusable(const DatabaseError& error) {
        return (error.code() == feature_not_supported && error.retryable()) || error.code() == no_such_statement;
    }
    void forget(const std::string& sql, const DatabaseError& error) {
        const std::string* name = connection_.statements_.find(sql);
        if (name && error.code() != no_such_statement)
            connection_.unused_.push_back(*name);
        connection_.statements_.erase(sql);
    }

    void drain() noexcept {
        if (!synced_ && !PQpipelineSync(pg_))
            return;
        for (int nulls = 0; nulls < 3 && PQstatus(pg_) != CONNECTION_BAD;) {
            const Result result(PQgetResult(pg_));
            if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC)
                return;
            nulls = result ? 0 : nulls + 1;
        }
    }

    PostgresqlConnection& connection_;
    pg_conn* pg_;
    Fifo<Expected>& expected_;
    bool synced_ = false;
    bool finished_ = false;
};

PostgresqlConnection::PostgresqlConnection(pg_conn* connection)
    : connection_(connection), statements_(cached_statements) {}

bool PostgresqlConnection::is_usable() const noexcept {
    return PQstatus(connection_) == CONNECTION_OK;
}

bool PostgresqlConnection::engine_in_transaction() const {
    const PGTransactionStatusType status = PQtransactionStatus(connection_);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

bool PostgresqlConnection::engine_has_failed() const {
    return PQtransactionStatus(connection_) == PQTRANS_INERROR;
}

void PostgresqlConnection::run_plain(const std::string& sql) {
    const Silence silence(connection_);
    const Result result(PQexec(connection_, sql.c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw_postgresql_error(connection_, result.get(), sql);
}

// What goes out before one Sync is one transaction, so that `atomic` costs nothing.
void PostgresqlConnection::run(std::span<Request> requests, bool) {
    next_round_trip();
    std::vector<Report> reports;
    reports.reserve(requests.size());
    Pipeline pipeline(*this);
    bool is_to_deallocate = true;

    sent_.clear();  // what failed may have left some
    const auto read_sent = [&] {
        for (; !sent_.empty(); sent_.pop_front()) {
            const auto& [request, row, report, last] = sent_.front();
            std::size_t affected = 0;
            columns_.clear();
            lists_.clear();
            pipeline.receive(request->row_by_row, [&](const pg_result* result, bool is_last) {
                read_rows(result, *request);
                if (is_last)
                    affected = rows_of(result);
            });
            request->affected += affected;
            if (request->source && request->sink)
                request->sink->executed(row, affected);
            if (last) {
                report->rows(request->affected, row + 1);
                report->done();
            }
        }
    };

    for (Request& request : requests) {
        request.affected = 0;
        Report& report = reports.emplace_back(*this, *request.sql, request.is_transaction_control);
        const std::size_t executions = request.source ? request.source->rows() : 1;
        row_.assign(request.parameters.begin(), request.parameters.end());
        row_.resize(request.parameters.size() + request.parameters_per_row);
        for (std::size_t row = 0; row < executions; ++row) {
            if (sent_.size() >= executions_at_once) {
                pipeline.flush();
                read_sent();
            }
            if (request.source)
                request.source->bind(row, std::span(row_).subspan(request.parameters.size()));
            if (is_to_deallocate && !request.is_transaction_control) {
                pipeline.deallocate();
                is_to_deallocate = false;
            }
            pipeline.send(request, row_);
            sent_.push_back({&request, row, &report, row + 1 == executions});
        }
    }
    pipeline.sync();
    read_sent();
    pipeline.finish(*requests.back().sql);
}

void PostgresqlConnection::read_rows(const pg_result* result, Request& request) {
    const int rows = PQntuples(result);
    if (request.sink && rows > 0) {
        if (columns_.empty())
            find_columns(result, request);
        if (rows > 1 && lists_.empty())
            request.sink->expect(static_cast<std::size_t>(rows));
        for (int row = 0; row < rows; ++row) {
            read_cells(result, row);
            if (lists_.empty())
                request.sink->row(cells_);
            else
                read_lists(result, row, request);
        }
    }
}

void PostgresqlConnection::read_cells(const pg_result* result, int row) {
    ValueView* cell = cells_.data();
    int i = 0;
    for (BinaryColumn& column : columns_) {
        const int size = PQgetlength(result, row, i);
        if (size == 0 && PQgetisnull(result, row, i))
            *cell = {};
        else
            column.decode(PQgetvalue(result, row, i), static_cast<std::size_t>(size), *cell);
        ++cell;
        ++i;
    }
}

void PostgresqlConnection::read_lists(const pg_result* result, int row, const Request& request) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        const int column = static_cast<int>(columns_.size() + i);
        length = lists_[i].begin(PQgetvalue(result, row, column));
    }
    ValueView* const elements = cells_.data() + columns_.size();
    for (std::size_t n = 0; n < length; ++n) {
        for (std::size_t i = 0; i < lists_.size(); ++i)
            lists_[i].next(elements[i]);
        request.sink->row(cells_);
    }
}

void PostgresqlConnection::find_columns(const pg_result* result, const Request& request) {
    const std::size_t all = request.columns.size(), single = all - request.lists;
    columns_.reserve(single);
    for (std::size_t i = 0; i < single; ++i)
        columns_.emplace_back(PQftype(result, static_cast<int>(i)), request.columns[i],
                              PQfname(result, static_cast<int>(i)));
    for (std::size_t i = single; i < all; ++i)
        lists_.emplace_back(request.columns[i], PQfname(result, static_cast<int>(i)));
    cells_.resize(all);
}

}  // namespace gm2m::backend
