#include <signal.h>

#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include <gm2m/error.hpp>

#include "stress/child_process.hpp"
#include "stress/many_links.hpp"
#include "stress/private_server.hpp"
#include "stress/victim.hpp"
#include "stress/workers.hpp"

namespace gm2m::test {
namespace {

/// All movies with all links, or neither; and no link leads nowhere. Says whether they are there.
bool expect_all_or_nothing(Database& db) {
    const std::size_t movies = db.query("cinema.Movie").count();
    EXPECT_TRUE(movies == 0 || movies == std::size_t{many_links}) << movies;
    EXPECT_EQ(db.query("cinema.User_preferred_videos").count(), movies);
    EXPECT_EQ(verify(db), std::vector<Inconsistency>());
    return movies > 0;
}

/// After so many of its DELETEs the deletion is not at its end: the links alone take ten, and the rows go too.
constexpr int deletes_before_the_end[] = {1, 2, 6, 11};

}  // namespace

/// A process that deletes a hundred thousand linked objects in one call, and is killed while it does.
class DeletionKillTest : public CinemaTest {
protected:
    DeletionKillTest() {
        insert_many_movies(scratch);
        link_many_movies(db, scratch);
    }
    std::vector<std::string> victim(int killed_after_deletes) const {
        return {"--victim", name_of(GetParam()), scratch.url(), "remove", std::to_string(killed_after_deletes)};
    }
};
GM2M_INSTANTIATE(DeletionKillTest, layout_configurations);

TEST_P(DeletionKillTest, BetweenStatements) {
    for (const int deletes : deletes_before_the_end) {
        ChildProcess child(victim(deletes));
        ASSERT_EQ(child.read_line(), "ready");
        child.start();
        ASSERT_EQ(child.read_line(), "begun");
        ASSERT_EQ(child.read_line(), "") << "it was not killed";
        ASSERT_EQ(child.wait(), -SIGKILL);
        if (GetParam().is_sqlite()) {
            EXPECT_EQ(scratch.sql("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
        }
        Database again = Database::open(cinema.registry, scratch.url(), patient());
        EXPECT_TRUE(expect_all_or_nothing(again)) << "after " << deletes;
    }
    Database again = Database::open(cinema.registry, scratch.url(), patient());
    EXPECT_EQ(again.remove(again.query("cinema.Movie")).links, std::size_t{many_links});
    EXPECT_FALSE(expect_all_or_nothing(again));
}

/// A server of the test's own that is killed while it deletes a hundred thousand linked objects.
class ServerKillTest : public testing::TestWithParam<Configuration> {
protected:
    void SetUp() override {
        if (const std::string obstacle = PrivateServer::obstacle(); !obstacle.empty())
            GTEST_SKIP() << "no server of the test's own can be started: " << obstacle;
        server.emplace();
        scratch.emplace(server->url());
        Database db = connect();
        db.create_tables();
        insert_many_movies(*scratch);
        link_many_movies(db, *scratch);
    }
    Database connect() const {
        DatabaseOptions options;
        options.keys_per_statement = victim_keys_per_statement;
        return Database::open(cinema.registry, scratch->url(), options);
    }
    static Deleted remove_movies(Database& db) { return db.remove(db.query("cinema.Movie")); }

    static void expect_lost(Database& db) {
        EXPECT_THROW(remove_movies(db), ConnectionError);
        EXPECT_FALSE(db.is_usable());
    }
    /// Once the server is back, on a new connection.
    void expect_no_trace() {
        server->start();
        Database again = connect();
        EXPECT_TRUE(expect_all_or_nothing(again));
    }

    const Cinema cinema{GetParam()};
    std::optional<PrivateServer> server;
    std::optional<ScratchDatabase> scratch;
};
// Without a server that is tested there is none to kill.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ServerKillTest);
GM2M_INSTANTIATE(ServerKillTest, server_configurations);

TEST_P(ServerKillTest, BetweenStatements) {
    for (const int deletes : deletes_before_the_end) {
        SCOPED_TRACE(deletes);
        Database lost = connect();
        int left = deletes;
        lost.listen([&](const StatementEvent& event) {
            if (event.sql.starts_with("DELETE") && --left == 0)
                server->stop_immediately();
        });
        expect_lost(lost);
        EXPECT_LE(left, 0);
        expect_no_trace();
    }
}

// Half of the links are deleted already; the next one is somebody else's, who does not let it go.
TEST_P(ServerKillTest, InTheMiddleOfItsLinks) {
    Database other = connect(), lost = connect();
    std::optional<Transaction> holding(other);
    const Reference me{&cinema.registry["cinema.User"], Value(1)};
    other.related(me, cinema.preferred).remove(Reference{&cinema.registry["cinema.Movie"], Value(many_links / 2 + 1)});
    std::future<void> end = std::async(std::launch::async, [&] {
        while (scratch->sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE "
                            "'DELETE FROM%cinema_user_preferred_videos%'")[0] == "0")
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        server->stop_immediately();
    });
    expect_lost(lost);
    end.get();
    holding.reset();
    expect_no_trace();
    EXPECT_FALSE(other.is_usable());
    Database again = connect();
    EXPECT_EQ(remove_movies(again).links, std::size_t{many_links});
}

TEST_P(ServerKillTest, AfterTheDeletion) {
    Database lost = connect();
    EXPECT_EQ(remove_movies(lost).links, std::size_t{many_links});
    server->stop_immediately();
    EXPECT_THROW(lost.query("cinema.Movie").count(), ConnectionError);
    EXPECT_FALSE(lost.is_usable());
    server->start();
    Database again = connect();
    EXPECT_FALSE(expect_all_or_nothing(again));
}

}  // namespace gm2m::test
