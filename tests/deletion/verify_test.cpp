#include <algorithm>

#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

using Kind = Inconsistency::Kind;

/// Without foreign keys in the join table, so that sources too can vanish from under their links.
class VerifyTest : public CinemaTest {
protected:
    VerifyTest() : CinemaTest({.db_constraint = false}) {}

    const std::string relation = "cinema.User.preferred_videos";
};
GM2M_INSTANTIATE(VerifyTest, all_configurations);

TEST_P(VerifyTest, FindsNothingWhereNothingIsWrong) {
    const Object me = user("Me");
    EXPECT_TRUE(verify(db).empty());
    preferred_by(me).add(movie("Alien"), opera("Carmen"), country("CH"), me);
    EXPECT_TRUE(verify(db).empty());
    EXPECT_TRUE(verify(db, {.repair = true}).empty());
    EXPECT_EQ(preferred_by(me).count(), 4U);
}

// 2.9, 6.6: by model and count
TEST_P(VerifyTest, FindsLinksThatLeadNowhere) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien"), carmen = opera("Carmen");
    preferred_by(me).add(alien, carmen, movies(3), country("CH"));
    preferred_by(you).add(alien);
    scratch.sql("DELETE FROM cinema_movie WHERE id = 1");
    scratch.sql("DELETE FROM cinema_country");
    const std::vector<Inconsistency> expected{{Kind::target_gone, relation, "cinema.Movie", 2},
                                              {Kind::target_gone, relation, "cinema.Country", 1}};
    std::vector<Inconsistency> found = verify(db);
    std::ranges::sort(found, std::ranges::greater(), &Inconsistency::count);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(found.front().to_string(), relation + ": 2 links to objects of cinema.Movie that are gone");
    EXPECT_EQ(rows_in_join_table(), 7U) << "nothing is changed unless asked for";

    found = verify(db, {.repair = true});
    std::ranges::sort(found, std::ranges::greater(), &Inconsistency::count);
    EXPECT_EQ(found, expected);
    EXPECT_TRUE(verify(db).empty());
    EXPECT_EQ(rows_in_join_table(), 4U);
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:2 cinema.Movie:3 cinema.Movie:4 cinema.Opera:1");
}

TEST_P(VerifyTest, FindsLinksOfSourcesThatAreGone) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien");
    preferred_by(me).add(alien, opera("Carmen"));
    preferred_by(you).add(alien);
    scratch.sql("DELETE FROM cinema_user WHERE id = 1");
    EXPECT_EQ(verify(db, {.repair = true}),
              (std::vector<Inconsistency>{{Kind::source_gone, relation, "cinema.User", 2}}));
    EXPECT_TRUE(verify(db).empty());
    EXPECT_EQ(rows_in_join_table(), 1U);
}

// 1.5: links of a model that this program has no more, and its content type
TEST_P(VerifyTest, FindsStaleContentTypes) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    scratch.sql("INSERT INTO gm2m_content_type (id, app_label, model) VALUES (77, 'cinema', 'radio')");
    scratch.sql("INSERT INTO gm2m_content_type (id, app_label, model) VALUES (78, 'shop', 'book')");
    for (const char* row : {"(1, 77, '1')", "(1, 77, '2')", "(1, 78, '1')"})
        scratch.sql(std::string("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) VALUES ") +
                    row);
    const std::vector<Inconsistency> expected{{Kind::stale_content_type, relation, "cinema.radio", 2},
                                              {Kind::stale_content_type, "", "cinema.radio", 0}};
    EXPECT_EQ(verify(db), expected);
    EXPECT_EQ(verify(db, {.repair = true}), expected);
    EXPECT_EQ(rows_in_join_table(), 4U) << "another program may have this model, and is not asked";
    scratch.sql("DELETE FROM cinema_movie");
    EXPECT_EQ(verify(db, {.remove_stale_content_types = true}).size(), 3U);
    EXPECT_EQ(rows_in_join_table(), 2U) << "a link that leads nowhere is to be reported alone";
    EXPECT_EQ(verify(db, {.repair = true}),
              (std::vector<Inconsistency>{{Kind::target_gone, relation, "cinema.Movie", 1}}));
    EXPECT_TRUE(verify(db).empty());
    // Another program's app, unless told otherwise.
    EXPECT_EQ(verify(db, {.remove_stale_content_types = true, .of_unknown_apps = true}).size(), 2U);
    EXPECT_TRUE(verify(db, {.of_unknown_apps = true}).empty());
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// A content type that the table does not have, where the database does not enforce the key.
TEST_P(VerifyTest, FindsLinksOfNoContentType) {
    user("Me");
    scratch.sql("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) VALUES (1, 99, '1')");
    EXPECT_EQ(verify(db, {.repair = true}).size(), 1U);
    EXPECT_TRUE(verify(db).empty());
}

// A text that no key has as its own, though it reads as one: nobody but another program has written it.
TEST_P(VerifyTest, FindsKeysThatNoObjectHas) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    const int ct = db.content_types().get_for_model("cinema.Movie").id;
    for (const std::string key : {"01", "x", "", "9999999999999999"})
        scratch.sql("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) VALUES (1, " +
                    std::to_string(ct) + ", '" + key + "')");
    EXPECT_EQ(verify(db, {.repair = true}),
              (std::vector<Inconsistency>{{Kind::target_gone, relation, "cinema.Movie", 4}}));
    EXPECT_TRUE(preferred_by(me).contains(alien));
}

TEST_P(VerifyTest, SaysWhichTableIsMissing) {
    preferred_by(user("Me")).add(movie("Alien"));
    scratch.sql("DROP TABLE cinema_movie");
    EXPECT_THROW(verify(db), MissingTable);
}

}  // namespace gm2m::test
