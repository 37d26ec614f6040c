#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// 3.6: lookups go through relations, on both sides, and never multiply rows.
class LookupTest : public CinemaTest {
protected:
    LookupTest() {
        preferred_by(jack).add(carmen, tosca, alien);
        preferred_by(jill).add(carmen, alien, brazil);
        preferred_by(jim).add(ch);
    }
    std::string found(const char* label, const Condition& condition) {
        return names(db.query(label).filter(condition).fetch());
    }

    Object jack = user("Jack"), jill = user("Jill"), jim = user("Jim"), nobody = user("Nobody");
    Object carmen = opera("Carmen"), tosca = opera("Tosca"), norma = opera("Norma");
    Object alien = movie("Alien"), brazil = movie("Brazil");
    Object ch = country("CH"), odd = country("it's");
};
GM2M_INSTANTIATE(LookupTest, all_configurations);

TEST_P(LookupTest, GoesThroughTheReverseSide) {
    EXPECT_EQ(found("cinema.Opera", F("user__name") == "Jack"), "cinema.Opera:1 cinema.Opera:2");
    EXPECT_EQ(found("cinema.Opera", F("user__name").startswith("J")), "cinema.Opera:1 cinema.Opera:2");
    EXPECT_EQ(found("cinema.Movie", F("user__name") == "Jill"), "cinema.Movie:1 cinema.Movie:2");
    EXPECT_EQ(found("cinema.Country", F("user__name") == "Jim"), "cinema.Country:CH");
    EXPECT_EQ(found("cinema.Opera", F("user") == jill), "cinema.Opera:1");
    EXPECT_EQ(found("cinema.Opera", F("user__id").in({1, 2, 77})), "cinema.Opera:1 cinema.Opera:2");
    EXPECT_EQ(db.query("cinema.Opera").filter(F("user__name").startswith("J")).count(), 2U);
}

TEST_P(LookupTest, GoesThroughTheForwardSideToOneModel) {
    EXPECT_EQ(found("cinema.User", F("preferred_videos__movie__title") == "Alien"), "cinema.User:1 cinema.User:2");
    EXPECT_EQ(found("cinema.User", F("preferred_videos__cinema_movie__title") == "Brazil"), "cinema.User:2");
    EXPECT_EQ(found("cinema.User", F("preferred_videos__country__code") == "CH"), "cinema.User:3");
    EXPECT_EQ(found("cinema.User", F("preferred_videos") == carmen), "cinema.User:1 cinema.User:2");
    EXPECT_EQ(found("cinema.User", F("preferred_videos") == odd), "");
}

TEST_P(LookupTest, GoesOverSeveralHops) {
    // operas that somebody likes who likes Brazil
    EXPECT_EQ(found("cinema.Opera", F("user__preferred_videos__movie__title") == "Brazil"), "cinema.Opera:1");
    EXPECT_EQ(found("cinema.User", F("preferred_videos__opera__user__name") == "Jill"), "cinema.User:1 cinema.User:2");
}

// Conditions of one filter() bear on the same related object over each of the hops, isnull() and alternatives included.
TEST_P(LookupTest, BearsOnOneObject) {
    const auto operas = [&](auto... conditions) {
        return names(db.query("cinema.Opera").filter(conditions...).fetch());
    };
    // Jill alone prefers Brazil, and nobody prefers Brazil under the key of Alien
    EXPECT_EQ(
        operas(F("user__preferred_videos__movie__title") == "Brazil", F("user__preferred_videos__movie__id") == 1), "");
    EXPECT_EQ(
        operas(F("user__preferred_videos__movie__title") == "Brazil", F("user__preferred_videos__movie__id") == 2),
        "cinema.Opera:1");
    EXPECT_EQ(operas(F("user__name") == "Jack", F("user__name").isnull()), "");
    EXPECT_EQ(operas(F("user__id") == 2, F("user__name") == "Jack" || F("title") == "Carmen"), "cinema.Opera:1");
    EXPECT_EQ(operas(F("user__id") == 2, F("user__name") == "Jack" || F("title") == "Tosca"), "");
    EXPECT_EQ(found("cinema.User", F("preferred_videos__opera__user__preferred_videos").isnull()),
              "cinema.User:3 cinema.User:4");
}

// by absence
TEST_P(LookupTest, KnowsWhatIsNotLinked) {
    EXPECT_EQ(found("cinema.Opera", F("user").isnull()), "cinema.Opera:3");
    EXPECT_EQ(found("cinema.Opera", F("user").isnull(false)), "cinema.Opera:1 cinema.Opera:2");
    EXPECT_EQ(found("cinema.User", F("preferred_videos").isnull()), "cinema.User:4");
    EXPECT_EQ(found("cinema.User", F("preferred_videos__movie__id").isnull()), "cinema.User:3 cinema.User:4");
    EXPECT_EQ(found("cinema.Opera", F("user__name") != "Jack"), "cinema.Opera:3");
    EXPECT_EQ(names(db.query("cinema.Opera").exclude(F("user__name") == "Jill").fetch()),
              "cinema.Opera:2 cinema.Opera:3");
    EXPECT_EQ(found("cinema.Country", F("user").isnull()), "cinema.Country:it's");
}

