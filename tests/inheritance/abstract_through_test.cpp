#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

struct Titled {
    std::string name;
};
struct Film : Titled {
    std::int64_t id{};
};
struct Song : Titled {
    std::string code;
};
/// Of a film or of a song.
struct Mention {
    std::int64_t id{};
    std::optional<std::int64_t> film;
    std::optional<std::string> song;
    int thing_type{};
    std::string thing_key;
    int page{};
};

/// 8.1, 4.2: a relation of an abstract model through a model that has a foreign key to each child.
class AbstractThroughTest : public testing::TestWithParam<Configuration> {
protected:
    AbstractThroughTest() {
        mentions.emplace(models.gm2m("press.Titled", "mentions",
                                     {.related_name = "%(class)s_mentions", .through = "press.Mention"}));
        GetParam().models == Models::compiled ? declare_compiled() : declare_run_time();
        db.emplace(Database::open(models, scratch.url()));
        db->create_tables();
        alien = db->insert(models["press.Film"].make({{"name", "Alien"}}));
        hey = db->insert(models["press.Song"].make({{"code", "h"}, {"name", "Hey"}}));
    }
    void declare_compiled() {
        models.model<Titled>("press.Titled").abstract().field("name", &Titled::name);
        models.model<Film>("press.Film").primary_key("id", &Film::id).inherits<Titled>();
        models.model<Song>("press.Song").primary_key("code", &Song::code, {.max_length = 8}).inherits<Titled>();
        models.model<Mention>("press.Mention")
            .primary_key("id", &Mention::id)
            .foreign_key("film", &Mention::film, "press.Film")
            .foreign_key("song", &Mention::song, "press.Song")
            .foreign_key("thing_type", &Mention::thing_type, "contenttypes.ContentType")
            .field("thing_key", &Mention::thing_key, {.max_length = 16})
            .field("page", &Mention::page)
            .generic_foreign_key("thing", "thing_type", "thing_key")
            .ordering({"page"});
    }
    void declare_run_time() {
        models.model("press.Titled").abstract().field("name", Kind::text);
        models.model("press.Film").primary_key("id", Kind::big_integer).inherits("press.Titled");
        models.model("press.Song").primary_key("code", Kind::text, {.max_length = 8}).inherits("press.Titled");
        models.model("press.Mention")
            .primary_key("id", Kind::big_integer)
            .foreign_key("film", "press.Film", {.null = true})
            .foreign_key("song", "press.Song", {.null = true})
            .foreign_key("thing_type", "contenttypes.ContentType")
            .field("thing_key", Kind::text, {.max_length = 16})
            .field("page", Kind::integer)
            .generic_foreign_key("thing", "thing_type", "thing_key")
            .ordering({"page"});
    }
    RelatedManager of(const Object& object, int page = 1) {
        return db->related(object, *mentions).with_values({{"page", page}});
    }
    static std::string names(const std::vector<Object>& objects) {
        std::string all;
        for (const Object& object : objects)
            all += (all.empty() ? "" : " ") + object["name"].to_string();
        return all;
    }
    static std::string names(const RelatedSet& related) { return names(related.all()); }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::optional<GM2MField> mentions;
    std::optional<Database> db;
    Object alien, hey;
};

std::vector<Configuration> configurations() {
    std::vector<Configuration> all = all_configurations();
    std::erase_if(all, [](const Configuration& each) { return each.layout != Layout::standard; });
    return all;
}
GM2M_INSTANTIATE(AbstractThroughTest, configurations);

TEST_P(AbstractThroughTest, EachChildGoesByItsOwnForeignKey) {
    of(alien, 2).add(hey);
    of(alien, 1).add(alien);
    of(hey).add(hey);
    EXPECT_EQ(names(of(alien)), "Alien Hey");
    EXPECT_EQ(names(of(hey)), "Hey");
    EXPECT_EQ(names(db->related(hey, "film_mentions")), "Alien");
    EXPECT_EQ(names(db->related(hey, "song_mentions")), "Hey");
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM press_mention WHERE film_id IS NULL").front(), "1");
    for (const auto& [mention, object] : of(alien).all_with_through())
        EXPECT_TRUE(mention["song"].is_null());
    EXPECT_EQ(names(of(alien).order_by_through({"-page"})), "Hey Alien");
    EXPECT_EQ(names(db->query("press.Film").filter(F("mentions__song__name") == "Hey").fetch()), "Alien");
    EXPECT_EQ(of(alien, 3).set(hey).removed.size(), 1U);
    EXPECT_EQ(of(hey).clear(), 1U);
    EXPECT_EQ(names(of(alien)), "Hey");
    EXPECT_TRUE(db->check().empty());
}

TEST_P(AbstractThroughTest, ARowMayLinkBoth) {
    const Object both = models["press.Mention"].make({{"page", 7}, {"film", alien.key()}, {"song", hey.key()}});
    db->assign(both, "thing", alien);
    db->insert(both);
    EXPECT_EQ(names(of(alien)), "Alien");
    EXPECT_EQ(names(of(hey)), "Alien");
    EXPECT_EQ(of(hey).add(alien).added.size(), 0U);
    EXPECT_TRUE(verify(*db).empty());
    EXPECT_EQ(db->remove(hey).rows, 2U);
    EXPECT_EQ(names(of(alien)), "");
}

TEST_P(AbstractThroughTest, IsPrefetchedAndDeletedAndHeardOf) {
    std::size_t heard = 0;
    mentions->signals().added.connect([&](const LinkChange& change) { heard += change.objects.size(); });
    of(alien, 2).add(hey);
    of(hey, 2).add(alien, hey);
    EXPECT_EQ(heard, 3U);
    for (const char* label : {"press.Film", "press.Song"}) {
        const auto objects = db->query(label).prefetch(Prefetch(*mentions).with_through()).fetch();
        StatementCounter counter(*db);
        EXPECT_EQ(of(objects.front()).all_with_through().size(), label == std::string_view("press.Film") ? 1U : 2U);
        EXPECT_EQ(counter.statements(), 0U);
    }
    EXPECT_EQ(db->explain_remove(alien).would.rows, 3U);
    EXPECT_EQ(db->remove(alien).rows, 3U);  // the film, its mention of the song, the song's of it
    EXPECT_EQ(names(of(hey)), "Hey");
    scratch.sql("DELETE FROM press_mention");
    scratch.sql("DELETE FROM press_song");
    EXPECT_TRUE(verify(*db).empty());
}

}  // namespace
}  // namespace gm2m::test
