#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class ReadTest : public CinemaTest {};
GM2M_INSTANTIATE(ReadTest, all_configurations);

// 2.7: all() in the order of linking, each a typed object of its model; compact: content type and key text
TEST_P(ReadTest, AllIsInTheOrderOfLinking) {
    const Object me = user("Me");
    const std::vector<Object> made = movies(12);
    const Object carmen = opera("Carmen"), doc = documentary("doc");
    preferred_by(me).add(made[10], carmen);
    preferred_by(me).add(made[1], doc, made[9]);
    preferred_by(me).remove(carmen);
    preferred_by(me).add(carmen);
    const std::vector<std::string> order = names_in_order(preferred_by(me).all());
    if (GetParam().keeps_order_of_linking())
        EXPECT_EQ(order, (std::vector<std::string>{"cinema.Movie:11", "cinema.Movie:2", "cinema.Documentary:1",
                                                   "cinema.Movie:10", "cinema.Opera:1"}));
    else
        EXPECT_EQ(order, (std::vector<std::string>{"cinema.Movie:10", "cinema.Movie:11", "cinema.Movie:2",
                                                   "cinema.Opera:1", "cinema.Documentary:1"}));
    EXPECT_EQ(preferred_by(me).all().front()["title"],
              Value(GetParam().keeps_order_of_linking() ? "movie 10" : "movie 9"));
}

TEST_P(ReadTest, CountsAndAsks) {
    const Object me = user("Me"), a = movie("a"), b = movie("b"), c = opera("c");
    EXPECT_FALSE(preferred_by(me).exists());
    EXPECT_EQ(preferred_by(me).count(), 0U);
    EXPECT_TRUE(preferred_by(me).all().empty());
    EXPECT_TRUE(preferred_by(me).count_by_model().empty());
    EXPECT_FALSE(preferred_by(me).contains(a));
    preferred_by(me).add(a, c);
    EXPECT_TRUE(preferred_by(me).exists());
    EXPECT_EQ(preferred_by(me).count(), 2U);
    EXPECT_TRUE(preferred_by(me).contains(a));
    EXPECT_FALSE(preferred_by(me).contains(b));
    EXPECT_TRUE(preferred_by(me).contains(c));
    const auto counts = preferred_by(me).count_by_model();
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0], (ModelCount{"cinema.Movie", &cinema.registry["cinema.Movie"], 1}));
    EXPECT_EQ(counts[1].label, "cinema.Opera");
    EXPECT_THROW(preferred_by(me).contains(cinema.registry["cinema.Movie"].make()), UnsavedObject);
}

// 2.8: of_type() narrows to some models; an empty list means none
TEST_P(ReadTest, NarrowsToModels) {
    const Object me = user("Me"), a = movie("a"), b = movie("b"), c = opera("c"), d = documentary("d");
    preferred_by(me).add(a, c, b);
    const RelatedManager mine = preferred_by(me);
    EXPECT_EQ(names(mine.of_type({"cinema.Movie"}).all()), "cinema.Movie:1 cinema.Movie:2");
    EXPECT_EQ(names(mine.of_type({"cinema.Opera", "cinema.Documentary"}).all()), "cinema.Opera:1");
    EXPECT_EQ(mine.of_type({"cinema.Movie"}).count(), 2U);
    EXPECT_EQ(mine.of_type({"cinema.Movie"}).count_by_model().size(), 1U);
    EXPECT_TRUE(mine.of_type({"cinema.Movie"}).contains(a));
    EXPECT_FALSE(mine.of_type({"cinema.Movie"}).contains(c));
    EXPECT_FALSE(mine.of_type({"cinema.Documentary"}).exists());
    EXPECT_TRUE(mine.of_type({"cinema.Movie"}).of_type({"cinema.Opera"}).all().empty());
    StatementCounter counter(db);
    EXPECT_TRUE(mine.of_type({}).all().empty());
    EXPECT_EQ(mine.of_type({}).count(), 0U);
    EXPECT_EQ(counter.statements(), 0U);
    EXPECT_THROW(mine.of_type({"cinema.Nothing"}), UnknownModel);
    EXPECT_EQ(mine.count(), 3U);  // the manager itself is as wide as before
}

// 2.9, 10: a link whose target row is gone is skipped by reads; counts count it
TEST_P(ReadTest, SkipsLinksToRowsThatAreGone) {
    const Object me = user("Me");
    const std::vector<Object> made = movies(5);
    const Object c = opera("c");
    preferred_by(me).add(made, c);
    scratch.sql("DELETE FROM cinema_movie WHERE id IN (1, 3)");
    scratch.sql("DELETE FROM cinema_opera");
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:2 cinema.Movie:4 cinema.Movie:5");
    EXPECT_EQ(preferred_by(me).count(), 6U);
    EXPECT_TRUE(preferred_by(me).contains(made[0]));
}

// A key text that is no key of its model, or one that another program wrote differently, is a link to a row that is
// gone.
TEST_P(ReadTest, SkipsKeysThatAreNone) {
    const Object me = user("Me"), a = movie("a");
    preferred_by(me).add(a);
    for (const char* key : {"abc", "", "9999999999999999", "x1", "1x"})
        scratch.sql(std::string("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) "
                                "SELECT 1, id, '") +
                    key + "' FROM gm2m_content_type");
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
    EXPECT_EQ(preferred_by(me).count(), 6U);
    EXPECT_EQ(preferred_by(me).set(a).removed.size(), 5U);
}

class TypedReadTest : public CinemaTest {};
GM2M_INSTANTIATE(TypedReadTest, layout_configurations);

TEST_P(TypedReadTest, GivesStructs) {
    const Object me = user("Me");
    const Instance<Movie> alien = db.insert(Movie{{.title = "Alien"}});
    const Instance<Documentary> doc = db.insert(Documentary{{.title = "doc"}});
    RelatedManager mine = db.related(me, cinema.preferred);
    mine.set({alien, doc});
    for (const Instance<Movie>& movie : mine.all<Movie>())
        EXPECT_EQ(movie->title, "Alien");
    EXPECT_EQ(mine.all<Movie>().size(), 1U);
    EXPECT_EQ(mine.of_type<Movie>().count(), 1U);
    EXPECT_EQ((mine.of_type<Movie, Documentary>().count()), 2U);
    EXPECT_TRUE(mine.contains(*alien));
    const Movie bare = *alien;
    mine.remove(bare);  // a struct is as good as a handle
    EXPECT_EQ(mine.count(), 1U);
    struct Stranger {};
    EXPECT_THROW(mine.of_type<Stranger>(), UnknownModel);
}

}  // namespace gm2m::test
