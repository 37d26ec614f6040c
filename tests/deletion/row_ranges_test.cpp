#include <gtest/gtest.h>

#include "deletion/key_ranges.hpp"
#include "deletion/linked_cinema.hpp"

namespace gm2m::test {
namespace {

using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

Ranges ranges_of(const std::vector<std::int64_t>& keys) {
    backend::ValueList list(Kind::big_integer);
    for (const std::int64_t key : keys)
        list.push_integer(key);
    deletion::KeyRanges source(list);
    Ranges ranges;
    for (std::size_t i = 0; i < source.rows(); ++i) {
        std::array<backend::Parameter, 2> bound;
        source.bind(i, bound);
        ranges.emplace_back(bound[0].value.integer(), bound[1].value.integer());
    }
    return ranges;
}

TEST(KeyRanges, JoinKeysThatFollowEachOther) {
    EXPECT_EQ(ranges_of({}), Ranges());
    EXPECT_EQ(ranges_of({4}), (Ranges{{4, 4}}));
    EXPECT_EQ(ranges_of({9, 3, 1, 2, 7, -1, 0, 10}), (Ranges{{-1, 3}, {7, 7}, {9, 10}}));
    EXPECT_EQ(ranges_of({INT64_MAX, INT64_MIN, INT64_MIN + 1}),
              (Ranges{{INT64_MIN, INT64_MIN + 1}, {INT64_MAX, INT64_MAX}}));
}

using RowRangesTest = testing::TestWithParam<Configuration>;
GM2M_INSTANTIATE(RowRangesTest, engine_configurations);

TEST_P(RowRangesTest, TheRowsBetweenStay) {
    LinkedCinema c(GetParam());
    for (int i = 3; i <= 20; ++i)
        c.db.insert(c.cinema.registry["cinema.Movie"].make({{"title", std::to_string(i)}}));
    std::vector<Object> going;
    for (const int key : {17, 2, 4, 3, 9, 1})
        going.push_back(c.movie(key));
    std::size_t executions = 0;
    c.db.listen([&](const StatementEvent& event) {
        if (event.sql.starts_with("DELETE") && event.sql.find("cinema_movie") != std::string_view::npos)
            executions += event.executions;
    });
    const Deleted deleted = c.db.remove(going);
    EXPECT_EQ(deleted.rows, 6U);
    EXPECT_EQ(deleted.links, 6U);
    EXPECT_EQ(executions, GetParam().is_sqlite() ? 3U : 1U);  // 1 to 4, 9, 17
    EXPECT_EQ(c.scratch.sql("SELECT id FROM cinema_movie ORDER BY id"),
              (std::vector<std::string>{"5", "6", "7", "8", "10", "11", "12", "13", "14", "15", "16", "18", "19",
                                        "20"}));
}

// Where somebody else has made the table its keys may be texts, and '10' between '1' and '2'. (check() tells.)
TEST_P(RowRangesTest, TextsBetweenTheDigitsStay) {
    if (!GetParam().is_sqlite())
        GTEST_SKIP() << "PostgreSQL compares no text with an integer";
    ScratchDatabase scratch(GetParam().engine);
    scratch.sql("CREATE TABLE a_thing (id varchar(20) PRIMARY KEY)");
    scratch.sql("INSERT INTO a_thing VALUES ('1'), ('2'), ('10'), ('11')");
    Registry models;
    models.model("a.Thing").primary_key("id", Kind::integer);
    auto db =
        Database::open(models, scratch.url(), {.refuse_errors = false, .report = [](const std::vector<Finding>&) {}});
    const auto thing = [&](int key) { return models["a.Thing"].make({{"id", key}}); };
    db.remove(std::vector<Object>{thing(1), thing(2)});
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM a_thing WHERE id IN ('10', '11')").front(), "2");
}

}  // namespace
}  // namespace gm2m::test
