#pragma once

#include "backend/connection.hpp"
#include "backend/fifo.hpp"
#include "backend/postgresql/binary_format.hpp"
#include "backend/statement_cache.hpp"

struct pg_conn;
struct pg_result;

namespace gm2m::backend {

/// The port on libpq. Borrows the connection of a session, which outlives it.
class PostgresqlConnection final : public Connection {
public:
    explicit PostgresqlConnection(pg_conn* connection);

    const Dialect& dialect() const noexcept override { return postgresql_dialect(); }
    bool is_usable() const noexcept override;

protected:
    void run(std::span<Request> requests, bool atomic) override;
    void run_plain(const std::string& sql) override;
    bool engine_in_transaction() const override;
    bool engine_has_failed() const override;
    const char* begin_statement(Access access) const noexcept override {
        return access == Access::write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    }

private:
    class Pipeline;
    enum class Answer { preparation, execution, unprepared_execution, deallocation };
    /// What the server is to answer next.
    struct Expected {
        Answer answer;
        const std::string* sql;
    };
    /// An execution whose results are still to be read.
    struct Sent {
        Request* request;
        std::size_t row;
        Report* report;
        bool last;
    };

    void read_rows(const pg_result* result, Request& request);
    void find_columns(const pg_result* result, const Request& request);
    /// Into `cells_`, but for those that hold lists.
    void read_cells(const pg_result* result, int row);
    /// Gives the sink a row for each element of the lists.
    void read_lists(const pg_result* result, int row, const Request& request);

    pg_conn* connection_;
    StatementCache<std::string> statements_;  // the names of prepared statements
    std::vector<std::string> unused_;  // prepared statements to be deallocated with the next pipeline
    std::uint64_t next_name_ = 0;
    BinaryParameters parameters_;
    Fifo<Expected> expected_;
    Fifo<Sent> sent_;
    std::vector<Parameter> row_;
    std::vector<BinaryColumn> columns_;  // of the execution whose rows are read, but for its lists
    std::vector<BinaryList> lists_;
    std::vector<ValueView> cells_;
};

}  // namespace gm2m::backend
