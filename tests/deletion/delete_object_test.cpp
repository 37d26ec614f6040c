#include <gm2m/error.hpp>

#include "deletion/shop.hpp"
#include "support/cinema.hpp"

namespace gm2m::test {

class DeleteObjectTest : public CinemaTest {};
GM2M_INSTANTIATE(DeleteObjectTest, all_configurations);

// 6.1: deleting a source deletes its links
TEST_P(DeleteObjectTest, TakesTheLinksOfASource) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien");
    preferred_by(me).add(alien, opera("Carmen"));
    preferred_by(you).add(alien);
    const Deleted deleted = db.remove(me);
    EXPECT_EQ(deleted.rows, 1U);
    EXPECT_EQ(deleted.links, 2U);
    EXPECT_FALSE(me.is_stored());
    EXPECT_FALSE(db.find("cinema.User", me.key()));
    EXPECT_EQ(names(users_of(alien).all()), "cinema.User:2");
}

// 6.1: … and a target its own; equal keys of other models are other objects
TEST_P(DeleteObjectTest, TakesTheLinksToATarget) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien"), carmen = opera("Carmen");
    preferred_by(me).add(alien, carmen);
    preferred_by(you).add(alien, carmen);
    EXPECT_EQ(db.remove(alien).links, 2U);
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Opera:1");
    EXPECT_EQ(preferred_by(you).count(), 1U);
}

// 3.3, 10: links go even if this process has not seen the reverse relation
TEST_P(DeleteObjectTest, DoesNotDependOnWhatThisProcessHasSeen) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    Cinema restarted(GetParam());
    Database again = Database::open(restarted.registry, scratch.url());
    EXPECT_EQ(again.remove(again.get("cinema.Movie", 1)).links, 1U);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// 1.4, 3.3: … nor on the content types: another process has made the first link to a model meanwhile
TEST_P(DeleteObjectTest, DoesNotDependOnTheContentTypesThatThisProcessHasSeen) {
    user("Me");
    const Object britain = country("GB");
    Cinema others(GetParam());
    Database other = Database::open(others.registry, scratch.url());
    EXPECT_EQ(db.remove(movie("Alien"), country("FR")).links, 0U);  // there are none yet, and this process knows
    other.related(other.get("cinema.User", 1), others.preferred).add(other.get("cinema.Country", "GB"));
    EXPECT_EQ(db.remove(britain).links, 1U);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

TEST_P(DeleteObjectTest, TakesBothSidesOfAnObjectThatIsBoth) {
    const Object a = user("a"), b = user("b");
    preferred_by(a).add(a, b);
    preferred_by(b).add(a);
    EXPECT_EQ(db.remove(a).links, 3U);
    EXPECT_EQ(rows_in_join_table(), 0U);
    EXPECT_TRUE(db.find("cinema.User", b.key()));
}

// 6.1: links that another program has left behind go as well, whether the object is deleted alone or with others
TEST_P(DeleteObjectTest, TakesTheLinksOfWhatIsGone) {
    const Object me = user("Me");
    const auto leave_links = [&](const Object& target) {
        preferred_by(me).add(target);
        scratch.sql("DELETE FROM " + target.model().table() + " WHERE id = " + target.key().to_string());
        return target;
    };
    const Object alien = leave_links(movie("Alien"));
    EXPECT_EQ(db.remove(alien).links, 1U);

    const Object brazil = leave_links(movie("Brazil")), carmen = leave_links(opera("Carmen")), other = movie("Others");
    preferred_by(me).add(other);
    const Deleted deleted = db.remove(brazil, other, carmen);
    EXPECT_EQ(deleted.rows, 1U);
    EXPECT_EQ(deleted.links, 3U);

    cinema.registry["cinema.Movie"].signals().deleted.connect([](const ObjectsDeleted&) {});
    EXPECT_EQ(db.remove(leave_links(movie("Delicatessen")), leave_links(opera("Ernani"))).links, 2U);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// 6.4: … and what refers to it, where the database lets that happen
TEST_P(DeleteObjectTest, FollowsForeignKeysToWhatIsGone) {
    for (const bool with_another : {false, true}) {
        Shop shop(GetParam(), {.book_author = ForeignKeyPolicy::cascade,
                               .chapter_reviewer = ForeignKeyPolicy::set_null,
                               .db_constraint = false});
        const Object ann = shop.author("Ann"), bob = shop.author("Bob");
        const Object book = shop.book(ann.key()), chapter = shop.chapter({}, ann.key());
        shop.scratch.sql("DELETE FROM " + ann.model().table() + " WHERE id = " + ann.key().to_string());
        const Deleted deleted = with_another ? shop.db.remove(ann, bob) : shop.db.remove(ann);
        EXPECT_FALSE(shop.has(book));
        EXPECT_TRUE(shop.has(chapter));
        EXPECT_EQ(deleted.updated, 1U);
        EXPECT_EQ(deleted.rows, with_another ? 2U : 1U);
    }
}

TEST_P(DeleteObjectTest, WhatIsNotThereIsNoError) {
    const Object alien = movie("Alien");
    EXPECT_EQ(db.remove(alien).rows, 1U);
    EXPECT_EQ(db.remove(alien).rows, 0U);
    EXPECT_EQ(db.remove(Reference{&cinema.registry["cinema.Movie"], 77}).rows, 0U);
    EXPECT_THROW(db.remove(cinema.registry["cinema.Movie"].make({{"title", "x"}})), UnsavedObject);
    EXPECT_THROW(db.remove(Object()), ObjectError);
}

// All or nothing: a row that something else still needs keeps its links.
TEST_P(DeleteObjectTest, IsAtomic) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    scratch.sql("CREATE TABLE ticket (movie bigint REFERENCES cinema_movie (id))");
    scratch.sql("INSERT INTO ticket VALUES (1)");
    EXPECT_THROW(db.remove(alien), IntegrityError);
    EXPECT_TRUE(preferred_by(me).contains(alien));
    EXPECT_TRUE(db.find("cinema.Movie", alien.key()));
    scratch.sql("DROP TABLE ticket");
    EXPECT_EQ(db.remove(alien).links, 1U);
}

// 1.1: a relation of a model that is not there yet has no links, and is in nobody's way.
TEST_P(DeleteObjectTest, GoesPastARelationWithoutItsSource) {
    cinema.registry.gm2m("radio.Station", "plays");
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    EXPECT_EQ(db.remove(alien).links, 1U);
    EXPECT_TRUE(verify(db).empty());
}

// 1.1, 10: nor is a relation, or a foreign key, missed that is declared after the first deletion.
TEST_P(DeleteObjectTest, SeesWhatIsDeclaredLater) {
    const Object me = user("Me"), alien = movie("Alien"), brazil = movie("Brazil");
    db.remove(alien);
    const GM2MField later = cinema.registry.gm2m("cinema.User", "later_videos", {.layout = GetParam().layout});
    cinema.registry.model("cinema.Ticket")
        .primary_key("id", Kind::integer)
        .foreign_key("movie", "cinema.Movie", {.on_delete = ForeignKeyPolicy::cascade});
    db.create_tables();
    db.related(me, later).add(brazil);
    db.insert(cinema.registry["cinema.Ticket"].make({{"id", 1}, {"movie", brazil.key()}}));
    const Deleted deleted = db.remove(brazil);
    EXPECT_EQ(deleted.links, 1U);
    EXPECT_EQ(deleted.rows, 2U);
    EXPECT_TRUE(verify(db).empty());
}

}  // namespace gm2m::test
