#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class WriteTest : public CinemaTest {
protected:
    /// The row ids of the join table: an unchanged link keeps its own.
    std::vector<std::string> row_ids() {
        const char* row =
            GetParam().layout == Layout::standard ? "id" : "gm2m_src_id || '-' || gm2m_ct_id || '-' || gm2m_pk";
        return scratch.sql(std::string("SELECT ") + row + " FROM cinema_user_preferred_videos ORDER BY 1");
    }
};
GM2M_INSTANTIATE(WriteTest, all_configurations);

// 2.5: remove() unlinks, those not linked being no error
TEST_P(WriteTest, RemoveUnlinks) {
    const Object me = user("Me"), alien = movie("Alien"), brazil = movie("Brazil"), carmen = opera("Carmen"),
                 never = documentary("never linked");
    preferred_by(me).add(alien, brazil, carmen);
    const Changes changes = preferred_by(me).remove(carmen, alien, alien, never);
    EXPECT_EQ(names(changes.removed), "cinema.Movie:1 cinema.Opera:1");
    EXPECT_TRUE(changes.added.empty());
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:2");
    EXPECT_TRUE(preferred_by(me).remove(alien).empty());
    EXPECT_TRUE(preferred_by(me).remove().empty());
}

// 2.5: clear() unlinks all of this source
TEST_P(WriteTest, ClearUnlinksAllOfThisSource) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien"), carmen = opera("Carmen");
    preferred_by(me).add(alien, carmen);
    preferred_by(you).add(alien);
    EXPECT_EQ(preferred_by(me).clear(), 2U);
    EXPECT_EQ(preferred_by(me).clear(), 0U);
    EXPECT_FALSE(preferred_by(me).exists());
    EXPECT_EQ(preferred_by(you).count(), 1U);
}

// 2.6, 10: set() touches only the difference: an unchanged link keeps its row
TEST_P(WriteTest, SetTouchesOnlyTheDifference) {
    const Object me = user("Me"), you = user("You"), a = movie("a"), b = movie("b"), c = opera("c");
    preferred_by(you).add(a, b, c);
    EXPECT_EQ(names(preferred_by(me).set(a, b).added), "cinema.Movie:1 cinema.Movie:2");
    const auto before = row_ids();
    EXPECT_TRUE(preferred_by(me).set(b, a).empty());
    EXPECT_EQ(row_ids(), before);
    const Changes changes = preferred_by(me).set(c, b, c);
    EXPECT_EQ(names(changes.added), "cinema.Opera:1");
    EXPECT_EQ(names(changes.removed), "cinema.Movie:1");
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:2 cinema.Opera:1");
    EXPECT_EQ(preferred_by(you).count(), 3U);  // 10: only this source's
}

// 2.6: set({}) equals clear(), and says what it removed
TEST_P(WriteTest, SetOfNothingClears) {
    const Object me = user("Me"), you = user("You"), a = movie("a"), b = opera("b");
    preferred_by(me).add(a, b);
    preferred_by(you).add(a);
    EXPECT_EQ(names(preferred_by(me).set({}).removed), "cinema.Movie:1 cinema.Opera:1");
    EXPECT_FALSE(preferred_by(me).exists());
    EXPECT_TRUE(preferred_by(me).set(std::vector<Object>{}).empty());
    EXPECT_EQ(preferred_by(you).count(), 1U);
}

// 2.6: toggle() flips each, and says which way
TEST_P(WriteTest, ToggleFlipsEach) {
    const Object me = user("Me"), a = movie("a"), b = movie("b"), c = opera("c");
    preferred_by(me).add(a, b);
    const Changes changes = preferred_by(me).toggle(b, c, b);
    EXPECT_EQ(names(changes.added), "cinema.Opera:1");
    EXPECT_EQ(names(changes.removed), "cinema.Movie:2");
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1 cinema.Opera:1");
    EXPECT_TRUE(preferred_by(me).toggle().empty());
}

// 2.11: part of the caller's transaction
TEST_P(WriteTest, TakesPartInTheCallersTransaction) {
    const Object me = user("Me"), a = movie("a"), b = movie("b");
    preferred_by(me).add(a);
    {
        Transaction transaction(db);
        preferred_by(me).set(b);
        preferred_by(me).toggle(a, b);
        EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
        preferred_by(me).clear();
    }
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
    atomically(db, [&] { preferred_by(me).add(b); });
    EXPECT_EQ(preferred_by(me).count(), 2U);
}

class SplitWriteTest : public WriteTest {
protected:
    /// At most 3 keys in one statement.
    Database narrow = Database::open(cinema.registry, scratch.url(), {.keys_per_statement = 3});
};
GM2M_INSTANTIATE(SplitWriteTest, layout_configurations);

// DESIGN 6: statements that must be split are split, within one transaction, to the same effect
TEST_P(SplitWriteTest, SplitsWhatDoesNotFitOneStatement) {
    const Object me = user("Me");
    const std::vector<Object> objects = movies(10);
    const std::vector<Object> half(objects.begin(), objects.begin() + 5);
    RelatedManager mine = narrow.related(me, cinema.preferred);
    EXPECT_EQ(mine.add(objects).added.size(), 10U);
    EXPECT_EQ(names(mine.all()), names(objects));
    EXPECT_EQ(mine.remove(half).removed.size(), 5U);
    EXPECT_EQ(mine.toggle(objects).added.size(), 5U);
    EXPECT_EQ(names(mine.all()), names(half));
    const Changes changes = mine.set(opera("x"), objects);
    EXPECT_EQ(changes.added.size(), 6U);
    EXPECT_TRUE(changes.removed.empty());
    EXPECT_EQ(mine.set(half).removed.size(), 6U);
    EXPECT_EQ(names(mine.all()), names(half));

    std::vector<Object> users;
    for (int i = 0; i < 10; ++i)
        users.push_back(user("user"));
    RelatedManager fans = narrow.related(objects[9], "user_set");
    EXPECT_EQ(fans.set(users).added.size(), 10U);
    EXPECT_EQ(fans.toggle(std::vector(users.begin(), users.begin() + 4)).removed.size(), 4U);
    EXPECT_EQ(fans.set(me, std::vector(users.begin() + 3, users.end())).removed.size(), 0U);
    EXPECT_EQ(fans.count(), 8U);
    EXPECT_EQ(fans.remove(users).removed.size(), 7U);
    EXPECT_EQ(names(fans.all()), "cinema.User:1");
}

}  // namespace gm2m::test
