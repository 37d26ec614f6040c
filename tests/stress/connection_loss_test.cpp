#include <chrono>
#include <thread>

#include "support/cinema.hpp"

namespace gm2m::test {

/// A server ends the library's connection, as an administrator or its own end does.
class ConnectionLossTest : public CinemaTest {
protected:
    ConnectionLossTest() : me(user("Me")), films(movies(3)) {}

    /// Those of this test that connect() and url() made.
    void end_connections() const {
        scratch.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                    "application_name = " + quoted_application());
    }
    std::string quoted_application() const { return "'" + application + "'"; }
    Database connect() const { return Database::open(cinema.registry, url(), {}); }
    std::string url() const { return scratch.url() + "&application_name=" + application; }

    /// Whether `work` fails as a lost connection does.
    template <class Work>
    void expect_lost(Work&& work) {
        try {
            work();
            ADD_FAILURE() << "the connection was not missed";
        } catch (const ConnectionError& error) {
            EXPECT_TRUE(error.retryable());
        }
    }

    const std::string application = "gm2m_loss_" + scratch.path();
    Object me;
    std::vector<Object> films;
};
// Without a server there is nothing to lose.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ConnectionLossTest);
GM2M_INSTANTIATE(ConnectionLossTest, server_configurations);

TEST_P(ConnectionLossTest, BetweenOperations) {
    Database lost = connect();
    const RelatedManager mine = lost.related(me, cinema.preferred);
    mine.add(films[0]);
    EXPECT_TRUE(lost.is_usable());
    end_connections();
    expect_lost([&] { mine.add(films[1]); });
    EXPECT_FALSE(lost.is_usable());
    // It stays lost, whatever is tried.
    expect_lost([&] { mine.all(); });
    expect_lost([&] { mine.set(films); });
    expect_lost([&] { mine.toggle(films); });
    expect_lost([&] { mine.clear(); });
    expect_lost([&] { lost.insert(cinema.registry["cinema.Movie"].make({{"title", "late"}})); });
    expect_lost([&] { lost.create_tables(); });
    expect_lost([&] { const Transaction transaction(lost); });
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
}

TEST_P(ConnectionLossTest, ByAReadFirst) {
    Database lost = connect();
    end_connections();
    expect_lost([&] { lost.related(me, cinema.preferred).count(); });
    EXPECT_FALSE(lost.is_usable());
}

// While the operation waits for the user's row, which somebody else holds.
TEST_P(ConnectionLossTest, DuringAnOperation) {
    Database lost = connect();
    Transaction holding(db);
    preferred_by(me).add(films[0]);
    std::thread end([&] {
        const std::string waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = " +
                                    quoted_application() + " AND wait_event_type = 'Lock'";
        while (scratch.sql(waiting)[0] == "0")
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        end_connections();
    });
    expect_lost([&] { lost.related(me, cinema.preferred).set(films); });
    end.join();
    EXPECT_FALSE(lost.is_usable());
    holding.commit();
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
}

TEST_P(ConnectionLossTest, InsideATransaction) {
    Database lost = connect();
    const RelatedManager mine = lost.related(me, cinema.preferred);
    {
        Transaction outer(lost);
        mine.add(films[0]);
        {
            const Transaction inner(lost);
            mine.add(films[1]);
            end_connections();
            expect_lost([&] { mine.add(films[2]); });
            EXPECT_THROW(mine.count(), DatabaseError);
        }
        EXPECT_THROW(mine.count(), DatabaseError);
        EXPECT_THROW(outer.commit(), DatabaseError);
    }
    EXPECT_FALSE(lost.is_usable());
    EXPECT_EQ(rows_in_join_table(), 0U);
}

TEST_P(ConnectionLossTest, BeforeTheCommit) {
    Database lost = connect();
    {
        Transaction transaction(lost);
        lost.related(me, cinema.preferred).add(films);
        end_connections();
        expect_lost([&] { transaction.commit(); });
    }
    EXPECT_FALSE(lost.is_usable());
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// The handle is gone before anybody noticed.
TEST_P(ConnectionLossTest, UnnoticedByATransactionThatIsRolledBack) {
    Database lost = connect();
    {
        const Transaction transaction(lost);
        lost.related(me, cinema.preferred).add(films);
        end_connections();
    }
    EXPECT_FALSE(lost.is_usable());
    EXPECT_EQ(rows_in_join_table(), 0U);
}

TEST_P(ConnectionLossTest, PoolConnectsAgain) {
    Pool pool(cinema.registry, url(), 1);
    {
        const Pool::Lease lease = pool.acquire();
        lease->related(me, cinema.preferred).add(films[0]);
        end_connections();
        expect_lost([&] { lease->related(me, cinema.preferred).add(films[1]); });
    }
    const Pool::Lease again = pool.acquire();
    EXPECT_TRUE(again->is_usable());
    EXPECT_EQ(names(again->related(me, cinema.preferred).add(films[1]).added), "cinema.Movie:2");
}

TEST_P(ConnectionLossTest, PoolConnectsAgainAfterALossInATransaction) {
    Pool pool(cinema.registry, url(), 1);
    {
        const Pool::Lease lease = pool.acquire();
        const Transaction transaction(*lease);
        lease->related(me, cinema.preferred).add(films[0]);
        end_connections();
    }
    EXPECT_EQ(pool.acquire()->related(me, cinema.preferred).add(films).added.size(), 3U);
}

}  // namespace gm2m::test
