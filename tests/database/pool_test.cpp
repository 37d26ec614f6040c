#include <gm2m/error.hpp>

#include <thread>

#include "support/cinema.hpp"

namespace gm2m::test {

using namespace std::chrono_literals;

class PoolTest : public CinemaTest {};
GM2M_INSTANTIATE(PoolTest, engine_configurations);

TEST_P(PoolTest, HandsOutConnections) {
    Pool pool(cinema.registry, scratch.url(), 2);
    Pool::Lease first = pool.acquire();
    Object made = first->insert(cinema.registry["cinema.Movie"].make({{"title", "Alien"}}));
    std::optional<Pool::Lease> second = pool.try_acquire(10s);
    ASSERT_TRUE(second);
    EXPECT_EQ((*second)->get("cinema.Movie", made.key())["title"], Value("Alien"));
    EXPECT_FALSE(pool.try_acquire(1ms));
    second.reset();
    EXPECT_TRUE(pool.try_acquire(10s));
    Pool::Lease moved = std::move(first);
    EXPECT_TRUE(moved->find("cinema.Movie", made.key()));
}

// 3: each of its connections would have a database of its own.
TEST_P(PoolTest, IsNotForDatabasesInMemory) {
    EXPECT_THROW(Pool(cinema.registry, "sqlite3://:memory:", 2), ConfigurationError);
}

// A lease that ends in the middle of a transaction leaves no part of it.
TEST_P(PoolTest, RollsBackWhatALeaseLeavesOpen) {
    Pool pool(cinema.registry, scratch.url(), 1);
    auto abandoned = std::make_unique<Pool::Lease>(pool.acquire());
    auto transaction = std::make_unique<Transaction>(**abandoned);
    (*abandoned)->insert(cinema.registry["cinema.Movie"].make({{"title", "lost"}}));
    abandoned.reset();
    EXPECT_FALSE(pool.acquire()->find("cinema.Movie", 1));
    transaction.reset();  // too late to have an effect
}

// 1.4: the connections of a pool share what they know of content types, and only what is committed
TEST_P(PoolTest, SharesContentTypes) {
    Pool pool(cinema.registry, scratch.url(), 2);
    Pool::Lease first = pool.acquire(), second = pool.acquire();
    const ContentType movie = first->content_types().get_for_model("cinema.Movie");
    StatementCounter counter(*second);
    EXPECT_EQ(second->content_types().get_for_model("cinema.Movie"), movie);
    EXPECT_EQ(counter.statements(), 0U);
    {
        Transaction transaction(*first);
        first->content_types().get_for_model("cinema.Opera");
    }
    EXPECT_EQ(second->content_types().get_for_model("cinema.Opera").model, "opera");
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM gm2m_content_type").front(), "2");
}

// 1.4: what one of them has found, it forgets with the others
TEST_P(PoolTest, ForgetsContentTypesTogether) {
    Pool pool(cinema.registry, scratch.url(), 2);
    Pool::Lease first = pool.acquire(), second = pool.acquire();
    second->content_types().get_for_model("cinema.Opera");
    const ContentType before = second->content_types().get_for_model("cinema.Movie");
    EXPECT_EQ(second->content_types().get_for_model("cinema.Movie"), before);  // looked up and remembered
    first->drop_tables();
    first->create_tables();
    const ContentType after = first->content_types().get_for_model("cinema.Movie");
    ASSERT_NE(after.id, before.id);
    StatementCounter counter(*second);
    EXPECT_EQ(second->content_types().get_for_model("cinema.Movie"), after);
    EXPECT_EQ(counter.statements(), 0U);
}

TEST_P(PoolTest, ServesManyThreads) {
    Pool pool(cinema.registry, scratch.url(), 3);
    const Object me = user("Me");
    const std::vector<Object> objects = movies(64);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 8; ++i)
                pool.acquire()
                    ->related(me.reference(), cinema.preferred)
                    .add(objects[static_cast<std::size_t>(8 * t + i)].reference());
        });
    threads.clear();
    EXPECT_EQ(preferred_by(me).count(), 64U);
}

}  // namespace gm2m::test
