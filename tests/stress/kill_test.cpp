#include <chrono>
#include <random>
#include <thread>

#include "stress/child_process.hpp"
#include "stress/many_links.hpp"
#include "stress/victim.hpp"
#include "stress/workers.hpp"

namespace gm2m::test {

/// A process that adds a hundred thousand objects in one call, and is killed while it does.
class KillTest : public CinemaTest {
protected:
    KillTest() { insert_many_movies(scratch); }

    std::vector<std::string> victim(int killed_after_statement) const {
        const std::string url =
            GetParam().is_sqlite() ? scratch.url() : scratch.url() + "&application_name=" + application;
        return {"--victim", name_of(GetParam()), url, "add", std::to_string(killed_after_statement)};
    }

    /// The server finds out by itself that its client is gone, and rolls back.
    void wait_for_the_backend() const {
        if (GetParam().is_sqlite())
            return;
        while (scratch.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + application + "'")[0] !=
               "0")
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }

    /// All or nothing; and the database goes on working. Leaves no links. Returns whether it was all.
    bool expect_all_or_nothing() {
        wait_for_the_backend();
        const std::size_t rows = rows_in_join_table();
        EXPECT_TRUE(rows == 0 || rows == std::size_t{many_links}) << rows;
        if (GetParam().is_sqlite()) {
            EXPECT_EQ(scratch.sql("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
        }
        Database again = Database::open(cinema.registry, scratch.url(), patient());
        const Reference me{&cinema.registry["cinema.User"], Value(1)};
        const RelatedManager mine = again.related(me, cinema.preferred);
        EXPECT_EQ(mine.count(), rows);
        EXPECT_EQ(mine.clear(), rows);
        EXPECT_EQ(mine.add(Reference{&cinema.registry["cinema.Movie"], Value(7)}).added.size(), 1U);
        EXPECT_EQ(mine.clear(), 1U);
        return rows > 0;
    }

    const std::string application = "gm2m_victim_" + std::to_string(std::random_device()());
};
GM2M_INSTANTIATE(KillTest, layout_configurations);

TEST_P(KillTest, AtAnyMoment) {
    // Unharmed, it says how long it takes.
    const auto begin = std::chrono::steady_clock::now();
    {
        ChildProcess child(victim(0));
        ASSERT_EQ(child.read_line(), "ready");
        child.start();
        ASSERT_EQ(child.read_line(), "begun");
        ASSERT_EQ(child.read_line(), "done");
        ASSERT_EQ(child.wait(), 0);
    }
    const auto duration = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(expect_all_or_nothing());

    std::mt19937 random(1);
    for (int round = 0; round < 8; ++round) {
        ChildProcess child(victim(0));
        ASSERT_EQ(child.read_line(), "ready");
        child.start();
        ASSERT_EQ(child.read_line(), "begun");
        std::this_thread::sleep_for(duration * (random() % 1000) / 1000);
        child.kill();
        child.wait();
        expect_all_or_nothing();
    }
}

// After BEGIN or before COMMIT, between the statements of one call: where the work is split, it is so on both engines.
TEST_P(KillTest, BetweenStatements) {
    for (const int statement : {1, 2, 3, 4, 7, 11}) {
        ChildProcess child(victim(statement));
        ASSERT_EQ(child.read_line(), "ready");
        child.start();
        ASSERT_EQ(child.read_line(), "begun");
        child.read_line();
        child.wait();
        expect_all_or_nothing();
    }
}

}  // namespace gm2m::test
