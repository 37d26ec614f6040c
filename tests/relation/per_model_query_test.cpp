#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// 2.8, 3.4: per model, the linked objects can be filtered, ordered and limited by their own fields.
class PerModelQueryTest : public CinemaTest {
protected:
    PerModelQueryTest() {
        preferred_by(jack).add(vertigo, carmen, alien, verdi, brazil, valse, ch);
        preferred_by(jill).add(alien, carmen);
    }
    RelatedManager mine() { return preferred_by(jack); }
    static std::string titles(const std::vector<Object>& objects) {
        std::string all;
        for (const Object& object : objects)
            all += (all.empty() ? "" : " ") + object[object.model().name() == "Country" ? "code" : "title"].to_string();
        return all;
    }

    Object jack = user("Jack"), jill = user("Jill"), jim = user("Jim");
    Object alien = movie("Alien"), brazil = movie("Brazil"), vertigo = movie("Vertigo"), other = movie("Van");
    Object carmen = opera("Carmen"), verdi = documentary("Verdi"), valse = movie("Valse");
    Object ch = country("CH");
};
GM2M_INSTANTIATE(PerModelQueryTest, all_configurations);

TEST_P(PerModelQueryTest, WhereIsAQueryOnTheLinkedObjectsOfOneModel) {
    EXPECT_EQ(titles(mine().where("cinema.Movie", F("title").startswith("V")).order_by("title").fetch()),
              "Valse Vertigo");
    EXPECT_EQ(titles(mine().where("cinema.Movie").order_by("-title").limit(2).fetch()), "Vertigo Valse");
    EXPECT_EQ(mine().where("cinema.Movie").count(), 4U);
    EXPECT_EQ(titles(mine().where("cinema.Movie", F("user__name") == "Jill").fetch()), "Alien");
    EXPECT_EQ(titles(mine().where("cinema.Country").fetch()), "CH");
    EXPECT_EQ(mine().of_type({"cinema.Opera"}).where("cinema.Movie").count(), 0U);
    EXPECT_EQ(preferred_by(jim).where("cinema.Movie").count(), 0U);
    if (GetParam().models == Models::compiled) {
        EXPECT_EQ(mine().where<Movie>(F(&Movie::title) == "Alien").get()->title, "Alien");
    }
}

// 2.7
TEST_P(PerModelQueryTest, WhereKeepsTheOrderOfLinking) {
    const bool linking = GetParam().keeps_order_of_linking();
    EXPECT_EQ(titles(mine().where("cinema.Movie").fetch()),
              linking ? "Vertigo Alien Brazil Valse" : "Alien Brazil Vertigo Valse");
    EXPECT_EQ(titles({mine().where("cinema.Movie").last().key() == valse.key() ? valse : alien}), "Valse");
    EXPECT_EQ(titles(mine().where("cinema.Movie").reverse().slice(0, 2).fetch()),
              linking ? "Valse Brazil" : "Valse Vertigo");
    std::string iterated;
    mine().where("cinema.Movie").iterate(2, [&](const Object& movie) { iterated += movie["title"].to_string() + " "; });
    EXPECT_EQ(iterated, "Alien Brazil Vertigo Valse ");
}

TEST_P(PerModelQueryTest, WithNarrowsOneModelOfTheMix) {
    const auto v = db.query("cinema.Movie").filter(F("title").startswith("V"));
    const bool linking = GetParam().keeps_order_of_linking();
    StatementCounter counter(db);
    EXPECT_EQ(titles(mine().with(v).all()),
              linking ? "Vertigo Carmen Verdi Valse CH" : titles(mine().with(v).all()));
    EXPECT_EQ(names(mine().with(v).all()),
              "cinema.Country:CH cinema.Documentary:1 cinema.Movie:3 cinema.Movie:5 cinema.Opera:1");
    counter.reset();
    EXPECT_EQ(mine().with(v).all().size(), 5U);
    EXPECT_EQ(counter.statements(), 5U);  // one for the models, one for each of them
    EXPECT_EQ(counter.round_trips(), GetParam().has_round_trips() ? 2U : 5U);

    EXPECT_EQ(mine().with(v).count(), 5U);
    EXPECT_TRUE(mine().with(v).exists());
    EXPECT_TRUE(mine().with(v).contains(vertigo));
    EXPECT_FALSE(mine().with(v).contains(alien));
    EXPECT_TRUE(mine().with(v).contains(carmen));
    EXPECT_EQ(mine().of_type({"cinema.Movie"}).with(v).all().size(), 2U);
    EXPECT_EQ(mine().with(v).with(v.filter(F("title") == "Van")).count(), 3U);
}

