#include <gm2m/registry.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "model/row_maker.hpp"

namespace gm2m::test {
namespace {

std::atomic<int> alive{0};

struct Counted {
    std::int64_t id = 0;
    std::string title = "longer than what a string keeps in itself";

    Counted() { ++alive; }
    ~Counted() { --alive; }
};
struct alignas(64) Aligned {
    std::int64_t id = 0;
};
struct Large {
    std::int64_t id = 0;
    std::array<char, 5000> bytes{};
};
struct Touchy {
    static inline int until_failure = 0;
    std::int64_t id = 0;

    Touchy() {
        if (--until_failure == 0)
            throw std::runtime_error("touchy");
    }
};

std::vector<Object> make(const Model& model, std::size_t count) {
    RowMaker rows(model);
    std::vector<Object> objects;
    for (std::size_t i = 0; i < count; ++i) {
        objects.push_back(Object::adopt(rows.make()));
        objects.back().set("id", static_cast<std::int64_t>(i));
    }
    return objects;
}

// Objects that are read together share memory; each lives as long as its own handles do.
TEST(RowMakerTest, EachObjectLivesOnItsOwn) {
    Registry registry;
    registry.model<Counted>("test.Counted").primary_key("id", &Counted::id);
    const Model& model = registry["test.Counted"];
    for (const std::size_t count : {0, 1, 2, 9, 10, 1000}) {
        std::vector<Object> objects = make(model, count);
        EXPECT_EQ(alive, static_cast<int>(count));
        std::set<const void*> addresses;
        for (const Object& object : objects)
            addresses.insert(&object.get<Counted>());
        EXPECT_EQ(addresses.size(), count);
        std::ranges::shuffle(objects, std::mt19937(1));
        while (objects.size() > 1) {
            objects.pop_back();
            EXPECT_EQ(alive, static_cast<int>(objects.size()));
        }
        for (const Object& last : objects)
            EXPECT_EQ(last.get<Counted>().title, Counted().title);
    }
    EXPECT_EQ(alive, 0);
}

TEST(RowMakerTest, AnyStructFits) {
    Registry registry;
    registry.model<Aligned>("test.Aligned").primary_key("id", &Aligned::id);
    registry.model<Large>("test.Large").primary_key("id", &Large::id);
    registry.model("test.RunTime").primary_key("id", Kind::big_integer).field("title", Kind::text);
    for (const char* label : {"test.Aligned", "test.Large", "test.RunTime"}) {
        const std::vector<Object> objects = make(registry[label], 100);
        for (std::size_t i = 0; i < objects.size(); ++i)
            EXPECT_EQ(objects[i]["id"].get<std::int64_t>(), static_cast<std::int64_t>(i)) << label;
        if (const Aligned* aligned = objects[50].get_if<Aligned>()) {
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % alignof(Aligned), 0U);
        }
    }
}

TEST(RowMakerTest, AConstructorMayThrow) {
    Registry registry;
    registry.model<Touchy>("test.Touchy").primary_key("id", &Touchy::id);
    const Model& model = registry["test.Touchy"];
    for (int failure = 1; failure < 20; ++failure) {
        Touchy::until_failure = failure;
        RowMaker rows(model);
        std::vector<Object> objects;
        EXPECT_THROW(
            for (;;) objects.push_back(Object::adopt(rows.make())), std::runtime_error);
        EXPECT_EQ(objects.size(), static_cast<std::size_t>(failure - 1));
        objects.push_back(Object::adopt(rows.make()));
    }
}

TEST(RowMakerTest, ThreadsMayLetGoOfObjectsAtOnce) {
    Registry registry;
    registry.model<Counted>("test.Counted").primary_key("id", &Counted::id);
    for (int round = 0; round < 20; ++round) {
        std::vector<Object> objects = make(registry["test.Counted"], 1000);
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < 4; ++t) {
            std::vector<Object> own;
            for (std::size_t i = t; i < objects.size(); i += 4)
                own.push_back(std::move(objects[i]));
            threads.emplace_back([own = std::move(own)]() mutable { own.clear(); });
        }
        for (std::thread& thread : threads)
            thread.join();
        EXPECT_EQ(alive, 0);
    }
}

}  // namespace
}  // namespace gm2m::test
