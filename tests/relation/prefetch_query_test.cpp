#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// 5.2: a prefetch takes a query per model: filter, order, a limit per parent.
class PrefetchQueryTest : public CinemaTest {
protected:
    PrefetchQueryTest() {
        preferred_by(jack).add(vertigo, carmen, alien, brazil, tosca);
        preferred_by(jill).add(brazil, alien, ch);
    }
    /// "title title | title": what each user prefers, as it was prefetched.
    std::string prefetched(const Prefetch& prefetch) {
        const auto users = db.query("cinema.User").prefetch(prefetch).order_by("pk").fetch();
        StatementCounter counter(db);
        std::string all;
        for (const Object& user : users) {
            all += all.empty() ? "" : " |";
            for (const Object& object : preferred_by(user).all())
                all += (all.empty() ? "" : " ") +
                       object[object.model().name() == "Country" ? "code" : "title"].to_string();
        }
        EXPECT_EQ(counter.statements(), 0U);
        return all;
    }
    QuerySet movies() { return db.query("cinema.Movie"); }

    Object jack = user("Jack"), jill = user("Jill"), jim = user("Jim");
    Object alien = movie("Alien"), brazil = movie("Brazil"), vertigo = movie("Vertigo");
    Object carmen = opera("Carmen"), tosca = opera("Tosca"), ch = country("CH");
};
GM2M_INSTANTIATE(PrefetchQueryTest, all_configurations);

TEST_P(PrefetchQueryTest, Filters) {
    EXPECT_EQ(prefetched(Prefetch(cinema.preferred).with(movies().filter(F("title") == "Brazil"))),
              GetParam().keeps_order_of_linking() ? "Carmen Brazil Tosca | Brazil CH |"
                                                  : "Brazil Carmen Tosca | Brazil CH |");
}

TEST_P(PrefetchQueryTest, OrdersWithinEachParent) {
    EXPECT_EQ(prefetched(Prefetch(cinema.preferred).with(movies().order_by("-title"))),
              "Vertigo Brazil Alien Carmen Tosca | Brazil Alien CH |");
}

TEST_P(PrefetchQueryTest, LimitsForEachParent) {
    EXPECT_EQ(prefetched(Prefetch(cinema.preferred)
                             .with(movies().order_by("title").limit(1))
                             .with(db.query("cinema.Opera").order_by("-title").slice(1, 5))),
              "Alien Carmen | Alien CH |");
    EXPECT_EQ(prefetched(Prefetch("preferred_videos").with(movies().limit(1)).with(db.query("cinema.Opera").limit(0))),
              GetParam().keeps_order_of_linking() ? "Vertigo | Brazil CH |" : "Alien | Alien CH |");
}

// 5.1: the numbers of statements and round trips stay what they are
TEST_P(PrefetchQueryTest, CostsNoFurtherStatements) {
    StatementCounter counter(db);
    db.query("cinema.User").prefetch(Prefetch(cinema.preferred).with(movies().order_by("title").limit(1))).fetch();
    EXPECT_EQ(counter.statements(), 1U + 1U + 3U);
    EXPECT_EQ(counter.round_trips(), GetParam().has_round_trips() ? 3U : 5U);
}

TEST_P(PrefetchQueryTest, WorksOnTheReverseSide) {
    const auto users_of_movies = [&](const QuerySet& users) {
        const auto found = movies().prefetch(Prefetch("user_set").with(users)).order_by("pk").fetch();
        StatementCounter counter(db);
        std::string all;
        for (const Object& movie : found) {
            all += all.empty() ? "" : " |";
            for (const Object& user : users_of(movie).all())
                all += (all.empty() ? "" : " ") + user["name"].to_string();
        }
        EXPECT_EQ(counter.statements(), 0U);
        return all;
    };
    const QuerySet users = db.query("cinema.User");
    EXPECT_EQ(users_of_movies(users.order_by("-name")), "Jill Jack | Jill Jack | Jack");
    EXPECT_EQ(users_of_movies(users.filter(F("name") == "Jill")), "Jill | Jill |");
    EXPECT_EQ(users_of_movies(users.order_by("-name").limit(1)), "Jill | Jill | Jack");
    EXPECT_EQ(users_of_movies(users.limit(1)), "Jack | Jack | Jack");
    EXPECT_THROW(movies().prefetch(Prefetch("user_set").with(movies())).fetch(), WrongModel);
}

// At any size: more parents than one statement holds
TEST_P(PrefetchQueryTest, SplitsStatements) {
    DatabaseOptions options;
    options.keys_per_statement = 1;
    Database narrow = Database::open(cinema.registry, scratch.url(), options);
    const auto users =
        narrow.query("cinema.User")
            .prefetch(Prefetch(cinema.preferred).with(narrow.query("cinema.Movie").order_by("-title").limit(2)))
            .order_by("pk")
            .fetch();
    EXPECT_EQ(narrow.related(users[0], cinema.preferred).of_type({"cinema.Movie"}).all().front()["title"],
              Value("Vertigo"));
    EXPECT_EQ(narrow.related(users[1], cinema.preferred).of_type({"cinema.Movie"}).all().front()["title"],
              Value("Brazil"));
    EXPECT_EQ(narrow.related(users[1], cinema.preferred).all().size(), 3U);
}

TEST_P(PrefetchQueryTest, NestsWhatTheQueryPrefetches) {
    const auto users =
        db.query("cinema.User").prefetch(Prefetch(cinema.preferred).with(movies().prefetch("user_set"))).fetch();
    StatementCounter counter(db);
    for (const Object& each : preferred_by(users[0]).of_type({"cinema.Movie"}).all())
        EXPECT_FALSE(users_of(each).all().empty());
    EXPECT_EQ(counter.statements(), 0U);
}

}  // namespace gm2m::test
