#include <libpq-fe.h>

#include <stdexcept>
#include <vector>

#include "loader.hpp"

namespace benchmark {
namespace {

constexpr std::size_t bytes_at_once = 1 << 16;

/// What makes the keys, constraints and indexes of the join table, after what drops them: indexes of constraints go and
/// come with those; a foreign key is checked last.
constexpr char constraints_and_indexes_sql[] =
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),"
    " format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)), contype = "
    "'f'"
    " FROM pg_constraint WHERE conrelid = 'cinema_user_preferred_videos'::regclass AND contype IN ('p', 'u', 'f')"
    " UNION ALL "
    "SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), false FROM pg_index AS i"
    " WHERE indrelid = 'cinema_user_preferred_videos'::regclass"
    " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) "
    "ORDER BY 3";

/// COPY: rows of tab-separated text, in which nothing of ours has to be escaped.
class PostgresqlLoader final : public Loader {
public:
    explicit PostgresqlLoader(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
        execute("BEGIN");
        PGresult* result = PQexec(connection_, constraints_and_indexes_sql);
        for (int row = 0; row < PQntuples(result); ++row) {
            drop_.emplace_back(PQgetvalue(result, row, 0));
            create_.emplace_back(PQgetvalue(result, row, 1));
        }
        PQclear(result);
        for (const std::string& sql : drop_)
            execute(sql);
    }
    ~PostgresqlLoader() override { PQfinish(connection_); }

    void begin(const std::string& table, const std::string& columns) override {
        execute("COPY " + table + " (" + columns + ") FROM STDIN");
    }
    void row(std::int64_t id, std::string_view text) override {
        buffer_ += std::to_string(id);
        buffer_ += '\t';
        end_line(text);
    }
    void link(std::int64_t user, int content_type, std::string_view key) override {
        buffer_ += std::to_string(user);
        buffer_ += '\t';
        buffer_ += std::to_string(content_type);
        buffer_ += '\t';
        end_line(key);
    }
    void end() override {
        send();
        require(PQputCopyEnd(connection_, nullptr) == 1);
        while (PGresult* result = PQgetResult(connection_)) {
            const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
            PQclear(result);
            require(good);
        }
    }
    void finish() override {
        for (const std::string& sql : create_)
            execute(sql);
        execute("COMMIT");
    }

private:
    void end_line(std::string_view text) {
        buffer_ += text;
        buffer_ += '\n';
        if (buffer_.size() > bytes_at_once)
            send();
    }
    void send() {
        require(PQputCopyData(connection_, buffer_.data(), static_cast<int>(buffer_.size())) == 1);
        buffer_.clear();
    }
    void execute(const std::string& sql) {
        PGresult* result = PQexec(connection_, sql.c_str());
        const ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        require(status == PGRES_COMMAND_OK || status == PGRES_COPY_IN);
    }
    void require(bool good) {
        if (!good)
            throw std::runtime_error(PQerrorMessage(connection_));
    }

    PGconn* connection_;
    std::vector<std::string> drop_, create_;
    std::string buffer_;
};

}  // namespace

std::unique_ptr<Loader> make_postgresql_loader(const std::string& url) {
    return std::make_unique<PostgresqlLoader>(url);
}

}  // namespace benchmark
