#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class AddTest : public CinemaTest {};
GM2M_INSTANTIATE(AddTest, all_configurations);

// 2.4: objects of mixed models in one call
TEST_P(AddTest, LinksObjectsOfMixedModels) {
    const Object me = user("Me");
    const Object vendetta = movie("V for Vendetta"), citizenfour = documentary("Citizenfour"), carmen = opera("Carmen");
    const Changes changes = preferred_by(me).add(vendetta, citizenfour, carmen);
    EXPECT_EQ(names(changes.added), "cinema.Documentary:1 cinema.Movie:1 cinema.Opera:1");
    EXPECT_TRUE(changes.removed.empty());
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Documentary:1 cinema.Movie:1 cinema.Opera:1");
}

// 2.4: what is linked already, and repeats within the call, are no error and create nothing
TEST_P(AddTest, IgnoresWhatIsLinkedAlready) {
    const Object me = user("Me");
    const Object first = movie("first"), second = movie("second");
    preferred_by(me).add(first);
    const Changes changes = preferred_by(me).add(first, second, second);
    EXPECT_EQ(names(changes.added), "cinema.Movie:2");
    EXPECT_EQ(rows_in_join_table(), 2U);
    EXPECT_TRUE(preferred_by(me).add(first, second).empty());
}

TEST_P(AddTest, TakesNothing) {
    const Object me = user("Me");
    StatementCounter counter(db);
    EXPECT_TRUE(preferred_by(me).add().empty());
    EXPECT_TRUE(preferred_by(me).add(std::vector<Object>{}).empty());
    EXPECT_EQ(counter.statements(), 0U);
}

// Objects, ranges of them, and references, in any mix
TEST_P(AddTest, TakesRangesAndReferences) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(movies(3), alien.reference(), Reference{&cinema.registry["cinema.Movie"], 4});
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1 cinema.Movie:2 cinema.Movie:3 cinema.Movie:4");
}

// 2.1: the links of one source are its own
TEST_P(AddTest, LeavesOtherSourcesAlone) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien"), brazil = movie("Brazil");
    preferred_by(me).add(alien);
    preferred_by(you).add(alien, brazil);
    EXPECT_EQ(preferred_by(me).count(), 1U);
    EXPECT_EQ(preferred_by(you).count(), 2U);
}

// 2.1: the target's key is held as text, with its content type
TEST_P(AddTest, StoresKeysAsText) {
    const Object me = user("Me");
    preferred_by(me).add(movie("Alien"), country("CH"));
    EXPECT_EQ(scratch.sql("SELECT gm2m_src_id || ' ' || c.app_label || '.' || c.model || ' ' || gm2m_pk "
                          "FROM cinema_user_preferred_videos AS l JOIN gm2m_content_type AS c ON c.id = l.gm2m_ct_id "
                          "ORDER BY c.id"),
              (std::vector<std::string>{"1 cinema.country CH", "1 cinema.movie 1"}));
}

TEST_P(AddTest, KeepsOddKeys) {
    const Object me = user("Me");
    const std::vector<Object> odd{country("it's"),   country("\"q\""),       country("a,b]"),
                                  country("{x}"),    country("back\\slash"), country("NULL"),
                                  country("日本 🎬"), country(" lead"),       country("tab\t\n")};
    preferred_by(me).set(odd);
    EXPECT_EQ(names(preferred_by(me).all()), names(odd));
    EXPECT_TRUE(preferred_by(me).set(odd).empty());
    EXPECT_EQ(preferred_by(me).remove(odd).removed.size(), odd.size());
}

// 2.10: typed errors, raised before anything is written
TEST_P(AddTest, RefusesWhatCannotBeLinked) {
    const Object me = user("Me"), alien = movie("Alien");
    const Object unsaved = cinema.registry["cinema.Movie"].make({{"title", "unsaved"}});
    try {
        preferred_by(me).add(alien, unsaved);
        FAIL();
    } catch (const UnsavedObject& error) {
        EXPECT_NE(std::string(error.what()).find("cinema.Movie"), std::string::npos) << error.what();
    }
    EXPECT_THROW(preferred_by(unsaved), ObjectError);
    EXPECT_THROW(preferred_by(alien), WrongModel);
    EXPECT_THROW(preferred_by(me).add(alien, Object()), ObjectError);
    EXPECT_THROW(preferred_by(me).add(alien, Reference{}), ObjectError);
    struct Stranger {};
    EXPECT_THROW(preferred_by(me).add(alien, Stranger{}), UnknownModel);
    EXPECT_THROW(preferred_by(me).set(alien, Stranger{}), UnknownModel);
    EXPECT_THROW(preferred_by(me).toggle(alien, unsaved), UnsavedObject);
    EXPECT_THROW(preferred_by(me).remove(alien, unsaved), UnsavedObject);
    EXPECT_EQ(rows_in_join_table(), 0U);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM gm2m_content_type").front(), "0");
}

