#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "stress/workers.hpp"

namespace gm2m::test {
namespace {

constexpr const char* keeper = "zoo.Keeper";
constexpr const char* animal = "zoo.Animal";
constexpr const char* cage = "zoo.Cage";
constexpr std::array models_of_the_zoo{keeper, animal, cage};
constexpr std::array relations_of_the_zoo{"keeps", "likes", "feeds"};
// Few, so that the threads meet.
constexpr int keys = 5, threads = 8, rounds = 16, operations = 3;

/// How many more rows and links there are than before, by model and relation, as the operations themselves said.
using Gains = std::map<std::string, long>;

void add(Gains& to, const Gains& gains) {
    for (const auto& [label, count] : gains)
        to[label] += count;
}

}  // namespace

/// 2.12, 6: threads that insert, link and delete the same few objects, which refer to each other.
class DeletionThreadsTest : public testing::TestWithParam<Configuration> {
protected:
    DeletionThreadsTest() {
        models.model(cage).primary_key("id", Kind::big_integer);
        models.model(animal)
            .primary_key("id", Kind::big_integer)
            .foreign_key("cage", cage, {.null = true, .on_delete = ForeignKeyPolicy::cascade});
        models.model(keeper)
            .primary_key("id", Kind::big_integer)
            .foreign_key("mentor", keeper, {.null = true, .on_delete = ForeignKeyPolicy::set_null})
            .foreign_key("guards", cage, {.null = true, .on_delete = ForeignKeyPolicy::restrict});
        const std::vector<std::string> all(models_of_the_zoo.begin(), models_of_the_zoo.end());
        models.gm2m(keeper, "keeps", {.related = all, .related_name = "keepers", .layout = GetParam().layout});
        likes = models.gm2m(keeper, "likes",
                            {.related = all,
                             .related_name = "fans",
                             .layout = GetParam().layout,
                             .on_delete = LinkPolicy::cascade_signal});
        models.many_to_many(keeper, "feeds", animal, {.related_name = "feeders", .layout = GetParam().layout});
        Database::open(models, scratch.url()).create_tables();
    }

    /// Draws what one thread does.
    struct Draw {
        std::mt19937 random;
        const Registry& models;

        int below(int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }
        Reference of(const char* model) { return {&models[model], Value(1 + below(keys))}; }
        Reference any() { return of(models_of_the_zoo[static_cast<std::size_t>(below(3))]); }
        template <class One>
        std::vector<Reference> some(One&& one) {
            std::vector<Reference> all;
            for (int left = 1 + below(3); left > 0; --left)
                all.push_back(one());
            return all;
        }
    };

    static void insert(Database& db, Draw& draw, Gains& gains) {
        const Reference reference = draw.any();
        const Object object = reference.model->make({{"id", reference.key}});
        for (const auto& field : reference.model->fields())
            if (field->is_foreign_key() && draw.below(2) == 0)
                object.set(field->name(), draw.of(field->target()->label().c_str()).key);
        db.insert(object);
        ++gains[reference.model->label()];
    }

    /// What is not there is inserted first.
    static void require(Database& db, const std::vector<Reference>& references, Gains& gains) {
        for (const Reference& reference : references)
            if (!db.find(reference.model->label(), reference.key)) {
                db.insert(reference.model->make({{"id", reference.key}}));
                ++gains[reference.model->label()];
            }
    }

    static void link(Database& db, Draw& draw, Gains& gains) {
        const std::size_t which = static_cast<std::size_t>(draw.below(3));
        const bool reverse = draw.below(2) == 0;
        const auto target = [&] { return which == 2 ? draw.of(animal) : draw.any(); };
        const auto source = [&] { return draw.of(keeper); };
        constexpr std::array accessors{"keepers", "fans", "feeders"};
        const Reference one = reverse ? target() : source();
        const std::vector<Reference> others = reverse ? draw.some(source) : draw.some(target);
        if (draw.below(2) == 0) {
            require(db, {one}, gains);
            require(db, others, gains);
        }
        const std::string relation = relations_of_the_zoo[which];
        const RelatedManager links = db.related(one, reverse ? accessors[which] : relation);
        const int what = draw.below(5);
        const Changes changes = what == 0   ? links.remove(others)
                                : what == 1 ? links.set(others)
                                : what == 2 ? links.toggle(others)
                                            : links.add(others);
        gains[relation] += static_cast<long>(changes.added.size()) - static_cast<long>(changes.removed.size());
    }

