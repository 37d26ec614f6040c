#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "support/cinema.hpp"

namespace gm2m::test {

/// 2.12, of many-to-many fields: threads that change the same links from both sides.
class ManyToManyThreadsTest : public testing::TestWithParam<Configuration> {
protected:
    static constexpr int size = 6, threads = 8, changes = 60;
    using Tally = std::map<std::string, int>;

    ManyToManyThreadsTest() {
        for (const char* label : {"shop.Entry", "shop.Tag"})
            models.model(label).primary_key("id", Kind::big_integer).field("name", Kind::text);
        models.many_to_many("shop.Entry", "tags", "shop.Tag", {.layout = GetParam().layout});
        Database db = Database::open(models, scratch.url());
        db.create_tables();
        for (const char* label : {"shop.Entry", "shop.Tag"})
            for (int i = 0; i < size; ++i)
                db.insert(models[label].make({{"name", "x"}}));
    }

    static Changes change(const RelatedManager& links, int what, const std::vector<Reference>& objects) {
        switch (what) {
            case 0: return links.add(objects);
            case 1: return links.remove(objects);
            case 2: return links.set(objects);
            default: return links.toggle(objects);
        }
    }

    /// Changes at random; notes what each call says it did.
    void work(int seed, std::size_t keys_per_statement, Tally& tally) {
        DatabaseOptions options;
        options.busy_timeout = std::chrono::minutes(2);
        options.keys_per_statement = keys_per_statement;
        Database db = Database::open(models, scratch.url(), options);
        std::mt19937 random(static_cast<unsigned>(seed));
        const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
        for (int i = 0; i < changes; ++i) {
            const bool reverse = below(2) == 0;
            const Reference near{&models[reverse ? "shop.Tag" : "shop.Entry"], 1 + below(size)};
            std::vector<Reference> far;
            for (int n = below(size); n > 0; --n)
                far.push_back({&models[reverse ? "shop.Entry" : "shop.Tag"], 1 + below(size)});
            const Changes done = change(db.related(near, reverse ? "entry_set" : "tags"), below(4), far);
            const auto note = [&](const Reference& other, int by) {
                const Reference& entry = reverse ? other : near;
                const Reference& tag = reverse ? near : other;
                tally[entry.key.to_string() + "-" + tag.key.to_string()] += by;
            };
            for (const Reference& other : done.added)
                note(other, 1);
            for (const Reference& other : done.removed)
                note(other, -1);
        }
    }

    /// No error, and the links that are there are those that were added and not removed again.
    void expect_accounted(std::size_t keys_per_statement) {
        std::vector<Tally> tallies(threads);
        std::vector<std::string> errors;
        std::mutex mutex;
        {
            std::vector<std::jthread> workers;
            for (int i = 0; i < threads; ++i)
                workers.emplace_back([&, i] {
                    try {
                        work(i, keys_per_statement, tallies[static_cast<std::size_t>(i)]);
                    } catch (const std::exception& error) {
                        const std::lock_guard lock(mutex);
                        errors.emplace_back(error.what());
                    }
                });
        }
        EXPECT_EQ(errors, std::vector<std::string>());
        Tally total;
        for (const Tally& tally : tallies)
            for (const auto& [link, count] : tally)
                total[link] += count;
        std::vector<std::string> expected;
        for (const auto& [link, count] : total)
            if (count != 0) {
                EXPECT_EQ(count, 1) << link;
                expected.push_back(link);
            }
        EXPECT_EQ(scratch.sql("SELECT entry_id || '-' || tag_id FROM shop_entry_tags ORDER BY entry_id, tag_id"),
                  expected);
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
};
GM2M_INSTANTIATE(ManyToManyThreadsTest, layout_configurations);

TEST_P(ManyToManyThreadsTest, ChangeAtRandomFromBothSides) {
    expect_accounted(1'000);
}

TEST_P(ManyToManyThreadsTest, ChangeAtRandomInSplitStatements) {
    expect_accounted(2);
}

}  // namespace gm2m::test
