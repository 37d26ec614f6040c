#include <algorithm>

#include "relation/spoken.hpp"

namespace gm2m::test {

/// What went wrong elsewhere: one test for each item of BEHAVIOUR 10.
class MistakesOfThePeersTest : public CinemaTest {
protected:
    std::vector<std::string> ids() {
        return scratch.sql("SELECT gm2m_src_id || ' ' || gm2m_pk FROM cinema_user_preferred_videos");
    }
    /// What tells one row of the join table from one that was deleted and made again.
    std::vector<std::string> row_versions() {
        if (GetParam().engine == Engine::postgresql)
            return scratch.sql("SELECT ctid || ' ' || xmin FROM cinema_user_preferred_videos ORDER BY 1");
        return GetParam().layout == Layout::standard
                   ? scratch.sql("SELECT id FROM cinema_user_preferred_videos ORDER BY id")
                   : std::vector<std::string>();
    }

    Object me = user("Me"), you = user("You");
};
GM2M_INSTANTIATE(MistakesOfThePeersTest, all_configurations);

// "`set(clear=True)` emptied the whole table"
TEST_P(MistakesOfThePeersTest, SetAndClearTouchOneSourceAlone) {
    const std::vector<Object> films = movies(3);
    preferred_by(me).add(films);
    preferred_by(you).add(films);
    preferred_by(me).set({});
    EXPECT_EQ(preferred_by(you).count(), 3U);
    preferred_by(me).add(films);
    preferred_by(me).clear();
    EXPECT_EQ(preferred_by(you).count(), 3U);
}

// "an unchanged `set()` deleted and re-created every link"
TEST_P(MistakesOfThePeersTest, AnUnchangedSetKeepsEveryRow) {
    const std::vector<Object> films = movies(20);
    preferred_by(me).add(films);
    const auto before = row_versions();
    EXPECT_TRUE(preferred_by(me).set(films).empty());
    EXPECT_EQ(row_versions(), before);
}

// "reverse `set()` deleted rows by the wrong id"
TEST_P(MistakesOfThePeersTest, ReverseSetDeletesItsOwnLinks) {
    // So that the keys of users, of movies and of links are different numbers.
    movies(5);
    const Object film = movie("Alien"), other = movie("Brazil");
    preferred_by(me).add(film, other);
    preferred_by(you).add(film, other);
    EXPECT_EQ(users_of(film).set(you).removed, std::vector<Reference>{me.reference()});
    EXPECT_EQ(names(users_of(film).all()), you.to_string());
    EXPECT_EQ(preferred_by(me).all().size(), 1U);
    EXPECT_EQ(preferred_by(you).count(), 2U);
}

// "more than about a thousand objects in `remove`, `set`, reverse prefetch or a deletion failed on SQLite"
TEST_P(MistakesOfThePeersTest, ThousandsOfObjectsInOneOperation) {
    const std::vector<Object> films = movies(5'000);
    EXPECT_EQ(preferred_by(me).add(films).added.size(), 5'000U);
    const std::vector<Object> half(films.begin(), films.begin() + 2'500);
    EXPECT_EQ(preferred_by(me).set(half).removed.size(), 2'500U);
    EXPECT_EQ(preferred_by(me).remove(half).removed.size(), 2'500U);
    preferred_by(me).add(films);
    db.prefetch(films, "user_set");
    EXPECT_TRUE(std::ranges::all_of(films, [&](const Object& film) { return users_of(film).all().size() == 1; }));
    EXPECT_EQ(db.remove(films).links, 5'000U);
}

// "Lookups through the relation compared an integer key with the text key and failed on PostgreSQL."
TEST_P(MistakesOfThePeersTest, LookupsCompareKeysOfOneForm) {
    const Object film = movie("Alien"), ch = country("CH");
    preferred_by(me).add(film, ch);
    EXPECT_EQ(names(db.query("cinema.Movie").filter(F("user__name") == "Me").fetch()), film.to_string());
    EXPECT_EQ(names(db.query("cinema.Country").filter(F("user__name") == "Me").fetch()), ch.to_string());
    EXPECT_EQ(names(db.query("cinema.User").filter(F("preferred_videos__movie__title") == "Alien").fetch()),
              me.to_string());
    EXPECT_EQ(names(db.query("cinema.User").filter(F("preferred_videos__country__code") == "CH").fetch()),
              me.to_string());
}

// "No index on (content type, key): each reverse lookup scanned all links of that model." (How it is used: tests/sql.)
TEST_P(MistakesOfThePeersTest, TheReverseSideHasAnIndex) {
    const std::string sql =
        GetParam().is_sqlite()
            ? "SELECT group_concat(name) FROM pragma_index_info('cinema_user_preferred_videos_reverse_idx')"
            : "SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = "
              "'cinema_user_preferred_videos_reverse_idx'::regclass";
    EXPECT_EQ(scratch.sql(sql), std::vector<std::string>{"gm2m_ct_id,gm2m_pk,gm2m_src_id"});
}

// "Adding an object that was linked already raised an integrity error; so did two callers adding at once." (At once:
// stress.)
TEST_P(MistakesOfThePeersTest, AddingWhatIsLinkedIsNoError) {
    const Object film = movie("Alien");
    Database other = Database::open(cinema.registry, scratch.url());
    preferred_by(me).add(film);
    EXPECT_TRUE(preferred_by(me).add(film, film).empty());
    EXPECT_TRUE(other.related(me, cinema.preferred).add(film).empty());
    EXPECT_EQ(rows_in_join_table(), 1U);
}

// "Links of a model whose reverse relation the process had not seen yet outlived the deletion of their target."
TEST_P(MistakesOfThePeersTest, DeletionNeedsNoReverseRelation) {
    const Object film = movie("Alien");
    preferred_by(me).add(film);
    Cinema anew(GetParam());  // as after a restart
    Database other = Database::open(anew.registry, scratch.url());
    ASSERT_FALSE(anew.preferred.is_related(anew.registry["cinema.Movie"]));
    EXPECT_EQ(other.remove(other.get("cinema.Movie", film.key())).links, 1U);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// "Ordered iteration crashed on a link whose target was gone; a stale content type crashed any read."
TEST_P(MistakesOfThePeersTest, LinksThatLeadNowhereAreSkipped) {
    const std::vector<Object> films = movies(3);
    preferred_by(me).add(films, opera("Carmen"));
    scratch.sql("DELETE FROM cinema_movie WHERE title = 'movie 1'");
    scratch.sql("UPDATE gm2m_content_type SET model = 'gone' WHERE model = 'opera'");
    Database other = Database::open(cinema.registry, scratch.url());
    const RelatedManager mine = other.related(me, cinema.preferred);
    EXPECT_EQ(mine.all().size(), 2U);
    EXPECT_EQ(mine.where("cinema.Movie").order_by("-title").fetch().size(), 2U);
    EXPECT_EQ(mine.with(other.query("cinema.Movie").order_by("title")).all().size(), 2U);
    EXPECT_EQ(mine.count(), 4U);
    EXPECT_EQ(mine.count_by_model().size(), 2U);
    const std::vector<Object> users{other.get("cinema.User", me.key())};
    other.prefetch(users, cinema.preferred);
    EXPECT_EQ(other.related(users[0], cinema.preferred).all().size(), 2U);
}

// "The documented `db_table` was ignored; unknown parameters were swallowed"
TEST_P(MistakesOfThePeersTest, ParametersAreHeeded) {
    const GM2MField field =
        cinema.registry.gm2m("cinema.User", "likes", {.db_table = "the_likes", .layout = GetParam().layout});
    db.create_tables();
    db.related(me, field).add(movie("Alien"));
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM the_likes"), std::vector<std::string>{"1"});
    EXPECT_THROW(GM2MOptions::parse({{"db_tabel", "the_likes"}}), ConfigurationError);
    cinema.registry.gm2m("cinema.User", "loves",
                         {.related_name = "lovers", .layout = GetParam().layout, .unique = true});
    const std::vector<Finding> findings = check(cinema.registry);
    EXPECT_EQ(std::ranges::count(findings, "gm2m.E001", &Finding::id), 1);
}

// "The second receiver of `deleting` found an exhausted list."
TEST_P(MistakesOfThePeersTest, EveryReceiverReadsTheLists) {
    const GM2MField field = cinema.registry.gm2m(
        "cinema.User", "likes",
        {.related_name = "likers", .layout = GetParam().layout, .on_delete = LinkPolicy::cascade_signal});
    db.create_tables();
    const Object film = movie("Alien");
    db.related(me, field).add(film);
    std::vector<std::size_t> seen;
    for (int i = 0; i < 2; ++i)
        field.deleting().connect([&](const Deleting& event) {
            seen.insert(seen.end(), {event.objects().size(), event.links().size(), event.links().size()});
        });
    db.remove(film);
    EXPECT_EQ(seen, (std::vector<std::size_t>{1, 1, 1, 1, 1, 1}));
}

// "A key too long for `gm2m_pk` was stored on SQLite and failed on PostgreSQL."
TEST_P(MistakesOfThePeersTest, AKeyThatIsTooLongIsRefused) {
    const Object endless = country("ABCDEFGHIJKLMNOPQ");  // 17 characters
    EXPECT_THROW(preferred_by(me).add(movie("Alien"), endless), KeyTooLong);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

class OrderedPrefetchTest : public SpokenTest {};
GM2M_INSTANTIATE(OrderedPrefetchTest, through_configurations);

// "An ordered prefetch gave shared targets to the wrong source."
TEST_P(OrderedPrefetchTest, GivesSharedTargetsToEachOfTheirSources) {
    const Object fr = land("FR");
    spoken_in(ch).add(WithValues(german, percent(60)), WithValues(french, percent(20)));
    spoken_in(de).add(WithValues(german, percent(95)));
    spoken_in(fr).add(WithValues(german, percent(2)), WithValues(french, percent(97)));
    const auto lands = db.query("world.Land").order_by("code").prefetch(spoken).fetch();
    ASSERT_EQ(lands.size(), 3U);
    EXPECT_EQ(all(spoken_in(lands[0])), "German French");
    EXPECT_EQ(all(spoken_in(lands[1])), "German");
    EXPECT_EQ(all(spoken_in(lands[2])), "French German");
}

}  // namespace gm2m::test
