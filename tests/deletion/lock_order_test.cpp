#include <algorithm>
#include <mutex>
#include <random>
#include <thread>

#include <gm2m/error.hpp>

#include "deletion/linked_cinema.hpp"

namespace gm2m::test {
namespace {

constexpr int rounds = 40;

/// What is done over and over in a thread of its own, on the same objects in an order of its own, and undone.
using Work = std::function<void(Database&, const std::vector<Object>&)>;

/// What any of them has thrown.
std::vector<std::string> errors_of(LinkedCinema& linked, const std::vector<Object>& objects,
                                   const std::vector<Work>& works, std::size_t keys_per_statement) {
    std::vector<std::string> errors;
    std::mutex mutex;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < works.size(); ++i)
            threads.emplace_back([&, i] {
                std::vector<Object> mine = objects;
                std::minstd_rand random(static_cast<unsigned>(i + 1));
                try {
                    Database db = Database::open(
                        linked.cinema.registry, linked.scratch.url(),
                        {.busy_timeout = std::chrono::minutes(2), .keys_per_statement = keys_per_statement});
                    for (int round = 0; round < rounds; ++round) {
                        std::ranges::shuffle(mine, random);
                        Transaction undone(db);
                        works[i](db, mine);
                    }
                } catch (const std::exception& error) {
                    const std::lock_guard lock(mutex);
                    errors.push_back(error.what());
                }
            });
    }
    return errors;
}

}  // namespace

/// Who deletes the same objects, or links them, waits for the other, and never both.
class LockOrderThreadsTest : public testing::TestWithParam<Configuration> {
protected:
    LockOrderThreadsTest() : linked(GetParam(), {.related_name = "fans"}) {
        std::vector<Object> made;
        for (int i = 0; i < 12; ++i)
            for (const char* model : {"cinema.Opera", "cinema.Movie"})
                made.push_back(linked.db.models()[model].make({{"title", "?"}}));
        linked.db.insert_many(made);
        linked.preferred_by(linked.user(2)).add(made);
        targets = made;
    }
    /// Linking is by references: the threads share no object.
    static std::vector<Reference> references(const std::vector<Object>& objects) {
        std::vector<Reference> all;
        for (const Object& object : objects)
            all.push_back(object.reference());
        return all;
    }
    void expect_no_deadlock(const std::vector<Object>& objects, const std::vector<Work>& works) {
        for (const std::size_t most : {1'000'000U, 5U})
            EXPECT_EQ(errors_of(linked, objects, works, most), std::vector<std::string>());
    }

    const Work remove = [](Database& db, const std::vector<Object>& objects) { db.remove(references(objects)); };

    LinkedCinema linked;
    std::vector<Object> targets;
};
GM2M_INSTANTIATE(LockOrderThreadsTest, engine_configurations);

TEST_P(LockOrderThreadsTest, OfDeletionsByList) {
    expect_no_deadlock(targets, {remove, remove, remove});
}

TEST_P(LockOrderThreadsTest, OfDeletionsThatHaveToRead) {
    // A receiver has the rows locked before it is called.
    linked.cinema.registry["cinema.Movie"].signals().deleted.connect([](const ObjectsDeleted&) {});
    expect_no_deadlock(targets, {remove, remove, remove});
}

TEST_P(LockOrderThreadsTest, OfDeletionsAndLinks) {
    const Reference me = linked.user(1).reference();
    const Work add = [&](Database& db, const std::vector<Object>& objects) {
        db.related(me, linked.cinema.preferred).add(references(objects));
    };
    expect_no_deadlock(targets, {remove, add, remove});
}

// The source goes as well; the row of the source is first for whoever links.
TEST_P(LockOrderThreadsTest, OfDeletionsOfSourcesAndTargets) {
    const Reference me = linked.user(1).reference();
    std::vector<Object> all = targets;
    all.push_back(linked.user(1));
    all.push_back(linked.user(2));
    const Work add = [&](Database& db, const std::vector<Object>& objects) {
        std::vector<Reference> far = references(objects);
        std::erase_if(far, [](const Reference& reference) { return reference.model->label() == "cinema.User"; });
        db.related(me, linked.cinema.preferred).add(far);
    };
    expect_no_deadlock(all, {remove, add, remove});
}

// What a query finds is locked by key too, whatever the order of the query.
TEST_P(LockOrderThreadsTest, OfDeletionsByQuery) {
    linked.cinema.registry["cinema.Movie"].signals().deleted.connect([](const ObjectsDeleted&) {});
    std::vector<Object> movies = targets;
    std::erase_if(movies, [](const Object& object) { return object.model().label() != "cinema.Movie"; });
    const auto query = [](const char* order) {
        return [order](Database& db, const std::vector<Object>&) {
            db.remove(db.query("cinema.Movie").order_by(order).limit(12));
        };
    };
    expect_no_deadlock(movies, {query("id"), query("-id"), remove});
}

}  // namespace gm2m::test
