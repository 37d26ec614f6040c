#include <gtest/gtest.h>

#include <algorithm>

#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

using namespace std::chrono_literals;

/// Two keys of a kind, and the text of the first.
struct Keys {
    Kind kind;
    Value first, second;
    std::string text;
};

std::vector<Keys> keys_of_every_kind() {
    const auto day = std::chrono::sys_days(2026y / 11 / 20);
    return {{Kind::small_integer, 5, -6, "5"},
            {Kind::integer, 5, 2'147'483'647, "5"},
            {Kind::big_integer, 5, std::int64_t{-9'000'000'000'000'000'000}, "5"},
            {Kind::text, "CH", "Zürich's \"best\"", "CH"},
            {Kind::uuid, Uuid::parse("0123456789abcdef0123456789abcdef"), Uuid::random(),
             "01234567-89ab-cdef-0123-456789abcdef"},
            {Kind::date, day, day - std::chrono::days(100'000), "2026-11-20"},
            {Kind::time, Time(12h), Time(1us), "12:00:00"},
            {Kind::date_time, DateTime(day) + 12h, DateTime(day) + 1us, "2026-11-20 12:00:00+00:00"}};
}

/// Models with a key of each kind, each of which is a source and a target.
class KeyKindsTest : public testing::TestWithParam<Configuration> {
protected:
    KeyKindsTest() {
        for (const Keys& keys : keys_of_every_kind()) {
            const std::string label = label_of(keys.kind);
            models.model(label).primary_key("key", keys.kind, {.generated = false}).field("note", Kind::text);
            models.gm2m(label, "links",
                        {.related_name = std::string(name_of(keys.kind)) + "s",
                         .pk_maxlength = 40,
                         .layout = GetParam().layout});
        }
        db.create_tables();
        for (const Keys& keys : keys_of_every_kind()) {
            const Model& model = models[label_of(keys.kind)];
            for (const Value& key : {keys.first, keys.second})
                objects.push_back(db.insert(model.make({{"key", key}, {"note", "x"}})));
        }
    }
    static std::string label_of(Kind kind) { return "keys.M" + std::string(name_of(kind)); }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    Database db = Database::open(models, scratch.url());
    std::vector<Object> objects;
};

INSTANTIATE_TEST_SUITE_P(Db, KeyKindsTest, testing::ValuesIn(layout_configurations()),
                         [](const auto& instance) { return name_of(instance.param); });

// 1.2, 2.1: every kind of key, on both sides: all of them linked from each of them
TEST_P(KeyKindsTest, LinkEverythingToEverything) {
    for (const Object& source : objects) {
        SCOPED_TRACE(source.to_string());
        RelatedManager links = db.related(source, "links");
        EXPECT_EQ(links.add(objects).added.size(), objects.size());
        EXPECT_TRUE(links.add(objects).empty());
        EXPECT_EQ(set_of_names(links.all()), set_of_names(objects));
        EXPECT_TRUE(links.set(objects).empty());
        EXPECT_TRUE(links.set(std::vector<Object>(objects.rbegin(), objects.rend())).empty());
        for (const Object& target : objects)
            EXPECT_TRUE(links.contains(target)) << target.to_string();
    }
    for (const Object& target : objects) {
        SCOPED_TRACE(target.to_string());
        for (const Keys& keys : keys_of_every_kind()) {
            RelatedManager sources = db.related(target, std::string(name_of(keys.kind)) + "s");
            EXPECT_EQ(sources.count(), 2U);
            ASSERT_EQ(sources.all().size(), 2U);
            const Object one = sources.all().front();
            EXPECT_TRUE(sources.contains(one));
            EXPECT_EQ(sources.set(one).removed.size(), 1U);
            EXPECT_EQ(sources.remove(one).removed.size(), 1U);
            EXPECT_EQ(sources.add(objects[0].model().label() == one.model().label() ? objects[0] : one).added.size(),
                      1U);
            EXPECT_EQ(sources.toggle(one).empty(), false);
        }
    }
}

// 2.10: what is too long is an integer's text, with its sign
TEST_P(KeyKindsTest, IntegersCanBeTooLong) {
    const GM2MField narrow = models.gm2m("keys.Mtext", "narrow", {.pk_maxlength = 4, .layout = GetParam().layout});
    db.create_tables();
    RelatedManager links = db.related(db.get("keys.Mtext", "CH"), narrow);
    const Model& model = models["keys.Mbig_integer"];
    for (const std::int64_t key : {1'000, 9'999, -999})
        EXPECT_EQ(links.add(db.insert(model.make({{"key", key}, {"note", "x"}}))).added.size(), 1U) << key;
    for (const std::int64_t key : {10'000, -1'000})
        EXPECT_THROW(links.add(model.make({{"key", key}, {"note", "x"}})), KeyTooLong) << key;
    EXPECT_EQ(links.count(), 3U);
}

// 3.6, 5.2: lookups, prefetches, per-model queries and the join model take every kind of key, on both sides
TEST_P(KeyKindsTest, AreLookedUpThrough) {
    for (const Object& source : objects)
        db.related(source, "links").add(objects);
    for (const Keys& source : keys_of_every_kind()) {
        const std::string label = label_of(source.kind), accessor = std::string(name_of(source.kind)) + "s";
        const auto sources = db.query(label).prefetch("links").fetch();
        for (const Object& each : sources)
            EXPECT_EQ(db.related(each, "links").all().size(), objects.size());
        for (const Keys& target : keys_of_every_kind()) {
            SCOPED_TRACE(label + " to " + label_of(target.kind));
            const std::string model = db.models()[label_of(target.kind)].model_name();
            const Object first = db.get(label_of(target.kind), target.first);
            EXPECT_EQ(db.query(label).filter(F("links__" + model + "__pk") == target.first).count(), 2U);
            EXPECT_EQ(db.query(label).filter(F("links") == first).count(), 2U);
            EXPECT_EQ(db.query(label).filter(F("links__" + model + "__note") == "x").count(), 2U);
            EXPECT_EQ(db.query(label_of(target.kind)).filter(F(accessor + "__pk") == source.first).count(), 2U);
            EXPECT_EQ(db.query(label_of(target.kind)).filter(F(accessor + "__note") == "x").count(), 2U);
            EXPECT_EQ(db.related(sources[0], "links").where(label_of(target.kind), F("note") == "x").fetch().size(),
                      2U);
            EXPECT_EQ(db.query(label + "_links").filter(F("gm2m_tgt__" + model + "__note") == "x").count(), 4U);

            const QuerySet one = db.query(label_of(target.kind)).order_by("-pk").limit(1);
            for (const Object& each : db.query(label).prefetch(Prefetch("links").with(one)).fetch())
                EXPECT_EQ(db.related(each, "links").all().size(), objects.size() - 1);
            for (const Object& each :
                 db.query(label_of(target.kind)).prefetch(Prefetch(accessor).with(db.query(label).limit(1))).fetch())
                EXPECT_EQ(db.related(each, accessor).all().size(), 1U);
        }
        EXPECT_EQ(db.related(sources[0], "links").most_in_common(9).size(), 1U);

        std::vector<std::vector<std::string>> expected;
        for (const Object& each : objects)
            expected.push_back(names_in_order(db.related(each, accessor).all()));
        db.prefetch(objects, accessor);
        StatementCounter counter(db);
        for (std::size_t i = 0; i < objects.size(); ++i)
            EXPECT_EQ(names_in_order(db.related(objects[i], accessor).all()), expected[i]) << accessor;
        EXPECT_EQ(counter.statements(), 0U);
    }
}

// 5.1, 5.2: the reverse side of many objects; on a server the links come alone, if the keys of what links to them have
// one form, and in the compact layout an order that is that of numbers
TEST_P(KeyKindsTest, LinkToManyObjects) {
    std::vector<Object> many;
    for (std::int64_t key = 0; key < 1100; ++key)
        many.push_back(models[label_of(Kind::big_integer)].make({{"key", 1000 + key}, {"note", "one of many"}}));
    db.insert_many(many);
    for (const Keys& source : keys_of_every_kind()) {
        const std::string label = label_of(source.kind), accessor = std::string(name_of(source.kind)) + "s";
        SCOPED_TRACE(label);
        const std::vector<Object> sources = db.query(label).order_by("-note", "pk").limit(2).fetch();
        db.related(sources[1], "links").add(std::vector(many.rbegin(), many.rend() - 1));
        db.related(sources[0], "links").add(std::vector(many.begin() + 100, many.end()));
        std::vector<std::vector<std::string>> expected;
        for (const Object& each : many)
            expected.push_back(names_in_order(db.related(each, accessor).all()));

        StatementCounter counter(db);
        db.prefetch(many, accessor);
        const bool links_alone =
            GetParam().has_round_trips() &&
            (source.kind <= Kind::big_integer || (source.kind == Kind::uuid && GetParam().keeps_order_of_linking()));
        EXPECT_EQ(counter.statements(), links_alone ? 2U : 1U);
        counter.reset();
        for (std::size_t i = 0; i < many.size(); ++i)
            EXPECT_EQ(names_in_order(db.related(many[i], accessor).all()), expected[i]) << i;
        EXPECT_TRUE(db.related(many[0], accessor).all().empty());
        EXPECT_EQ(db.related(many[1099], accessor).all().size(), 2U);
        EXPECT_TRUE(db.related(many[150], accessor).all()[0].is(db.related(many[1050], accessor).all()[0]));
        EXPECT_EQ(counter.statements(), 0U);
    }
}

// 2.1: the text form of each key type is the peer's
TEST_P(KeyKindsTest, HaveThePeersTextForm) {
    for (std::size_t i = 0; i < objects.size(); i += 2)
        db.related(objects[0], "links").add(objects[i]);
    std::vector<std::string> expected;
    for (const Keys& keys : keys_of_every_kind())
        expected.push_back(keys.text);
    std::ranges::sort(expected);
    std::vector<std::string> found = scratch.sql("SELECT gm2m_pk FROM keys_msmall_integer_links");
    std::ranges::sort(found);
    EXPECT_EQ(found, expected);
}

// 2.12, for keys of every kind: what is there is found, and what is not is missed
TEST_P(KeyKindsTest, AreMissedWhenTheyAreGone) {
    RelatedManager links = db.related(objects[0], "links");
    for (std::size_t i = 0; i < objects.size(); i += 2) {
        SCOPED_TRACE(objects[i].to_string());
        const std::vector<Object> both{objects[i], objects[i + 1]};
        EXPECT_EQ(links.toggle(both).added.size(), 2U);
        EXPECT_EQ(links.toggle(objects[i]).removed.size(), 1U);
        EXPECT_EQ(links.set(both).added.size(), 1U);
        links.clear();
        db.remove(objects[i + 1]);
        const std::string said = objects[i + 1].to_string() + " does not exist";
        const auto refused = [&](auto write, const std::string& message) {
            try {
                write();
                ADD_FAILURE() << "nothing was missed";
            } catch (const IntegrityError& error) {
                EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
            }
        };
        refused([&] { links.add(both); }, "one of the 2");
        refused([&] { links.set(both); }, "one of the 2");
        refused([&] { links.toggle(both[1]); }, said);
        refused([&] { db.related(both[1], "small_integers").add(objects[0]); }, said);
        EXPECT_FALSE(links.exists());
    }
}

TEST_P(KeyKindsTest, AreRemovedWithTheirObjects) {
    for (const Object& source : objects)
        db.related(source, "links").add(objects);
    for (std::size_t i = 0; i < objects.size(); i += 2) {
        const Deleted deleted = db.remove(objects[i]);
        EXPECT_EQ(deleted.rows, 1U);
        EXPECT_GT(deleted.links, 0U);
        EXPECT_FALSE(db.find(objects[i].model().label(), objects[i].key()));
    }
    for (std::size_t i = 1; i < objects.size(); i += 2)
        EXPECT_EQ(db.related(objects[i], "links").count(), objects.size() / 2);
}

// 6.1: all kinds of keys in one deletion, which finds each link by either end; one object of each model, and lists
TEST_P(KeyKindsTest, AreRemovedTogether) {
    const auto remove = [&](const std::vector<Object>& together, std::size_t links) {
        const Deleted deleted = db.remove(together);
        EXPECT_EQ(deleted.rows, together.size());
        EXPECT_EQ(deleted.links, links);
    };
    const std::size_t all = objects.size();
    for (const Object& source : objects)
        db.related(source, "links").add(objects);
    std::vector<Object> one_each, others;
    for (std::size_t i = 0; i < all; ++i)
        (i % 2 == 0 ? one_each : others).push_back(objects[i]);
    remove(one_each, all * all - others.size() * others.size());
    db.insert_many(one_each);
    for (const Object& source : one_each)
        db.related(source, "links").add(objects);
    remove(objects, all * all - others.size() * one_each.size());
    for (const Keys& keys : keys_of_every_kind())
        EXPECT_EQ(db.query(label_of(keys.kind) + "_links").count(), 0U);
}

}  // namespace
}  // namespace gm2m::test
