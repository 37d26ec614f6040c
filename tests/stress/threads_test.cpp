#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <new>
#include <thread>

#include "stress/workers.hpp"

namespace gm2m::test {
namespace {

using std::chrono::milliseconds;

/// Runs `work` with its number in so many threads at once; returns what they threw.
std::vector<std::string> at_once(int threads, const std::function<void(int)>& work) {
    std::latch ready(threads);
    std::vector<std::string> errors(static_cast<std::size_t>(threads));
    std::vector<std::thread> running;
    for (int number = 0; number < threads; ++number)
        running.emplace_back([&, number] {
            ready.arrive_and_wait();
            try {
                work(number);
            } catch (const std::exception& error) {
                errors[static_cast<std::size_t>(number)] = error.what();
            }
        });
    for (std::thread& thread : running)
        thread.join();
    std::erase(errors, "");
    return errors;
}

const std::vector<std::string> no_errors;

}  // namespace

class PoolThreadsTest : public CinemaTest {};
GM2M_INSTANTIATE(PoolThreadsTest, engine_configurations);

TEST_P(PoolThreadsTest, MoreThreadsThanConnections) {
    const Object me = user("Me");
    const std::vector<Object> films = movies(64);
    Pool pool(cinema.registry, scratch.url(), 3, patient());
    std::atomic<int> leased = 0, most = 0;
    EXPECT_EQ(at_once(8,
                      [&](int number) {
                          for (std::size_t i = static_cast<std::size_t>(number); i < films.size(); i += 8) {
                              const Pool::Lease lease = pool.acquire();
                              const int now = ++leased;
                              for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                              }
                              lease->related(me, cinema.preferred).add(films[i]);
                              --leased;
                          }
                      }),
              no_errors);
    EXPECT_LE(most, 3);
    EXPECT_EQ(preferred_by(me).count(), 64U);
}

TEST_P(PoolThreadsTest, TryAcquireGivesUp) {
    Pool pool(cinema.registry, scratch.url(), 1, patient());
    {
        const Pool::Lease lease = pool.acquire();
        std::thread other([&] { EXPECT_FALSE(pool.try_acquire(milliseconds(20))); });
        other.join();
        EXPECT_FALSE(pool.try_acquire(milliseconds(0)));
    }
    EXPECT_TRUE(pool.try_acquire(milliseconds(0)));
}

TEST_P(PoolThreadsTest, AnOpenTransactionIsRolledBack) {
    const Object me = user("Me"), film = movie("V");
    Pool pool(cinema.registry, scratch.url(), 1, patient());
    {
        const Pool::Lease lease = pool.acquire();
        // Never destroyed: a Transaction must not outlive its lease, and this one leaves its end to the lease.
        alignas(Transaction) std::byte memory[2][sizeof(Transaction)];
        new (memory[0]) Transaction(*lease);
        lease->related(me, cinema.preferred).add(film);
        new (memory[1]) Transaction(*lease);
    }
    EXPECT_EQ(rows_in_join_table(), 0U);
    const Pool::Lease next = pool.acquire();
    next->related(me, cinema.preferred).add(film);
    EXPECT_EQ(rows_in_join_table(), 1U);
}

/// Models that nobody has named in `related`: their reverse relations come with their first objects. (BEHAVIOUR 3.2)
class LazyRelationThreadsTest : public testing::TestWithParam<Configuration> {
protected:
    static constexpr int models = 24;

    static std::string label(int model) { return "zoo.Animal" + std::to_string(model); }
};
GM2M_INSTANTIATE(LazyRelationThreadsTest, engine_configurations);

TEST_P(LazyRelationThreadsTest, ComeWhileOthersLook) {
    const ScratchDatabase scratch(GetParam().engine);
    Registry registry;
    registry.model("zoo.Keeper").primary_key("id", Kind::integer).field("name", Kind::text);
    for (int model = 0; model < models; ++model)
        registry.model(label(model)).primary_key("id", Kind::integer).field("name", Kind::text);
    const GM2MField keeps = registry.gm2m("zoo.Keeper", "animals");
    Database db = Database::open(registry, scratch.url(), patient());
    db.create_tables();
    const Object keeper = db.insert(registry["zoo.Keeper"].make({{"name", "K"}}));
    for (int model = 0; model < models; ++model)
        db.insert(registry[label(model)].make({{"name", "A"}}));

    Pool pool(registry, scratch.url(), 6, patient());
    EXPECT_EQ(at_once(6,
                      [&](int number) {
                          const Pool::Lease lease = pool.acquire();
                          for (int i = 0; i < models; ++i) {
                              const int model = (i + number * 5) % models;
                              const Reference animal{&registry[label(model)], Value(1)};
                              if (number % 2 == 0) {
                                  lease->related(keeper, keeps).add(animal);
                                  EXPECT_EQ(lease->related(animal, "keeper_set").count(), 1U);
                              } else {
                                  (void)keeps.get_related_models();
                                  if (keeps.is_related(*animal.model))
                                      (void)lease->related(animal, "keeper_set").count();
                                  else
                                      (void)keeps.accessor_name();
                              }
                          }
                      }),
              no_errors);
    EXPECT_EQ(keeps.get_related_models().size(), std::size_t{models});
    EXPECT_TRUE(keeps.get_related_models(false).empty());
}

}  // namespace gm2m::test
