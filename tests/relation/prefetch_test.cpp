#include <gm2m/error.hpp>

#include <algorithm>

#include "support/cinema.hpp"

namespace gm2m::test {

/// 5: prefetching
class PrefetchTest : public CinemaTest {
protected:
    PrefetchTest() {
        preferred_by(jack).add(made[3], carmen, made[1]);
        preferred_by(jill).add(carmen, made[1], made[0]);
        preferred_by(jim).add(ch);
    }
    /// all() of each user, in the order of the users and of the links.
    std::string all_of(const std::vector<Object>& users) {
        std::string text;
        for (const Object& user : users) {
            text += user["name"].to_string() + ":";
            for (const std::string& name : names_in_order(preferred_by(user).all()))
                text += " " + name;
            text += "; ";
        }
        return text;
    }

    Object jack = user("Jack"), jill = user("Jill"), jim = user("Jim"), nobody = user("Nobody");
    std::vector<Object> made = movies(5);
    Object carmen = opera("Carmen"), ch = country("CH");
};
GM2M_INSTANTIATE(PrefetchTest, all_configurations);

// 5.1: 1 statement for the links and 1 per target model, whatever the number of sources
TEST_P(PrefetchTest, LoadsTheRelationOfAll) {
    const std::string expected = all_of(db.query("cinema.User").order_by("name").fetch());
    StatementCounter counter(db);
    const std::vector<Object> users = db.query("cinema.User").order_by("name").prefetch(cinema.preferred).fetch();
    EXPECT_EQ(counter.statements(), 1U + 1 + 3);
    if (GetParam().has_round_trips()) {
        EXPECT_EQ(counter.round_trips(), 3U);
    }
    counter.reset();
    EXPECT_EQ(all_of(users), expected);
    EXPECT_EQ(names(preferred_by(users[0]).of_type({"cinema.Opera"}).all()), "cinema.Opera:1");
    EXPECT_EQ(counter.statements(), 0U);
}

// 5.1: the reverse side: 1 in all
TEST_P(PrefetchTest, LoadsTheReverseSide) {
    StatementCounter counter(db);
    const std::vector<Object> found = db.query("cinema.Movie").order_by("id").prefetch("user_set").fetch();
    EXPECT_EQ(counter.statements(), 1U + 1);
    counter.reset();
    EXPECT_EQ(names(users_of(found[0]).all()), "cinema.User:2");
    EXPECT_EQ(names_in_order(users_of(found[1]).all()), (std::vector<std::string>{"cinema.User:1", "cinema.User:2"}));
    EXPECT_TRUE(users_of(found[2]).all().empty());
    EXPECT_EQ(counter.statements(), 0U);
}

// As all() has it: in the order of linking, in the compact layout in that of the sources' keys
TEST_P(PrefetchTest, KeepsTheOrderOfTheReverseSide) {
    for (const Object& each : {nobody, jim, jack, jill})
        preferred_by(each).add(made[4], made[2]);
    std::vector<std::vector<std::string>> expected;
    for (const Object& each : made)
        expected.push_back(names_in_order(users_of(each).all()));
    ASSERT_EQ(expected[2].size(), 4U);
    const std::vector<Object> backwards(made.rbegin(), made.rend());
    db.prefetch(backwards, "user_set");
    for (std::size_t i = 0; i < made.size(); ++i)
        EXPECT_EQ(names_in_order(users_of(made[i]).all()), expected[i]);
}

// 5.3, on the reverse side: a source of many objects is loaded once
TEST_P(PrefetchTest, SharesSources) {
    db.prefetch(made, "user_set");
    const Object jill_of_first = users_of(made[0]).all().back(), jill_of_second = users_of(made[1]).all().back();
    EXPECT_EQ(jill_of_first.to_string(), "cinema.User:2");
    EXPECT_TRUE(jill_of_first.is(jill_of_second));
}

// 5.2: it nests; 5.3: an object linked from many sources is loaded once
TEST_P(PrefetchTest, Nests) {
    StatementCounter counter(db);
    const auto users =
        db.query("cinema.User").order_by("name").prefetch(Prefetch(cinema.preferred).then("user_set")).fetch();
    const std::size_t statements = counter.statements();
    EXPECT_EQ(statements, 1U + 1 + 3 + 3);
    for (const Object& target : preferred_by(users[0]).all())
        EXPECT_NE(names(users_of(target).all()).find("cinema.User:1"), std::string::npos);
    EXPECT_EQ(counter.statements(), statements);
    const std::vector<Object> jacks = preferred_by(users[0]).all(), jills = preferred_by(users[1]).all();
    EXPECT_TRUE(std::ranges::any_of(jacks, [&](const Object& a) {
        return std::ranges::any_of(jills, [&](const Object& b) { return a.is(b); });
    }));
}

// 5.2: on sources that came from anywhere, of several models
TEST_P(PrefetchTest, TakesAnyObjects) {
    const std::vector<Object> mixed{carmen, made[1], ch, carmen};
    StatementCounter counter(db);
    db.prefetch(mixed, "user_set");
    EXPECT_EQ(counter.statements(), 3U);
    EXPECT_EQ(names(users_of(carmen).all()), "cinema.User:1 cinema.User:2");
    EXPECT_EQ(names(users_of(ch).all()), "cinema.User:3");
    EXPECT_EQ(counter.statements(), 3U);
    EXPECT_NO_THROW(db.prefetch(std::vector<Object>{}, "user_set"));
    EXPECT_THROW(db.prefetch(mixed, "usr_set"), NoReverseRelation);
    EXPECT_THROW(db.prefetch(mixed, cinema.preferred), WrongModel);
}

// An object that stands there twice, and another handle of the same row
TEST_P(PrefetchTest, GivesRepeatedObjectsTheirRelationEachTime) {
    const auto reads_again = [&](const std::string& label, const Value& key) {
        return db.query(label).filter(F("pk") == key).fetch().front();
    };
    const Object same_jack = reads_again("cinema.User", jack.key()),
                 same_carmen = reads_again("cinema.Opera", carmen.key());
    db.prefetch(std::vector<Object>{jack, jill, same_jack, jack}, cinema.preferred);
    db.prefetch(std::vector<Object>{carmen, made[1], same_carmen, carmen}, "user_set");
    StatementCounter counter(db);
    for (const Object& each : {jack, same_jack})
        EXPECT_EQ(names(preferred_by(each).all()), "cinema.Movie:2 cinema.Movie:4 cinema.Opera:1");
    for (const Object& each : {carmen, same_carmen})
        EXPECT_EQ(names(users_of(each).all()), "cinema.User:1 cinema.User:2");
    EXPECT_EQ(counter.statements(), 0U);
}

// Texts that are integers beside others, of one model
TEST_P(PrefetchTest, TakesTextKeysThatLookLikeNumbers) {
    const std::vector<Object> countries{country("7"),  country("07"), country("-7"),
                                        country("-0"), country("0"),  country("ZZ")};
    preferred_by(nobody).add(countries);
    preferred_by(jim).add(countries[0]);
    db.prefetch(std::vector<Object>{nobody, jim}, cinema.preferred);
    EXPECT_EQ(
        names(preferred_by(nobody).all()),
        "cinema.Country:-0 cinema.Country:-7 cinema.Country:0 cinema.Country:07 cinema.Country:7 cinema.Country:ZZ");
    EXPECT_EQ(names(preferred_by(jim).all()), "cinema.Country:7 cinema.Country:CH");
}

// In a table that somebody else has written, two texts can stand for one key.
TEST_P(PrefetchTest, TakesTwoTextsOfOneKey) {
    const std::string types = "(SELECT id FROM gm2m_content_type WHERE model = 'movie')";
    scratch.sql("UPDATE cinema_user_preferred_videos SET gm2m_pk = '00' || gm2m_pk WHERE gm2m_ct_id = " + types +
                " AND gm2m_src_id = " + jill.key().to_string());
    const std::string expected = all_of({jack, jill});
    EXPECT_EQ(preferred_by(jill).all().size(), 3U);
    db.prefetch(std::vector{jack, jill}, cinema.preferred);
    StatementCounter counter(db);
    EXPECT_EQ(all_of({jack, jill}), expected);
    EXPECT_EQ(counter.statements(), 0U);
}

// 5.3: a write through a manager drops what it outdates
TEST_P(PrefetchTest, IsDroppedByAWrite) {
    const std::vector<Object> users{jack, jill};
    db.prefetch(users, Prefetch(cinema.preferred).then("user_set"));
    const Object shared = preferred_by(jack).of_type({"cinema.Opera"}).all().front();
    preferred_by(jack).remove(carmen);
    EXPECT_EQ(names(preferred_by(jack).all()), "cinema.Movie:2 cinema.Movie:4");
    EXPECT_EQ(names(users_of(shared).all()), "cinema.User:2");
    StatementCounter counter(db);
    preferred_by(jill).all();
    EXPECT_EQ(counter.statements(), 0U);  // hers is as it was
}

// 5.3: whatever handle, side and operation it is outdated by
TEST_P(PrefetchTest, IsOutdatedByWhatHappensElsewhere) {
    const auto load = [&] {
        const std::vector<Object> users{jack, jill};
        db.prefetch(users, Prefetch(cinema.preferred));
        ASSERT_EQ(names(preferred_by(jack).all()), "cinema.Movie:2 cinema.Movie:4 cinema.Opera:1");
    };
    const Object same_jack = db.get("cinema.User", jack.key());
    load();
    preferred_by(same_jack).remove(carmen);  // another handle
    EXPECT_EQ(names(preferred_by(jack).all()), "cinema.Movie:2 cinema.Movie:4");
    preferred_by(same_jack).add(carmen);
    load();
    users_of(db.get("cinema.Opera", carmen.key())).clear();  // the other side
    EXPECT_EQ(names(preferred_by(jack).all()), "cinema.Movie:2 cinema.Movie:4");
    users_of(carmen).set(jack, jill);
    load();
    {
        Transaction undone(db);
        preferred_by(same_jack).clear();
        db.prefetch(std::vector<Object>{jack}, cinema.preferred);
        EXPECT_TRUE(preferred_by(jack).all().empty());
    }
    EXPECT_EQ(names(preferred_by(jack).all()), "cinema.Movie:2 cinema.Movie:4 cinema.Opera:1");  // after a rollback
    load();
    db.remove(carmen);
    EXPECT_EQ(names(preferred_by(jack).all()), "cinema.Movie:2 cinema.Movie:4");
}

// 2.9: links to rows that are gone are skipped here too
TEST_P(PrefetchTest, SkipsLinksToRowsThatAreGone) {
    scratch.sql("DELETE FROM cinema_opera");
    const auto users = db.query("cinema.User").order_by("name").prefetch(cinema.preferred).fetch();
    EXPECT_EQ(names(preferred_by(users[0]).all()), "cinema.Movie:2 cinema.Movie:4");
    EXPECT_EQ(names(preferred_by(users[1]).all()), "cinema.Movie:1 cinema.Movie:2");
}

// More sources than one parameter holds
TEST_P(PrefetchTest, SplitsWhatDoesNotFitOneStatement) {
    Database narrow = Database::open(cinema.registry, scratch.url(), {.keys_per_statement = 2});
    const auto users = narrow.query("cinema.User").order_by("name").prefetch(cinema.preferred).fetch();
    EXPECT_EQ(all_of(users), all_of(db.query("cinema.User").order_by("name").fetch()));
    users_of(made[1]).add(jim, nobody);
    narrow.prefetch(made, "user_set");
    EXPECT_EQ(names(narrow.related(made[1], "user_set").all()),
              "cinema.User:1 cinema.User:2 cinema.User:3 cinema.User:4");
    EXPECT_EQ(names(narrow.related(made[3], "user_set").all()), "cinema.User:1");
    EXPECT_TRUE(narrow.related(made[4], "user_set").all().empty());
}

class UnconstrainedPrefetchTest : public CinemaTest {
protected:
    UnconstrainedPrefetchTest() : CinemaTest({.db_constraint = false}) {}
};
GM2M_INSTANTIATE(UnconstrainedPrefetchTest, layout_configurations);

// 2.9 on the reverse side; what is nested goes on from those that are there
TEST_P(UnconstrainedPrefetchTest, SkipsSourcesThatAreGone) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien"), brazil = movie("Brazil");
    preferred_by(me).add(alien, brazil);
    preferred_by(you).add(alien);
    scratch.sql("DELETE FROM cinema_user WHERE id = 1");
    db.prefetch(std::vector<Object>{alien, brazil}, Prefetch("user_set").then(cinema.preferred));
    StatementCounter counter(db);
    EXPECT_EQ(names(users_of(alien).all()), "cinema.User:2");
    EXPECT_EQ(names(preferred_by(users_of(alien).all().front()).all()), "cinema.Movie:1");
    EXPECT_TRUE(users_of(brazil).all().empty());
    EXPECT_EQ(counter.statements(), 0U);
}

// The same of many, where links are read before the sources
TEST_P(UnconstrainedPrefetchTest, SkipsSourcesOfManyThatAreGone) {
    const Object me = user("Me"), you = user("You");
    const std::vector<Object> many = movies(1100);
    preferred_by(me).add(many);
    preferred_by(you).add(std::vector(many.begin() + 1, many.end()));
    scratch.sql("DELETE FROM cinema_user WHERE id = 1");
    db.prefetch(many, Prefetch("user_set").then(cinema.preferred));
    StatementCounter counter(db);
    EXPECT_TRUE(users_of(many[0]).all().empty());
    EXPECT_EQ(names(users_of(many[1099]).all()), "cinema.User:2");
    EXPECT_EQ(preferred_by(users_of(many[1]).all().front()).all().size(), 1099U);
    EXPECT_EQ(counter.statements(), 0U);
}

}  // namespace gm2m::test
