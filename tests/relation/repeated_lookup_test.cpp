#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// The text of a lookup is written once, and then has other values: as long as it says the same.
class RepeatedLookupTest : public testing::TestWithParam<Configuration> {
protected:
    /// Films that users like; what bloggers review may be anything.
    struct Models {
        explicit Models(Layout layout) {
            for (const char* label : {"film.User", "blog.User"})
                registry.model(label).primary_key("id", Kind::integer).field("name", Kind::text);
            registry.model("film.Film").primary_key("id", Kind::integer).field("title", Kind::text);
            registry.gm2m("film.User", "likes", {.related = {"film.Film"}, .layout = layout});
            registry.gm2m("blog.User", "reviews", {.layout = layout});
        }
        Registry registry;
    };

    RepeatedLookupTest() { db.create_tables(); }

    Object user(const char* name) { return db.insert(registry["film.User"].make({{"name", name}})); }
    Object film(const char* title) { return db.insert(registry["film.Film"].make({{"title", title}})); }
    std::string found(const QuerySet& films) {
        std::string all;
        for (const Object& film : films.fetch())
            all += film["title"].get<std::string>();
        return all;
    }
    std::string found(const Condition& condition) {
        return found(db.query("film.Film").filter(condition).order_by("id"));
    }

    ScratchDatabase scratch{GetParam().engine};
    Models models{GetParam().layout};
    Registry& registry = models.registry;
    Database db = Database::open(registry, scratch.url());
};
GM2M_INSTANTIATE(RepeatedLookupTest, layout_configurations);

TEST_P(RepeatedLookupTest, HasTheValuesOfEachQuery) {
    const Object jack = user("Jack"), jill = user("Jill"), a = film("A"), b = film("B"), c = film("C");
    db.related(jack, "likes").add(a, b);
    db.related(jill, "likes").add(b, c);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(found(F("user__name") == "Jack"), "AB");
        EXPECT_EQ(found(F("user__name") == "Jill"), "BC");
        EXPECT_EQ(found(F("user__name") != "Jill"), "A");
        EXPECT_EQ(found(F("user") == jack), "AB");
        EXPECT_EQ(found(F("user") == jill), "BC");
        EXPECT_EQ(found(F("id").range(1, 2)), "AB");
        EXPECT_EQ(found(F("id").range(2, 3)), "BC");
        EXPECT_EQ(found(F("user").isnull()), "");
        EXPECT_EQ(found(F("user").isnull(false)), "ABC");
        EXPECT_EQ(found(F("id").in({1, 3})), "AC");
        EXPECT_EQ(found(F("id").in({2})), "B");
        EXPECT_EQ(found(F("title").startswith("A")), "A");
        EXPECT_EQ(found(F("title").startswith("B")), "B");
        EXPECT_EQ(found((F("user__name") == "Jack" && F("title") == "A") || F("title") == "C"), "AC");
        EXPECT_EQ(found((F("user__name") == "Jill" && F("title") == "B") || F("title") == "A"), "AB");
        EXPECT_EQ(found(db.query("film.Film").filter(F("user__name") == "Jack").order_by("-id")), "BA");
        EXPECT_EQ(found(db.query("film.Film").filter(F("user__name") == "Jill").order_by("-id").limit(1)), "C");
        EXPECT_EQ(found(db.query("film.Film").order_by("id").slice(1, 2)), "BC");
    }
}

TEST_P(RepeatedLookupTest, RefusesWhatDoesNotFit) {
    const Object jack = user("Jack"), a = film("A");
    EXPECT_EQ(found(F("id") == 1), "A");
    EXPECT_EQ(found(F("id") == "1"), "A");
    EXPECT_THROW(found(F("id") == "one"), InvalidValue);
    EXPECT_THROW(found(F("id") == Value()), QueryError);
    EXPECT_EQ(found(F("user") == jack), "");
    EXPECT_THROW(found(F("user") == a), QueryError);
    EXPECT_EQ(found(F("title") == "x"), "");
    EXPECT_THROW(found(F("title") == "\xFF"), InvalidValue);
}

// The content type of films comes with the first link.
TEST_P(RepeatedLookupTest, SeesContentTypesThatAreNew) {
    const Object jack = user("Jack"), a = film("A");
    EXPECT_EQ(found(F("user__name") == "Jack"), "");
    db.related(jack, "likes").add(a);
    EXPECT_EQ(found(F("user__name") == "Jack"), "A");
}

// What a name leads to changes with what is declared,
TEST_P(RepeatedLookupTest, IsOutdatedByADeclaration) {
    EXPECT_EQ(found(F("user__name") == "Jack"), "");
    registry.gm2m("blog.User", "watched", {.related = {"film.Film"}});
    EXPECT_THROW(found(F("user__name") == "Jack"), QueryError);
}

// or with the first object of a model in a relation: bloggers now are users of films too.
TEST_P(RepeatedLookupTest, IsOutdatedByALazyReverseRelation) {
    const Object blogger = db.insert(registry["blog.User"].make({{"name", "Jill"}}));
    const Object a = film("A");
    EXPECT_EQ(found(F("user__name") == "Jack"), "");
    EXPECT_EQ(db.related(a, "user_set").count(), 0U);
    db.related(blogger, "reviews").add(a);
    EXPECT_THROW(found(F("user__name") == "Jack"), QueryError);
    EXPECT_THROW(db.related(a, "user_set"), ConfigurationError);
}

// More queries than are kept
TEST_P(RepeatedLookupTest, ForgetsQueriesForOthers) {
    for (const char* title : {"A", "B", "C"})
        film(title);
    for (int round = 0; round < 2; ++round)
        for (int limit = 1; limit <= 100; ++limit)
            EXPECT_EQ(found(db.query("film.Film").order_by("id").limit(limit)), std::string("ABC").substr(0, limit));
}

}  // namespace gm2m::test