    static void remove(Database& db, Draw& draw, Gains& gains) {
        const int how = draw.below(4);
        const Deleted deleted = how == 0
                                    ? db.remove(db.query(draw.any().model->label()).filter(F("id") < draw.below(keys)))
                                : how == 1 ? db.remove(draw.some([&] { return draw.any(); }))
                                           : db.remove(draw.any());
        for (const ModelCount& count : deleted.by_model)
            gains[count.label] -= static_cast<long>(count.count);
        for (const FieldCount& count : deleted.by_relation)
            gains[count.field.substr(count.field.rfind('.') + 1)] -= static_cast<long>(count.count);
    }

    /// A transaction of one operation or of two; nothing if a constraint, a policy or a receiver refuses it.
    Gains work(Pool& pool, unsigned seed) {
        try {
            return retry(pool, 1'000, [&](Database& db) {
                Draw draw{std::mt19937(seed), models};
                Gains gains;
                for (int left = 1 + draw.below(2); left > 0; --left) {
                    const int choice = draw.below(10);
                    (choice < 4 ? insert : choice < 8 ? link : remove)(db, draw, gains);
                }
                return gains;
            });
        } catch (const IntegrityError&) {
            return {};  // the key is taken, or what it refers to is gone
        } catch (const DeletionError&) {
            return {};
        }
    }

    /// In rounds: what one leaves behind, a later one would take away with the next object of the same key.
    void expect_consistent_after(const DatabaseOptions& options) {
        Pool pool(models, scratch.url(), threads, options);
        Gains total;
        for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
            SCOPED_TRACE(testing::Message() << "after round " << round);
            work_in_threads(pool, round, total);
            expect_consistent(total);
        }
    }

    void work_in_threads(Pool& pool, unsigned round, Gains& total) {
        std::vector<std::string> errors;
        std::mutex mutex;
        {
            std::vector<std::jthread> workers;
            for (unsigned number = 0; number < threads; ++number)
                workers.emplace_back([&, number] {
                    Gains gains;
                    std::string failure;
                    try {
                        for (unsigned i = 0; i < operations; ++i)
                            add(gains, work(pool, (round * threads + number) * operations + i));
                    } catch (const std::exception& error) {
                        failure = error.what();
                    }
                    const std::lock_guard lock(mutex);
                    add(total, gains);
                    if (!failure.empty())
                        errors.push_back(failure);
                });
        }
        EXPECT_EQ(errors, std::vector<std::string>());
    }

    /// The rows and links that are there are those that were made and not deleted again; each link has both its ends.
    void expect_consistent(const Gains& gains) {
        Database db = Database::open(models, scratch.url());
        EXPECT_EQ(verify(db), std::vector<Inconsistency>());
        Gains present;
        for (const char* model : models_of_the_zoo)
            present[model] = static_cast<long>(db.query(model).count());
        for (const std::string relation : relations_of_the_zoo) {
            const auto query = db.query(keeper + ("_" + relation));
            present[relation] = static_cast<long>(query.count());
            const char* ends[] = {relation == "feeds" ? "keeper" : "gm2m_src",
                                  relation == "feeds" ? "animal" : "gm2m_tgt"};
            for (const char* end : ends)
                for (const Object& found : db.follow(query.fetch(), end))
                    EXPECT_TRUE(found) << relation;
        }
        for (const auto& [label, count] : present)
            EXPECT_EQ(gains.contains(label) ? gains.at(label) : 0, count) << label;
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::optional<GM2MField> likes;
};
GM2M_INSTANTIATE(DeletionThreadsTest, layout_configurations);

TEST_P(DeletionThreadsTest, InsertLinkAndDeleteAtRandom) {
    expect_consistent_after(patient());
}

TEST_P(DeletionThreadsTest, InsertLinkAndDeleteInSplitStatements) {
    DatabaseOptions options = patient();
    options.keys_per_statement = 2;
    expect_consistent_after(options);
}

// Receivers are called on the threads that delete, also while others connect and disconnect.
TEST_P(DeletionThreadsTest, WithReceiversThatComeAndGo) {
    std::atomic<int> told = 0;
    const ScopedConnection refusing = likes->deleting().connect([&](const Deleting& event) {
        told += static_cast<int>(event.objects().size());
        if (event.links().size() % 4 == 3)
            event.refuse("so many links");
    });
    std::atomic<bool> ended = false;
    std::jthread others([&] {
        while (!ended) {
            const ScopedConnection passing = likes->deleting().connect([&](const Deleting&) { ++told; });
            std::this_thread::yield();
        }
    });
    expect_consistent_after(patient());
    ended = true;
    others.join();
    EXPECT_GT(told, 0);
}

}  // namespace gm2m::test
