#include <sqlite3.h>

#include <stdexcept>
#include <utility>

#include "loader.hpp"

namespace benchmark {
namespace {

class SqliteLoader final : public Loader {
public:
    explicit SqliteLoader(const std::string& file) {
        check(sqlite3_open(file.c_str(), &connection_));
        // Nobody else reads the file yet, and what a crash leaves is thrown away.
        execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN");
        // Sorted once, an index is made much faster than by ten million insertions.
        index_ = read_index();
        execute("DROP INDEX cinema_user_preferred_videos_reverse_idx");
    }
    ~SqliteLoader() override {
        sqlite3_finalize(insert_);
        sqlite3_close(connection_);
    }
    void begin(const std::string& table, const std::string& columns) override {
        const bool is_link = columns.find(',') != columns.rfind(',');
        const std::string sql =
            "INSERT INTO " + table + " (" + columns + ") VALUES " + (is_link ? "(?1, ?2, ?3)" : "(?1, ?2)");
        check(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &insert_, nullptr));
    }
    void row(std::int64_t id, std::string_view text) override {
        sqlite3_bind_int64(insert_, 1, id);
        sqlite3_bind_text(insert_, 2, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
        step();
    }
    void link(std::int64_t user, int content_type, std::string_view key) override {
        sqlite3_bind_int64(insert_, 1, user);
        sqlite3_bind_int(insert_, 2, content_type);
        sqlite3_bind_text(insert_, 3, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
        step();
    }
    void end() override { check(sqlite3_finalize(std::exchange(insert_, nullptr))); }
    void finish() override { execute((index_ + "; COMMIT").c_str()); }

private:
    std::string read_index() {
        check(sqlite3_prepare_v2(
            connection_, "SELECT sql FROM sqlite_master WHERE name = 'cinema_user_preferred_videos_reverse_idx'", -1,
            &insert_, nullptr));
        if (sqlite3_step(insert_) != SQLITE_ROW)
            throw std::runtime_error("the join table has no index for the reverse side");
        std::string sql = reinterpret_cast<const char*>(sqlite3_column_text(insert_, 0));
        end();
        return sql;
    }
    void step() {
        sqlite3_step(insert_);
        check(sqlite3_reset(insert_));
    }
    void execute(const char* sql) { check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr)); }
    void check(int result) {
        if (result != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(connection_));
    }

    sqlite3* connection_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    std::string index_;
};

}  // namespace

std::unique_ptr<Loader> make_sqlite_loader(const std::string& file) {
    return std::make_unique<SqliteLoader>(file);
}

}  // namespace benchmark
