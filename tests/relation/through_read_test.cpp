#include "relation/spoken.hpp"

namespace gm2m::test {

class ThroughReadTest : public SpokenTest {
protected:
    ThroughReadTest() {
        spoken_in(ch).add(WithValues(german, percent(62.5)), WithValues(latin, percent(99)),
                          WithValues(french, percent(23)), WithValues(italian, percent(8)));
        spoken_in(de).add(WithValues(german, percent(95)), WithValues(latin, percent(99)));
    }
    Object italian = language("Italian");
};
GM2M_INSTANTIATE(ThroughReadTest, through_configurations);

// 4.3: the through model's ordering orders the related objects, across models.
TEST_P(ThroughReadTest, InTheOrderOfTheModel) {
    EXPECT_EQ(all(spoken_in(ch)), "Latn German French Italian");
    EXPECT_EQ(all(spoken_in(ch).of_type({"world.Language"})), "German French Italian");
    EXPECT_EQ(names(spoken_in(ch).where("world.Language").fetch()), "German French Italian");
    EXPECT_EQ(names(spoken_in(ch).where("world.Language", F("name") != "French").fetch()), "German Italian");
    EXPECT_EQ(names(spoken_in(ch).where("world.Language").reverse().fetch()), "Italian French German");
    EXPECT_EQ(all(spoken_in(ch).with(db.query("world.Language").filter(F("name") != "French"))), "Latn German Italian");
    EXPECT_EQ(all(spoken_in(ch).with(db.query("world.Language").order_by("name"))), "French German Italian Latn");
}

// 4.3: … and by its fields, stable where they are the same.
TEST_P(ThroughReadTest, InAnotherOrder) {
    EXPECT_EQ(all(spoken_in(ch).order_by_through({"percent"})), "Italian French German Latn");
    EXPECT_EQ(all(spoken_in(ch).order_by_through({"id"})), "German Latn French Italian");
    EXPECT_EQ(all(spoken_in(ch).order_by_through({"-id"})), "Italian French Latn German");
    EXPECT_EQ(all(spoken_in(ch).order_by_through({"note"})), "German Latn French Italian");
    EXPECT_EQ(all(spoken_in(ch).of_type({"world.Language"}).order_by_through({"percent"})), "Italian French German");
    EXPECT_EQ(all(db.related(german, "spoken_in").order_by_through({"percent"})), "CH DE");
    EXPECT_EQ(all(db.related(german, "spoken_in").order_by_through({"-percent"})), "DE CH");
    EXPECT_THROW(spoken_in(ch).order_by_through({"percentage"}).all(), UnknownField);
}

// 4.3: … also of a query on the objects of one model, unless it has an order of its own.
TEST_P(ThroughReadTest, QueriesInAnotherOrder) {
    const RelatedSet least = spoken_in(ch).order_by_through({"percent"});
    const QuerySet languages = least.where("world.Language");
    EXPECT_EQ(names(languages.fetch()), "Italian French German");
    EXPECT_EQ(names(languages.filter(F("name") != "French").fetch()), "Italian German");
    EXPECT_EQ(names(languages.reverse().fetch()), "German French Italian");
    EXPECT_EQ(names(languages.limit(2).fetch()), "Italian French");
    EXPECT_EQ(languages.first()["name"], Value("Italian"));
    EXPECT_EQ(languages.last()["name"], Value("German"));
    EXPECT_EQ(languages.count(), 3U);
    EXPECT_EQ(names(languages.order_by("name").fetch()), "French German Italian");
    EXPECT_EQ(names(spoken_in(ch).order_by_through({"note", "-id"}).where("world.Language").fetch()),
              "Italian French German");
    db.query("world.Usage").filter(F("target") == french).update({{"note", "west"}});
    EXPECT_EQ(names(spoken_in(ch).order_by_through({F("note").asc(Nulls::last)}).where("world.Language").fetch()),
              "French German Italian");
    EXPECT_THROW(spoken_in(ch).order_by_through({"percentage"}).where("world.Language").fetch(), UnknownField);

    const RelatedManager in = db.related(german, "spoken_in");
    EXPECT_EQ(names(in.order_by_through({"-percent"}).where("world.Land").fetch()), "DE CH");
    EXPECT_EQ(names(in.order_by_through({"-land__name"}).where("world.Land").fetch()), "DE CH");
    EXPECT_EQ(names(in.order_by_through({"-percent"}).where("world.Land").order_by("code").fetch()), "CH DE");
}

TEST_P(ThroughReadTest, GivenQueriesInAnotherOrder) {
    const RelatedSet least = spoken_in(ch).order_by_through({"percent"});
    const QuerySet languages = db.query("world.Language");
    EXPECT_EQ(all(least.with(languages.filter(F("name") != "French"))), "Italian German Latn");
    EXPECT_EQ(all(least.with(languages.limit(2))), "Italian French Latn");
    EXPECT_EQ(all(least.with(languages.limit(2)).of_type({"world.Language"})), "Italian French");
    EXPECT_EQ(all(least.with(languages.order_by("name"))), "French German Italian Latn");
    EXPECT_EQ(all(spoken_in(ch).order_by_through({"-id"}).with(languages).with(db.query("world.Script"))),
              "Italian French Latn German");
    EXPECT_THROW(spoken_in(ch).order_by_through({"percentage"}).with(languages).all(), UnknownField);
    EXPECT_THROW(least.with(languages).all_with_through(), QueryError);

    const RelatedSet most = db.related(german, "spoken_in").order_by_through({"-percent"});
    EXPECT_EQ(all(most.with(db.query("world.Land"))), "DE CH");
    EXPECT_EQ(all(most.with(db.query("world.Land").limit(1))), "DE");
    EXPECT_EQ(all(most.with(db.query("world.Land").order_by("code"))), "CH DE");
}

// 4.2, 4.3: of an object that several rows link, the first of them in the order is its place.
TEST_P(ThroughReadTest, QueriesOfRepeatedLinksInAnotherOrder) {
    const Object again = models["world.Usage"].make({{"land", "CH"}, {"percent", 1.0}});
    db.assign(again, "target", german);
    db.insert(again);
    EXPECT_EQ(names(spoken_in(ch).order_by_through({"percent"}).where("world.Language").fetch()),
              "German Italian French");
    EXPECT_EQ(names(spoken_in(ch).order_by_through({"-percent"}).where("world.Language").fetch()),
              "German French Italian");
    EXPECT_EQ(names(spoken_in(ch).order_by_through({"-id"}).where("world.Language").fetch()), "German Italian French");
    EXPECT_EQ(all(spoken_in(ch).order_by_through({"percent"}).with(db.query("world.Language"))),
              "German Italian French Latn");
}

// 4.3: the same percentage: by the rows' keys.
TEST_P(ThroughReadTest, IsStable) {
    const Object fr = land("FR");
    std::vector<Object> many;
    for (int i = 0; i < 20; ++i)
        many.push_back(i % 2 == 0 ? language("l" + std::to_string(i)) : script("s" + std::to_string(i)));
    spoken_in(fr).with_values(percent(5)).add(many);
    EXPECT_EQ(all(spoken_in(fr)), names(many));
    db.query("world.Land").prefetch(spoken).fetch();
    const auto lands = db.query("world.Land").filter(F("code") == "FR").prefetch(spoken).fetch();
    EXPECT_EQ(all(db.related(lands.front(), spoken)), names(many));
}

// 4.3: through rows together with the objects.
TEST_P(ThroughReadTest, WithTheRows) {
    std::string text;
    for (const auto& [usage, object] : spoken_in(ch).all_with_through())
        text +=
            object["name"].to_string() + "=" + std::to_string(static_cast<int>(usage["percent"].get<double>())) + " ";
    EXPECT_EQ(text, "Latn=99 German=62 French=23 Italian=8 ");
    text.clear();
    for (const auto& [usage, object] : db.related(german, "spoken_in").order_by_through({"percent"}).all_with_through())
        text +=
            object["name"].to_string() + "=" + std::to_string(static_cast<int>(usage["percent"].get<double>())) + " ";
    EXPECT_EQ(text, "CH=62 DE=95 ");
    if (GetParam().models == Models::run_time)
        return;
    double sum = 0;
    for (const auto& [usage, spoken_language] : spoken_in(ch).all_with_through<Usage, Language>()) {
        EXPECT_EQ(usage->land, "CH");
        EXPECT_FALSE(spoken_language->name.empty());
        sum += usage->percent;
    }
    EXPECT_EQ(sum, 93.5);
    EXPECT_THROW((spoken_in(ch).all_with_through<Land, Language>()), WrongModel);
    EXPECT_THROW((spoken_in(land("FR")).all_with_through<Land, Language>()), WrongModel);  // which has no links
    EXPECT_THROW((spoken_in(land("IT")).all_with_through<User, Language>()), UnknownModel);
}

// 5.1, 5.2: prefetching, with the rows and without.
TEST_P(ThroughReadTest, Prefetches) {
    StatementCounter counter(db);
    auto lands = db.query("world.Land").order_by("code").prefetch(spoken).fetch();
    EXPECT_EQ(counter.statements(), 1U + 1 + 2);
    counter.reset();
    EXPECT_EQ(all(db.related(lands[0], spoken)), "Latn German French Italian");
    EXPECT_EQ(all(db.related(lands[1], spoken)), "Latn German");
    EXPECT_EQ(counter.statements(), 0U);

    lands = db.query("world.Land").order_by("code").prefetch(Prefetch(spoken).with_through()).fetch();
    EXPECT_EQ(counter.statements(), 1U + 1 + 2);
    counter.reset();
    EXPECT_EQ(all(db.related(lands[0], spoken)), "Latn German French Italian");
    const auto linked = db.related(lands[1], spoken).all_with_through();
    ASSERT_EQ(linked.size(), 2U);
    EXPECT_EQ(linked[1].through["percent"], Value(95.0));
    EXPECT_EQ(linked[1].object["name"], Value("German"));
    EXPECT_EQ(counter.statements(), 0U);
    // An object that several sources link is loaded once. (5.3)
    EXPECT_TRUE(db.related(lands[0], spoken).all()[0].is(db.related(lands[1], spoken).all()[0]));
    db.related(lands[1], spoken).remove(german);
    EXPECT_EQ(db.related(lands[1], spoken).all_with_through().size(), 1U);
}

TEST_P(ThroughReadTest, PrefetchesTheReverseSide) {
    const auto languages =
        db.query("world.Language").order_by("name").prefetch(Prefetch("spoken_in").with_through()).fetch();
    StatementCounter counter(db);
    ASSERT_EQ(languages.size(), 3U);
    const auto linked = db.related(languages[1], "spoken_in").all_with_through();
    ASSERT_EQ(linked.size(), 2U);
    EXPECT_EQ(linked[0].object["name"], Value("CH"));  // in the order of linking, as without the rows
    EXPECT_EQ(linked[0].through["percent"], Value(62.5));
    EXPECT_EQ(all(db.related(languages[1], "spoken_in")), "CH DE");
    EXPECT_EQ(counter.statements(), 0U);
}

TEST_P(ThroughReadTest, PrefetchesWithAQuery) {
    const auto best = db.query("world.Language").order_by("name").slice(0, 1);
    const auto lands = db.query("world.Land").order_by("code").prefetch(Prefetch(spoken).with(best)).fetch();
    EXPECT_EQ(names(db.related(lands[0], spoken).of_type({"world.Language"}).all()), "French");
    const auto some = db.query("world.Language").filter(F("name") != "German");
    const auto others = db.query("world.Land").order_by("code").prefetch(Prefetch(spoken).with(some)).fetch();
    EXPECT_EQ(all(db.related(others[0], spoken)), "Latn French Italian");
    EXPECT_THROW(db.query("world.Land").prefetch(Prefetch(spoken).with(some).with_through()).fetch(), QueryError);
}

// 3.6: lookups through the relation, and over the rows.
TEST_P(ThroughReadTest, Lookups) {
    const auto codes = [&](const Condition& condition) {
        return names(db.query("world.Land").filter(condition).order_by("code").fetch());
    };
    EXPECT_EQ(codes(F("spoken__language__name") == "German"), "CH DE");
    EXPECT_EQ(codes(F("spoken__language__name") == "Italian"), "CH");
    EXPECT_EQ(codes(F("spoken") == latin), "CH DE");
    EXPECT_EQ(codes(F("usage__percent") > 90.0 && F("usage__target") == german), "DE");
    EXPECT_EQ(names(db.query("world.Language").filter(F("spoken_in__code") == "CH").order_by("name").fetch()),
              "French German Italian");
    EXPECT_EQ(codes(!(F("spoken__language__name") == "Italian")), "DE");
}

// 4.2, 5.1: a generic foreign key, and an ordinary one, are fields in their own right: read, written, prefetched, asked
// for.
TEST_P(ThroughReadTest, ForeignKeysArePrefetched) {
    StatementCounter counter(db);
    const auto usages = db.query("world.Usage").prefetch("target").prefetch("land").fetch();
    EXPECT_EQ(counter.statements(), 1U + 2 + 1);
    counter.reset();
    ASSERT_EQ(usages.size(), 6U);
    EXPECT_EQ(names(db.follow(usages, "target")), "Latn Latn German German French Italian");
    EXPECT_EQ(db.follow(usages[2], "land")["name"], Value("DE"));
    EXPECT_TRUE(db.follow(usages[0], "target").is(db.follow(usages[1], "target")));
    EXPECT_EQ(counter.statements(), 0U);
    // What refers to something else now is not answered from before.
    db.assign(usages[0], "target", italian);
    EXPECT_EQ(db.follow(usages[0], "target")["name"], Value("Italian"));
    EXPECT_EQ(counter.statements(), 1U);
    db.remove(french);
    EXPECT_FALSE(db.follow(usages[4], "target"));
    EXPECT_THROW(db.query("world.Usage").prefetch(Prefetch("target").with(db.query("world.Script"))).fetch(),
                 QueryError);
    EXPECT_EQ(db.query("world.Usage").filter(F("target").in(std::vector{german, latin})).count(), 4U);
}

// 5.2: … and on from there.
TEST_P(ThroughReadTest, NestedOverForeignKeys) {
    const auto usages = db.query("world.Usage").prefetch(Prefetch("land").then(spoken)).fetch();
    StatementCounter counter(db);
    EXPECT_EQ(all(db.related(db.follow(usages.back(), "land"), spoken)), "Latn German French Italian");
    EXPECT_EQ(counter.statements(), 0U);
}

// The default order of a model's own queries.
TEST_P(ThroughReadTest, OrderingOfTheModelItself) {
    std::vector<double> percents;
    for (const Object& usage : db.query("world.Usage").filter(F("land") == "CH").fetch())
        percents.push_back(usage["percent"].get<double>());
    EXPECT_EQ(percents, (std::vector<double>{99, 62.5, 23, 8}));
    EXPECT_EQ(db.query("world.Usage").filter(F("land") == "CH").first()["percent"], Value(99.0));
    EXPECT_EQ(db.query("world.Usage").filter(F("land") == "CH").last()["percent"], Value(8.0));
    EXPECT_EQ(db.query("world.Usage").count(), 6U);
}

}  // namespace gm2m::test
