#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class ReverseTest : public CinemaTest {};
GM2M_INSTANTIATE(ReverseTest, all_configurations);

// 3.2: the reverse side comes into being when the first object of a model is added; before, the accessor is an error
TEST_P(ReverseTest, ComesIntoBeingWithTheFirstObject) {
    const Object me = user("Me"), alien = movie("Alien"), carmen = opera("Carmen");
    try {
        users_of(alien);
        FAIL();
    } catch (const NoReverseRelation& error) {
        EXPECT_NE(std::string(error.what()).find("add_relation(\"cinema.Movie\")"), std::string::npos) << error.what();
    }
    preferred_by(me).add(alien);
    EXPECT_EQ(names(users_of(alien).all()), "cinema.User:1");
    EXPECT_THROW(users_of(carmen), NoReverseRelation);
    EXPECT_THROW(db.related(alien, "usr_set"), NoReverseRelation);
    EXPECT_EQ(cinema.preferred.get_related_models(true).size(), 1U);   // 3.5
    EXPECT_TRUE(cinema.preferred.get_related_models(false).empty());
}

// 3.2: … or when add_relation() names it
TEST_P(ReverseTest, ComesIntoBeingOnRequest) {
    const Object carmen = opera("Carmen");
    cinema.preferred.add_relation("cinema.Opera");
    EXPECT_TRUE(users_of(carmen).all().empty());
    EXPECT_EQ(users_of(carmen).count(), 0U);
    EXPECT_FALSE(users_of(carmen).exists());
    EXPECT_EQ(cinema.preferred.get_related_models(false).size(), 1U);
}

// 3.3: it survives a restart: discover() finds in the join table which models it holds
TEST_P(ReverseTest, IsDiscoveredAfterARestart) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien, opera("Carmen"));
    Cinema restarted(GetParam());
    Database again = Database::open(restarted.registry, scratch.url());
    const Object found = again.get("cinema.Movie", 1);
    EXPECT_THROW(again.related(found, "user_set"), NoReverseRelation);
    StatementCounter counter(again);
    again.discover();
    EXPECT_LE(counter.statements(), 2U);
    EXPECT_EQ(names(again.related(found, "user_set").all()), "cinema.User:1");
    EXPECT_EQ(restarted.preferred.get_related_models(true).size(), 2U);
    EXPECT_FALSE(restarted.preferred.is_related(restarted.registry["cinema.Documentary"]));
}

// 3.4: add, remove, clear, all, count, contains
TEST_P(ReverseTest, IsWrittenLikeTheForwardSide) {
    cinema.preferred.add_relation("cinema.Movie");
    const Object a = user("a"), b = user("b"), c = user("c"), alien = movie("Alien"), brazil = movie("Brazil");
    users_of(brazil).add(a);
    const Changes added = users_of(alien).add(c, a, a);
    EXPECT_EQ(names(added.added), "cinema.User:1 cinema.User:3");
    EXPECT_TRUE(users_of(alien).add(a).empty());
    if (GetParam().keeps_order_of_linking()) {
        EXPECT_EQ(names_in_order(users_of(alien).all()), (std::vector<std::string>{"cinema.User:3", "cinema.User:1"}));
    }
    EXPECT_EQ(users_of(alien).count(), 2U);
    EXPECT_TRUE(users_of(alien).contains(c));
    EXPECT_FALSE(users_of(alien).contains(b));
    EXPECT_EQ(users_of(alien).count_by_model().front().label, "cinema.User");
    EXPECT_TRUE(preferred_by(c).contains(alien));
    const Changes removed = users_of(alien).remove(c, b);
    EXPECT_EQ(names(removed.removed), "cinema.User:3");
    EXPECT_EQ(users_of(alien).clear(), 1U);
    EXPECT_EQ(users_of(alien).clear(), 0U);
    EXPECT_EQ(names(users_of(brazil).all()), "cinema.User:1");
}

// 3.4, 10: the reverse set() touches only links of this target, and only the difference
TEST_P(ReverseTest, SetTouchesOnlyTheDifference) {
    cinema.preferred.add_relation("cinema.Movie");
    const Object a = user("a"), b = user("b"), c = user("c"), alien = movie("Alien"), brazil = movie("Brazil");
    users_of(alien).add(a, b);
    users_of(brazil).add(a, b);
    const Changes changes = users_of(alien).set(b, c);
    EXPECT_EQ(names(changes.added), "cinema.User:3");
    EXPECT_EQ(names(changes.removed), "cinema.User:1");
    EXPECT_EQ(names(users_of(alien).all()), "cinema.User:2 cinema.User:3");
    EXPECT_EQ(names(users_of(brazil).all()), "cinema.User:1 cinema.User:2");
    EXPECT_TRUE(users_of(alien).set(c, b).empty());
    const Changes toggled = users_of(alien).toggle(a, b, a);
    EXPECT_EQ(names(toggled.added), "cinema.User:1");
    EXPECT_EQ(names(toggled.removed), "cinema.User:2");
    EXPECT_EQ(users_of(alien).set({}).removed.size(), 2U);
    EXPECT_FALSE(users_of(alien).exists());
}

// 2.10 on the reverse side
TEST_P(ReverseTest, TakesSourcesAlone) {
    cinema.preferred.add_relation("cinema.Movie");
    const Object a = user("a"), alien = movie("Alien");
    EXPECT_THROW(users_of(alien).add(a, alien), WrongModel);
    EXPECT_THROW(users_of(alien).set(cinema.registry["cinema.User"].make({{"name", "x"}})), UnsavedObject);
    EXPECT_THROW(users_of(cinema.registry["cinema.Movie"].make({{"title", "x"}})), UnsavedObject);
    EXPECT_THROW(users_of(alien).contains(alien), WrongModel);
    EXPECT_EQ(rows_in_join_table(), 0U);
    EXPECT_TRUE(users_of(alien).of_type({"cinema.Movie"}).all().empty());
}

// A model can be related to itself, and be a target of several relations.
TEST_P(ReverseTest, SourcesCanBeTargets) {
    const Object a = user("a"), b = user("b");
    preferred_by(a).add(b, a);
    EXPECT_EQ(names(preferred_by(a).all()), "cinema.User:1 cinema.User:2");
    EXPECT_EQ(names(users_of(b).all()), "cinema.User:1");
    EXPECT_EQ(names(users_of(a).all()), "cinema.User:1");
    EXPECT_TRUE(users_of(b).all().front().is_stored());
}

// By name both sides are reached: a field's, and an accessor's.
TEST_P(ReverseTest, IsReachedByName) {
    const Object me = user("Me"), alien = movie("Alien");
    db.related(me, "preferred_videos").add(alien);
    EXPECT_EQ(db.related(me, "preferred_videos").count(), 1U);
    EXPECT_EQ(db.related(alien, "user_set").count(), 1U);
    EXPECT_THROW(db.related(alien, "preferred_videos"), NoReverseRelation);
}

}  // namespace gm2m::test
