#include <latch>
#include <thread>

#include <gm2m/error.hpp>
#include <gm2m/interop/soci.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class RetryTest : public CinemaTest {
protected:
    static DatabaseError again() { return SerializationFailure("met another", "40001", "", true); }
    static DatabaseError final() { return DatabaseError("no use", "", "", false); }
};
GM2M_INSTANTIATE(RetryTest, engine_configurations);

TEST_P(RetryTest, BeginsAnewUntilTheWorkSucceeds) {
    int attempts = 0;
    const Object made = retry(db, 5, [&] {
        const Object alien = movie("Alien");
        if (++attempts < 3)
            throw again();
        return alien;
    });
    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(made["title"], Value("Alien"));
    EXPECT_EQ(db.query("cinema.Movie").count(), 1U);  // what failed has left nothing
}

TEST_P(RetryTest, GivesUpAfterTheLastAttempt) {
    int attempts = 0;
    EXPECT_THROW(retry(db, 3,
                       [&] {
                           ++attempts;
                           movie("Alien");
                           throw again();
                       }),
                 DatabaseError);
    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(db.query("cinema.Movie").count(), 0U);
    EXPECT_FALSE(db.in_transaction());
}

TEST_P(RetryTest, ThrowsAtOnceWhatNoNewAttemptCures) {
    int attempts = 0;
    EXPECT_THROW(retry(db, 3, [&](Database&) { ++attempts, throw final(); }), DatabaseError);
    EXPECT_THROW(retry(db, 3, [&] { ++attempts, throw std::runtime_error("mine"); }), std::runtime_error);
    EXPECT_EQ(attempts, 2);
}

// Only the whole of a transaction can be begun anew.
TEST_P(RetryTest, LeavesAnOpenTransactionToItsOwner) {
    int attempts = 0;
    Transaction transaction(db);
    EXPECT_THROW(retry(db, 3, [&] { ++attempts, throw again(); }), DatabaseError);
    EXPECT_EQ(attempts, 1);
    EXPECT_TRUE(db.in_transaction());
}

TEST_P(RetryTest, TakesAConnectionOfAPoolForEachAttempt) {
    Pool pool(cinema.registry, scratch.url(), 1);
    int attempts = 0;
    EXPECT_EQ(retry(pool, 4,
                    [&](Database& leased) {
                        leased.insert(cinema.registry["cinema.Movie"].make({{"title", "Alien"}}));
                        if (++attempts < 4)
                            throw again();
                        return attempts;
                    }),
              4);
    EXPECT_EQ(pool.acquire()->query("cinema.Movie").count(), 1U);
}

// A transaction that reads and then writes, in many threads at once: each of them counts.
TEST_P(RetryTest, ThreadsThatMeetAllSucceed) {
    const Object counted = movie("0");
    Pool pool(cinema.registry, scratch.url(), 4);
    std::latch start(4);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                start.arrive_and_wait();
                for (int i = 0; i < 10; ++i)
                    retry(pool, 1'000, [&](Database& leased) {
                        if (!GetParam().is_sqlite())
                            session_of(leased) << "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";
                        const Object now = leased.get("cinema.Movie", counted.key());
                        now.set("title", std::to_string(std::stoi(now["title"].to_string()) + 1));
                        leased.update(now);
                    });
            });
    }
    EXPECT_EQ(db.get("cinema.Movie", counted.key())["title"], Value("40"));
}

// A connection that is lost is replaced; unless it was lost while the transaction committed.
TEST_P(RetryTest, ReplacesALostConnectionOfAPool) {
    if (GetParam().is_sqlite())
        GTEST_SKIP() << "a file has no connection to lose";
    // A name that is only this pool's: other tests have connections to the same database.
    const std::string application = "gm2m_retry_" + scratch.path();
    Pool pool(cinema.registry, scratch.url() + "&application_name=" + application, 1);
    int attempts = 0;
    retry(pool, 3, [&](Database& leased) {
        leased.insert(cinema.registry["cinema.Movie"].make({{"title", "Alien"}}));
        if (++attempts == 1) {
            EXPECT_EQ(scratch.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
                                  application + "'"),
                      std::vector<std::string>{"t"});
            (void)leased.query("cinema.Movie").count();
        }
    });
    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(db.query("cinema.Movie").count(), 1U);
}

}  // namespace gm2m::test
