#include "backend/sqlite/list_table.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>

namespace gm2m::test {

using backend::ValueList;

/// What SQLite makes of a list that is bound to gm2m_list(?).
class ListTableTest : public testing::Test {
protected:
    ListTableTest() {
        sqlite3* opened = nullptr;
        sqlite3_open(":memory:", &opened);
        handle_.reset(opened);
        backend::add_list_table(handle_.get());
    }
    sqlite3* handle() const { return handle_.get(); }
    /// The first column of each row; then an error, if there is one.
    std::vector<std::string> rows(const std::string& sql, const ValueList* list) {
        sqlite3_stmt* statement = nullptr;
        EXPECT_EQ(sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
            << sqlite3_errmsg(handle_.get());
        if (list) {
            EXPECT_EQ(backend::bind_list(statement, 1, *list), SQLITE_OK);
        }
        std::vector<std::string> found;
        while (sqlite3_step(statement) == SQLITE_ROW)
            found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
        if (sqlite3_finalize(statement) != SQLITE_OK)
            found.emplace_back(sqlite3_errmsg(handle_.get()));
        return found;
    }
    std::vector<std::string> literals(const ValueList& list) {
        return rows("SELECT key || ' ' || quote(value) FROM gm2m_list(?)", &list);
    }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};
using Rows = std::vector<std::string>;

TEST_F(ListTableTest, HasTheValuesInTheirOrderAsColumnsHoldThem) {
    ValueList integers(Kind::big_integer);
    for (const std::int64_t value : {INT64_MAX, std::int64_t{-1}, INT64_MIN, std::int64_t{-1}})
        integers.push_integer(value);
    EXPECT_EQ(literals(integers),
              (Rows{"0 9223372036854775807", "1 -1", "2 -9223372036854775808", "3 -1"}));

    ValueList texts(Kind::text);
    for (const char* text : {"CH", "", "it's \"quoted\" \\ [1, 2]", "Zürich"})
        texts.push_text(text);
    EXPECT_EQ(literals(texts), (Rows{"0 'CH'", "1 ''", "2 'it''s \"quoted\" \\ [1, 2]'", "3 'Zürich'"}));

    // without hyphens, as Django stores them
    ValueList uuids(Kind::uuid);
    uuids.push_text(std::string_view("\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef", 16));
    EXPECT_EQ(literals(uuids), Rows{"0 '0123456789abcdef0123456789abcdef'"});

    ValueList days(Kind::date);
    days.push_integer(0);
    EXPECT_EQ(literals(days), Rows{"0 '1970-01-01'"});
    ValueList times(Kind::date_time);
    times.push_integer(1);
    EXPECT_EQ(literals(times), Rows{"0 '1970-01-01 00:00:00.000001'"});
}

TEST_F(ListTableTest, TakesNothingElseForAList) {
    EXPECT_EQ(literals(ValueList(Kind::text)), Rows());
    const Rows error{"gm2m_list() takes a list that gm2m has bound; json_each() takes a text"};
    EXPECT_EQ(rows("SELECT value FROM gm2m_list(?)", nullptr), error);
    EXPECT_EQ(rows("SELECT value FROM gm2m_list('[1, 2]')", nullptr), error);
    EXPECT_EQ(rows("SELECT value FROM gm2m_list", nullptr), error);
    EXPECT_EQ(rows("SELECT 1 WHERE 5 NOT IN (SELECT value FROM gm2m_list(NULL))", nullptr), error);
}

TEST_F(ListTableTest, CanBeSearchedSortedAndReadSeveralTimes) {
    ValueList keys(Kind::integer);
    for (const int key : {30, 10, 20})
        keys.push_integer(key);
    EXPECT_EQ(rows("SELECT value FROM gm2m_list(?1) ORDER BY key DESC", &keys), (Rows{"20", "10", "30"}));
    EXPECT_EQ(rows("SELECT value FROM gm2m_list(?1) ORDER BY key", &keys), (Rows{"30", "10", "20"}));
    EXPECT_EQ(rows("SELECT value FROM gm2m_list(?1) ORDER BY key, value DESC", &keys), (Rows{"30", "10", "20"}));
    EXPECT_EQ(rows("SELECT value FROM gm2m_list(?1) ORDER BY value", &keys), (Rows{"10", "20", "30"}));
    EXPECT_EQ(rows("SELECT a.value || b.value FROM gm2m_list(?1) AS a JOIN gm2m_list(?1) AS b ON a.key = b.key + 1",
                   &keys),
              (Rows{"1030", "2010"}));
    EXPECT_EQ(rows("SELECT 1 WHERE 20 IN (SELECT value FROM gm2m_list(?1)) AND 21 NOT IN (SELECT value FROM "
                   "gm2m_list(?1)) AND (SELECT count(*) FROM gm2m_list(?1)) = 3",
                   &keys),
              Rows{"1"});
    EXPECT_EQ(rows("SELECT value FROM gm2m_list(?1) WHERE key >= 1 AND value < 15", &keys), Rows{"10"});
}

// Another Database on the same connection brings it again while a statement of the program's is being read.
TEST_F(ListTableTest, IsBroughtOnce) {
    ValueList keys(Kind::integer);
    keys.push_integer(5);
    EXPECT_EQ(literals(keys), Rows{"0 5"});
    sqlite3_exec(handle(), "CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)", nullptr, nullptr, nullptr);
    sqlite3_stmt* reading = nullptr;
    sqlite3_prepare_v2(handle(), "SELECT (SELECT max(u.x) FROM t AS u WHERE u.x >= t.x) FROM t", -1, &reading, nullptr);
    EXPECT_EQ(sqlite3_step(reading), SQLITE_ROW);
    backend::add_list_table(handle());
    sqlite3_exec(handle(), "SELECT 1", nullptr, nullptr, nullptr);
    EXPECT_EQ(sqlite3_step(reading), SQLITE_ROW);
    EXPECT_EQ(sqlite3_step(reading), SQLITE_DONE);
    sqlite3_finalize(reading);
    EXPECT_EQ(literals(keys), Rows{"0 5"});
}

}  // namespace gm2m::test