// A text that stands for a number is no number: it is refused, and not taken for another object's key.
TEST_P(AddTest, RefusesReferencesWhoseKeyIsOfAnotherKind) {
    const Object me = user("Me"), alien = movie("Alien");
    const Reference wrong{&alien.model(), alien.key().to_string()};
    RelatedManager mine = preferred_by(me);
    mine.add(alien);
    EXPECT_THROW(mine.add(wrong), InvalidValue);
    EXPECT_THROW(mine.set(wrong), InvalidValue);
    EXPECT_THROW(mine.remove(wrong), InvalidValue);
    EXPECT_THROW(mine.contains(wrong), InvalidValue);
    EXPECT_THROW(db.related(wrong, "user_set"), InvalidValue);
    EXPECT_THROW(db.remove(wrong), InvalidValue);
    EXPECT_THROW(db.remove(std::vector{wrong, alien.reference()}), InvalidValue);
    EXPECT_THROW(db.query("cinema.User").filter(F("preferred_videos") == wrong).count(), InvalidValue);
    EXPECT_TRUE(mine.contains(alien));
    EXPECT_EQ(db.query("cinema.Movie").count(), 1U);
}

// 2.10, 10: a key too long for gm2m_pk is refused on every engine
TEST_P(AddTest, RefusesAKeyThatIsTooLong) {
    const Object me = user("Me"), alien = movie("Alien"), longest = country("sixteen ümlauts!"),
                 too_long = country("seventeen letters");
    EXPECT_NO_THROW(preferred_by(me).add(longest));  // characters are counted, not bytes
    try {
        preferred_by(me).add(alien, too_long);
        FAIL();
    } catch (const KeyTooLong& error) {
        EXPECT_NE(std::string(error.what()).find("cinema.Country:seventeen letters"), std::string::npos)
            << error.what();
    }
    EXPECT_THROW(preferred_by(me).set(too_long), KeyTooLong);
    EXPECT_FALSE(preferred_by(me).contains(too_long));
    cinema.preferred.add_relation("cinema.Country");
    EXPECT_THROW(users_of(too_long).add(me), KeyTooLong);
    EXPECT_EQ(users_of(too_long).count(), 0U);
    EXPECT_EQ(rows_in_join_table(), 1U);
}

// 2.11: atomic: a source that is gone lets nothing in, not even a content type
TEST_P(AddTest, NeedsItsSource) {
    const Object me = user("Me"), alien = movie("Alien");
    scratch.sql("DELETE FROM cinema_user");
    try {
        preferred_by(me).add(alien);
        FAIL();
    } catch (const IntegrityError& error) {
        EXPECT_EQ(error.constraint(), IntegrityError::Constraint::foreign_key);
        EXPECT_NE(std::string(error.what()).find("cinema.User.preferred_videos"), std::string::npos) << error.what();
    }
    EXPECT_EQ(rows_in_join_table(), 0U);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM gm2m_content_type").front(), "0");
}

class UnconstrainedTest : public CinemaTest {
protected:
    UnconstrainedTest() : CinemaTest({.db_constraint = false, .pk_maxlength = std::nullopt}) {}
};
GM2M_INSTANTIATE(UnconstrainedTest, layout_configurations);

// 2.3: db_constraint, pk_maxlength
TEST_P(UnconstrainedTest, LinksWithoutForeignKeysAndLimits) {
    const Object me = user("Me"), country_with_long_key = country("forty characters, which is rather a lot.");
    preferred_by(me).add(country_with_long_key);
    EXPECT_EQ(names(preferred_by(me).all()), country_with_long_key.to_string());
    scratch.sql("DELETE FROM cinema_user");
    EXPECT_NO_THROW(preferred_by(me).add(movie("Alien")));
    EXPECT_EQ(rows_in_join_table(), 2U);
}

// The reverse side works on links whose source is gone too: there is no row to lock.
TEST_P(UnconstrainedTest, UnlinksSourcesThatAreGone) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien");
    preferred_by(me).add(alien);
    preferred_by(you).add(alien);
    scratch.sql("DELETE FROM cinema_user WHERE id = 1");
    EXPECT_EQ(names(users_of(alien).set(you).removed), "cinema.User:1");
    EXPECT_EQ(rows_in_join_table(), 1U);
}

}  // namespace gm2m::test
