#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class ContentTypesTest : public CinemaTest {};
GM2M_INSTANTIATE(ContentTypesTest, engine_configurations);

// 1.4: a content type is created at first need, and cached
TEST_P(ContentTypesTest, AreCreatedAtFirstNeed) {
    EXPECT_TRUE(db.content_types().all().empty());
    const ContentType movie = db.content_types().get_for_model<Movie>();
    EXPECT_EQ(movie.app_label, "cinema");
    EXPECT_EQ(movie.model, "movie");
    EXPECT_EQ(movie.registered, &cinema.registry["cinema.Movie"]);
    StatementCounter counter(db);
    EXPECT_EQ(db.content_types().get_for_model("cinema.Movie"), movie);
    EXPECT_EQ(db.content_types().get_for_id(movie.id), movie);
    EXPECT_EQ(counter.statements(), 0U);
    EXPECT_EQ(db.content_types().get_by_natural_key("cinema", "movie"), movie);
    EXPECT_EQ(db.content_types().all(), std::vector{movie});
    EXPECT_THROW(db.content_types().get_by_natural_key("cinema", "Movie"), DoesNotExist);
    EXPECT_THROW(db.content_types().get_for_id(12345), DoesNotExist);
    EXPECT_THROW(db.content_types().get_for_model("cinema.Nothing"), UnknownModel);
}

TEST_P(ContentTypesTest, AreFoundByAnotherConnection) {
    const ContentType movie = db.content_types().get_for_model<Movie>();
    Database other = Database::open(cinema.registry, scratch.url());
    EXPECT_EQ(other.content_types().get_for_model<Movie>(), movie);
    EXPECT_EQ(db.content_types().all().size(), 1U);
}

// Somebody may have made the table anew.
TEST_P(ContentTypesTest, ChangeTheirNumbersWhenTheTableIsReadAgain) {
    db.content_types().get_for_model("cinema.Movie");
    const ContentType movie = db.content_types().get_for_model("cinema.Movie");
    scratch.sql("UPDATE gm2m_content_type SET id = 77 WHERE model = 'movie'");
    EXPECT_EQ(db.content_types().get_for_model("cinema.Movie"), movie);
    EXPECT_EQ(db.content_types().all().size(), 1U);
    EXPECT_EQ(db.content_types().get_for_model("cinema.Movie").id, 77);
}

// 1.4: one that is created in a transaction that rolls back is forgotten
TEST_P(ContentTypesTest, AreForgottenWhenTheirTransactionRollsBack) {
    {
        Transaction transaction(db);
        db.content_types().get_for_model<Movie>();
        EXPECT_EQ(db.content_types().get_for_model<Movie>().model, "movie");  // known inside
    }
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM gm2m_content_type").front(), "0");
    // Something else takes the number that the lost one may have had.
    scratch.sql("INSERT INTO gm2m_content_type (app_label, model) VALUES ('other', 'thing')");
    const ContentType movie = db.content_types().get_for_model<Movie>();
    EXPECT_EQ(scratch.sql("SELECT model FROM gm2m_content_type WHERE id = " + std::to_string(movie.id)).front(),
              "movie");
}

TEST_P(ContentTypesTest, AreForgottenWithTheirSavepointAlone) {
    Transaction outer(db);
    db.content_types().get_for_model<User>();
    {
        Transaction inner(db);
        db.content_types().get_for_model<Movie>();
        Transaction innermost(db);
        db.content_types().get_for_model<Documentary>();
        innermost.commit();
    }
    StatementCounter counter(db);
    db.content_types().get_for_model<User>();
    EXPECT_EQ(counter.statements(), 0U);  // still known
    db.content_types().get_for_model<Movie>();
    db.content_types().get_for_model<Documentary>();
    EXPECT_EQ(counter.statements(), 2U);  // made anew
    outer.commit();
    counter.reset();
    for (const char* label : {"cinema.User", "cinema.Movie", "cinema.Documentary"})
        db.content_types().get_for_model(label);
    EXPECT_EQ(counter.statements(), 0U);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM gm2m_content_type").front(), "3");
}

// 1.5: stale ones are skipped by reads; they can be listed and removed
TEST_P(ContentTypesTest, CanBeStale) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    scratch.sql("INSERT INTO gm2m_content_type (app_label, model) VALUES ('cinema', 'vhs'), ('other', 'app')");
    scratch.sql("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) "
                "SELECT 1, id, '7' FROM gm2m_content_type WHERE model = 'vhs'");
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
    EXPECT_EQ(preferred_by(me).count(), 2U);
    const auto counts = preferred_by(me).count_by_model();
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[1].label, "cinema.vhs");
    EXPECT_EQ(counts[1].model, nullptr);
    EXPECT_NO_THROW(db.discover());

    const auto stale = db.content_types().stale();
    ASSERT_EQ(stale.size(), 1U);  // that of an app that nobody here knows may be another program's
    EXPECT_EQ(stale.front().model, "vhs");
    EXPECT_EQ(db.content_types().stale(true).size(), 2U);
    EXPECT_EQ(db.remove_stale_content_types(), stale);
    EXPECT_TRUE(db.content_types().stale().empty());
    EXPECT_EQ(preferred_by(me).count(), 1U);
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
    EXPECT_TRUE(db.remove_stale_content_types().empty());
}

// set() reports the links that it removes even if their model is gone
TEST_P(ContentTypesTest, StaleLinksAreUnlinkedLikeOthers) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    scratch.sql("INSERT INTO gm2m_content_type (app_label, model) VALUES ('cinema', 'vhs')");
    scratch.sql("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) "
                "SELECT 1, id, '7' FROM gm2m_content_type WHERE model = 'vhs'");
    const Changes changes = preferred_by(me).set(alien);
    ASSERT_EQ(changes.removed.size(), 1U);
    EXPECT_EQ(changes.removed.front().model, nullptr);
    EXPECT_EQ(changes.removed.front().key, Value("7"));
    EXPECT_TRUE(changes.added.empty());
}

}  // namespace gm2m::test