// Conditions in one call bear on the same related object; in two calls on any two.
TEST_P(LookupTest, ConditionsInOneCallBearOnTheSameObject) {
    const auto operas = db.query("cinema.Opera");
    EXPECT_EQ(operas.filter(F("user__name") == "Jack", F("user__id") == 2).count(), 0U);
    EXPECT_EQ(names(operas.filter(F("user__name") == "Jack").filter(F("user__id") == 2).fetch()), "cinema.Opera:1");
    EXPECT_EQ(names(operas.filter(F("user__id") == 2, F("user__name") == "Jack" || F("user__name") == "Jill").fetch()),
              "cinema.Opera:1");
    EXPECT_EQ(names(operas.filter(F("user__name") == "Jill" || F("title") == "Norma").fetch()),
              "cinema.Opera:1 cinema.Opera:3");
}

// by counts
TEST_P(LookupTest, CountsWhatIsLinked) {
    const auto users = db.query("cinema.User")
                           .annotate("links", Count("preferred_videos"))
                           .annotate("operas", Count("preferred_videos__opera"))
                           .annotate("tosca", Count("preferred_videos__opera").filter(
                                                  F("preferred_videos__opera__title") == "Tosca"));
    EXPECT_EQ(names(users.filter(F("links") > 2).fetch()), "cinema.User:1 cinema.User:2");
    EXPECT_EQ(names(users.filter(F("operas") == 1).fetch()), "cinema.User:2");
    EXPECT_EQ(names(users.filter(F("tosca") > 0).fetch()), "cinema.User:1");
    EXPECT_EQ(names_in_order(users.order_by("-operas", "-id").limit(2).fetch()),
              (std::vector<std::string>{"cinema.User:1", "cinema.User:2"}));
    const auto operas = db.query("cinema.Opera").annotate("fans", Count("user")).annotate("least", Min("user__name"));
    EXPECT_EQ(names(operas.filter(F("fans") == 2, F("least") == "Jack").fetch()), "cinema.Opera:1");
    EXPECT_EQ(names(operas.filter(F("fans") == 0).fetch()), "cinema.Opera:3");
}

// 10: a key text that another program wrote must not make a lookup fail
TEST_P(LookupTest, SurvivesKeysThatAreNone) {
    for (const char* key : {"abc", "", "9999999999999999", "1.0", " 1"})
        scratch.sql(
            std::string("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) SELECT 1, id, '") +
            key + "' FROM gm2m_content_type");
    EXPECT_EQ(found("cinema.Opera", F("user__name") == "Jack"), "cinema.Opera:1 cinema.Opera:2");
    EXPECT_EQ(found("cinema.Movie", F("user__name") == "Jack"), "cinema.Movie:1");
    EXPECT_EQ(found("cinema.User", F("preferred_videos__opera__title") == "Norma"), "");
}

TEST_P(LookupTest, SaysWhatIsWrongWithAPath) {
    EXPECT_THROW(found("cinema.Opera", F("usr__name") == "x"), UnknownField);
    EXPECT_THROW(found("cinema.User", F("preferred_videos__title") == "x"), UnknownField);
    EXPECT_THROW(found("cinema.User", F("preferred_videos") == 5), QueryError);
    EXPECT_THROW(found("cinema.Opera", F("user") == alien), QueryError);
    try {
        found("cinema.User", F("preferred_videos__move__title") == "x");
        FAIL();
    } catch (const UnknownField& error) {
        EXPECT_NE(std::string(error.what()).find("did you mean 'movie'"), std::string::npos) << error.what();
    }
}

// A lookup is one statement, whatever it leads over.
TEST_P(LookupTest, IsOneStatement) {
    StatementCounter counter(db);
    db.query("cinema.Opera").filter(F("user__preferred_videos__movie__title") == "Brazil").fetch();
    EXPECT_EQ(counter.statements(), 1U);
    EXPECT_EQ(counter.texts().front().find("DISTINCT"), std::string::npos);
}

class MemberLookupTest : public CinemaTest {};
GM2M_INSTANTIATE(MemberLookupTest, engine_configurations);

// By member, inherited ones too; typed rows out
TEST_P(MemberLookupTest, NamesFieldsByMember) {
    db.insert_many(std::vector<Movie>{{{.title = "Alien"}}, {{.title = "Brazil"}}});
    for (const Instance<Movie>& found : db.query<Movie>().filter(F(&Movie::title) == "Brazil").fetch())
        EXPECT_EQ(found->id, 2);
    EXPECT_EQ(db.query<Movie>().filter(F(&Video::title).startswith("A")).get()->id, 1);
    EXPECT_EQ(db.query<Movie>().order_by(F(&Movie::title).desc()).first()->title, "Brazil");
    EXPECT_THROW(db.query<Movie>().filter(F(&User::name) == "x").count(), UnknownField);
}

}  // namespace gm2m::test
