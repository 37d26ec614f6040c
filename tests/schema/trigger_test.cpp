#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

// 6.6: what other programs delete, here by plain SQL, takes its links along.
class TriggerTest : public CinemaTest {
protected:
    explicit TriggerTest(GM2MOptions options = {}) : CinemaTest(with_triggers(std::move(options))) {}

    static GM2MOptions with_triggers(GM2MOptions options) {
        options.db_triggers = true;
        return options;
    }
    void remove_by_sql(const char* table, const char* condition) {
        scratch.sql(std::string("DELETE FROM ") + table + " WHERE " + condition);
    }
};
GM2M_INSTANTIATE(TriggerTest, all_configurations);

TEST_P(TriggerTest, DeletesTheLinksOfTargets) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien, opera("Carmen"), movies(2), country("CH"));
    remove_by_sql("cinema_movie", "id < 3");
    remove_by_sql("cinema_country", "code = 'CH'");
    EXPECT_EQ(rows_in_join_table(), 2U);
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:3 cinema.Opera:1");
    EXPECT_TRUE(verify(db).empty());
}

TEST_P(TriggerTest, DeletesTheLinksOfSources) {
    preferred_by(user("Me")).add(movie("Alien"), user("You"));
    remove_by_sql("cinema_user", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// The library's own deletions report what they have always reported.
TEST_P(TriggerTest, LeaveNothingToCountTwice) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien, opera("Carmen"));
    preferred_by(user("You")).add(alien);
    EXPECT_EQ(db.remove(alien).links, 2U);
    EXPECT_EQ(db.remove(me).links, 1U);
}

TEST_P(TriggerTest, ComeAndGoWithTheTables) {
    db.create_tables();  // safe to repeat
    preferred_by(user("Me")).add(movie("Alien"));
    db.drop_tables();
    db.create_tables();
    preferred_by(user("Me")).add(movie("Alien"));
    remove_by_sql("cinema_movie", "id = id");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// A model that comes later has its trigger when the tables are created next.
TEST_P(TriggerTest, KeepUpWithTheModels) {
    Cinema later(GetParam(), with_triggers({}));
    later.registry.model("cinema.Radio").primary_key("day", Kind::date);
    Database again = Database::open(later.registry, scratch.url());
    again.create_tables();
    const Object me = user("Me"), radio = again.insert(later.registry["cinema.Radio"].make({{"day", "2026-11-21"}}));
    again.related(again.get("cinema.User", me.key()), later.preferred).add(radio);
    remove_by_sql("cinema_radio", "day = day");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// 1.3: a table that is not managed is left alone, also by triggers.
TEST_P(TriggerTest, StayAwayFromUnmanagedTables) {
    Registry models;
    models.model("shop.Author").primary_key("id", Kind::integer);
    models.model("shop.Book").primary_key("id", Kind::integer).managed(false);
    scratch.sql("CREATE TABLE shop_book (id integer PRIMARY KEY)");
    const GM2MField wrote = models.gm2m("shop.Author", "wrote", {.layout = GetParam().layout, .db_triggers = true});
    Database shop = Database::open(models, scratch.url());
    shop.create_tables();
    const Object author = shop.insert(models["shop.Author"].make());
    const Object book = shop.insert(models["shop.Book"].make({{"id", 5}}));
    shop.related(author, wrote).add(book);
    remove_by_sql("shop_book", "id = 5");
    EXPECT_EQ(verify(shop).size(), 1U);
}

/// The links of a target that is deleted are to stay.
class TriggerPolicyTest : public TriggerTest {
protected:
    TriggerPolicyTest() : TriggerTest({.on_delete_tgt = LinkPolicy::do_nothing}) {}
};
GM2M_INSTANTIATE(TriggerPolicyTest, layout_configurations);

TEST_P(TriggerPolicyTest, KeepToThePolicies) {
    preferred_by(user("Me")).add(movie("Alien"), opera("Carmen"));
    remove_by_sql("cinema_movie", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 2U);
    remove_by_sql("cinema_user", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

TEST(TriggerOptionsTest, TakeAJoinTableThatIsManaged) {
    Registry models;
    models.model("cinema.User").primary_key("id", Kind::integer);
    EXPECT_THROW(models.gm2m("cinema.User", "likes", {.db_triggers = true, .managed = false}), ConfigurationError);
}

}  // namespace gm2m::test