TEST_P(PerModelQueryTest, WithOrdersAndLimitsEachModel) {
    const auto movies = db.query("cinema.Movie").order_by("-title").limit(2);
    EXPECT_EQ(titles(mine().with(movies).of_type({"cinema.Movie", "cinema.Opera"}).all()),
              // model by model, in the order of the content types: movies were linked first
              "Vertigo Valse Carmen");
    EXPECT_EQ(mine().with(movies).count(), 5U);
    EXPECT_TRUE(mine().with(movies).contains(vertigo));
    EXPECT_FALSE(mine().with(movies).contains(alien));
    const auto first = db.query("cinema.Movie").limit(1);
    EXPECT_EQ(mine().with(first).of_type({"cinema.Movie"}).all().size(), 1U);
}

// 3.4: filters and ordering over sources
TEST_P(PerModelQueryTest, WorksOnTheReverseSide) {
    EXPECT_EQ(names(users_of(alien).where("cinema.User", F("name").startswith("J")).order_by("-name").fetch()),
              "cinema.User:1 cinema.User:2");
    EXPECT_EQ(users_of(alien).where("cinema.User", F("name") == "Jill").get()["name"], Value("Jill"));
    EXPECT_EQ(names_in_order(users_of(alien).with(db.query("cinema.User").order_by("-name")).all()),
              (std::vector<std::string>{"cinema.User:2", "cinema.User:1"}));
    EXPECT_EQ(users_of(alien).with(db.query("cinema.User").filter(F("name") == "Jill")).count(), 1U);
}

// A query of one's own prefetches as it does elsewhere.
TEST_P(PerModelQueryTest, NestsPrefetching) {
    const auto movies = mine().with(db.query("cinema.Movie").prefetch("user_set")).of_type({"cinema.Movie"}).all();
    StatementCounter counter(db);
    for (const Object& each : movies)
        EXPECT_FALSE(users_of(each).all().empty());
    EXPECT_EQ(counter.statements(), 0U);
}

TEST_P(PerModelQueryTest, RefusesWhatDoesNotFitBeforeAnythingRuns) {
    StatementCounter counter(db);
    EXPECT_THROW(users_of(alien).where("cinema.Movie"), WrongModel);
    EXPECT_THROW(users_of(alien).with(db.query("cinema.Movie")), WrongModel);
    EXPECT_THROW(mine().with(db.query("cinema.Movie").filter(F("titel") == "x")).all(), UnknownField);
    EXPECT_THROW(mine().with(db.query("cinema.Movie").prefetch("user_sets")).all(), NoReverseRelation);
    EXPECT_THROW(db.query("cinema.User").filter(F("name") == "?").prefetch("preferred_vidoes").fetch(),
                 NoReverseRelation);
    EXPECT_THROW(db.query("cinema.Movie").prefetch(cinema.preferred).fetch(), WrongModel);
    EXPECT_EQ(counter.statements(), 0U);
    EXPECT_EQ(mine().where("cinema.Movie").distinct().values({"title"}).size(), 4U);
}

TEST_P(PerModelQueryTest, SkipsWhatIsGone) {
    scratch.sql("DELETE FROM cinema_movie WHERE title = 'Alien'");
    EXPECT_EQ(mine().where("cinema.Movie").fetch().size(), 3U);
    EXPECT_EQ(mine().with(db.query("cinema.Opera")).all().size(), 6U);
}

}  // namespace gm2m::test
