#include <atomic>
#include <functional>
#include <latch>
#include <random>
#include <thread>

#include "relation/spoken.hpp"
#include "stress/workers.hpp"

namespace gm2m::test {

/// Links that are rows of a model, which no constraint keeps from coming twice. (BEHAVIOUR 2.12, 4.2)
class ThroughThreadsTest : public SpokenTest {
protected:
    ThroughThreadsTest() {
        for (const char* model : {"world.Language", "world.Script"})
            spoken.add_relation(model);
        lands = {ch.reference(), de.reference(), land("FR").reference()};
        for (int i = 0; i < 6; ++i) {
            targets.push_back(language(std::to_string(i)).reference());
            targets.push_back(script(std::to_string(i)).reference());
        }
    }

    struct Worker {
        Database db;
        int number;
        std::mt19937 random;

        template <class T>
        std::vector<T> shuffled(std::vector<T> all) {
            std::ranges::shuffle(all, random);
            return all;
        }
        Reference one_of(const std::vector<Reference>& all) { return all[random() % all.size()]; }
    };
    RelatedManager forward(Worker& worker, const Reference& land) {
        return worker.db.related(land, spoken).with_values(percent(worker.number));
    }
    RelatedManager reverse(Worker& worker, const Reference& target) {
        return worker.db.related(target, "spoken_in").with_values(percent(worker.number));
    }

    /// Runs `work` in eight threads at once, each with a connection of its own.
    void at_once(const std::function<void(Worker&)>& work) {
        constexpr int threads = 8;
        std::latch ready(threads);
        std::vector<std::string> errors(threads);
        std::vector<std::thread> running;
        for (int number = 0; number < threads; ++number)
            running.emplace_back([&, number] {
                Worker worker{Database::open(models, scratch.url(), patient()), number,
                              std::mt19937(static_cast<std::uint32_t>(number) * 7919U + 17U)};
                ready.arrive_and_wait();
                try {
                    work(worker);
                } catch (const std::exception& error) {
                    errors[static_cast<std::size_t>(number)] = error.what();
                }
            });
        for (std::thread& thread : running)
            thread.join();
        std::erase(errors, "");
        EXPECT_EQ(errors, std::vector<std::string>());
    }
    std::size_t distinct_links() {
        return std::stoul(
            scratch
                .sql("SELECT count(*) FROM (SELECT DISTINCT land_id, target_type_id, target_key FROM world_usage) AS x")
                .front());
    }

    std::vector<Reference> lands, targets;
};
GM2M_INSTANTIATE(ThroughThreadsTest, engine_configurations);

TEST_P(ThroughThreadsTest, LinkTheSame) {
    std::atomic<std::size_t> added = 0;
    spoken_in(ch).with_values(percent(1)).set(german, latin);  // who makes content types waits for others who do
    spoken_in(ch).clear();
    for (int i = 0; i < 10; ++i)
        lands.push_back(land("L" + std::to_string(i)).reference());
    at_once([&](Worker& worker) {
        for (int round = 0; round < 6; ++round) {
            for (const Reference& land : lands)  // all of them at the same time
                switch ((worker.number + round) % 3) {
                    case 0: added += forward(worker, land).add(worker.shuffled(targets)).added.size(); break;
                    case 1: added += forward(worker, land).set(worker.shuffled(targets)).added.size(); break;
                    default: added += forward(worker, land).updating().set(worker.shuffled(targets)).added.size();
                }
            for (const Reference& target : worker.shuffled(targets))
                added += reverse(worker, target).add(worker.shuffled(lands)).added.size();
        }
    });
    EXPECT_EQ(added, lands.size() * targets.size());
    EXPECT_EQ(rows(), lands.size() * targets.size());
    EXPECT_EQ(distinct_links(), rows());
}

// What all of them say that they have added and removed is what is there.
TEST_P(ThroughThreadsTest, LinkAndUnlink) {
    std::atomic<long> net = 0;
    at_once([&](Worker& worker) {
        const auto count = [&](const Changes& changes) {
            net += static_cast<long>(changes.added.size()) - static_cast<long>(changes.removed.size());
        };
        for (int round = 0; round < 40; ++round) {
            const Reference land = worker.one_of(lands), target = worker.one_of(targets),
                            other = worker.one_of(targets);
            switch (worker.random() % 8) {
                case 0: count(forward(worker, land).add(target, other)); break;
                case 1: count(forward(worker, land).toggle(target, other)); break;
                case 2: count(forward(worker, land).set(target, other)); break;
                case 3: count(forward(worker, land).remove(target, other)); break;
                case 4: count(reverse(worker, target).toggle(worker.shuffled(lands))); break;
                case 5: count(reverse(worker, target).set(worker.shuffled(lands))); break;
                case 6: count(reverse(worker, target).set(land)); break;
                default: count(forward(worker, land).set({}));
            }
        }
    });
    EXPECT_EQ(net, static_cast<long>(rows()));
    EXPECT_EQ(distinct_links(), rows());
}

// A link to a target that somebody deletes meanwhile does not survive it.
TEST_P(ThroughThreadsTest, LinkWhatIsDeleted) {
    at_once([&](Worker& worker) {
        if (worker.number == 0) {
            for (const Reference& target : targets)
                worker.db.remove(target);
            return;
        }
        for (int round = 0; round < 60; ++round)
            try {
                const Reference target = worker.one_of(targets);
                if (worker.number % 2 == 0)
                    forward(worker, worker.one_of(lands)).add(target);
                else
                    reverse(worker, target).add(worker.one_of(lands));
            } catch (const IntegrityError&) {  // it is gone
            }
    });
    EXPECT_EQ(rows(), 0U);
    EXPECT_TRUE(verify(db).empty());
}

}  // namespace gm2m::test
