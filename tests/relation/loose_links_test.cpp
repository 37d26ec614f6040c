#include <gm2m/verify.hpp>

#include <optional>

#include "support/cinema.hpp"

namespace gm2m::test {

/// Links by a model that takes much: its columns may be empty, and nothing keeps a row from coming twice.
/// (BEHAVIOUR 4.2)
class LooseLinksTest : public testing::TestWithParam<Configuration> {
protected:
    LooseLinksTest() {
        db.create_tables();
        links.add_relation("loose.Thing");
        for (Object* box : {&red, &blue})
            *box = db.insert(models["loose.Box"].make({{"name", box == &red ? "red" : "blue"}}));
        for (Object* thing : {&a, &b, &c})
            *thing = db.insert(models["loose.Thing"].make({{"name", thing == &a ? "a" : thing == &b ? "b" : "c"}}));
    }

    GM2MField declare() {
        models.model("loose.Box").primary_key("id", Kind::integer).field("name", Kind::text);
        models.model("loose.Thing").primary_key("id", Kind::integer).field("name", Kind::text);
        models.model("loose.Place")
            .primary_key("id", Kind::integer)
            .foreign_key("box", "loose.Box", {.null = true})
            .field("thing_type", Kind::integer, {.null = true})
            .field("thing_key", Kind::text, {.max_length = 16, .null = true})
            .field("shelf", Kind::integer, {.null = true})
            .generic_foreign_key("thing", "thing_type", "thing_key");
        models.model("loose.Seat")
            .primary_key("id", Kind::integer)
            .foreign_key("box", "loose.Box")
            .field("thing_type", Kind::integer)
            .field("thing_key", Kind::text, {.max_length = 16})
            .field("number", Kind::integer, {.null = true})
            .generic_foreign_key("thing", "thing_type", "thing_key")
            .unique_together({"box", "number"})
            .ordering({"-number"});
        seats.emplace(models.gm2m("loose.Box", "seated", {.related_name = "seated_in", .through = "loose.Seat"}));
        models.model("loose.Note")
            .primary_key("id", Kind::integer)
            .foreign_key("place", "loose.Place", {.on_delete = ForeignKeyPolicy::cascade});
        return models.gm2m("loose.Box", "things", {.related_name = "boxes", .through = "loose.Place"});
    }
    RelatedManager in(const Object& box) { return db.related(box, links); }
    RelatedManager boxes_of(const Object& thing) { return db.related(thing, "boxes"); }
    /// A row that is no link, but for what it is given.
    Object place(const Object& box, const Object& thing, const Value& shelf = {}) {
        const Object row = models["loose.Place"].make({{"shelf", shelf}});
        if (box)
            db.assign(row, "box", box);
        if (thing)
            db.assign(row, "thing", thing);
        return db.insert(row);
    }
    static std::string names(const std::vector<Object>& objects) {
        std::string all;
        for (const Object& object : objects)
            all += object["name"].get<std::string>();
        return all;
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::optional<GM2MField> seats;
    GM2MField links = declare();
    Database db = Database::open(models, scratch.url());
    Object red, blue, a, b, c;
};
GM2M_INSTANTIATE(LooseLinksTest, engine_configurations);

// A column of a domain reads as what the domain is of, also where links come as lists.
TEST_P(LooseLinksTest, KeysOfADomain) {
    place(red, a);
    place(blue, b);
    if (!GetParam().is_sqlite()) {
        scratch.sql("CREATE DOMAIN padded AS char(16)");
        scratch.sql("ALTER TABLE loose_place ALTER COLUMN thing_key TYPE padded");
    }
    EXPECT_EQ(names(in(red).all()), "a");
    db.prefetch(std::vector{red, blue}, links);
    EXPECT_EQ(names(in(red).all()), "a");
    EXPECT_EQ(names(in(blue).all()), "b");
    EXPECT_EQ(names(db.query("loose.Box").filter(F("things__thing__name") == "b").fetch()), names({blue}));
    EXPECT_TRUE(verify(db).empty());
}

// 2.7, 4.2: a row without one of its ends is no link: it is not read, counted, or taken away.
TEST_P(LooseLinksTest, RowsWithoutAnEnd) {
    place({}, {});
    place(red, {});
    place({}, a);
    scratch.sql(
        "INSERT INTO loose_place (box_id, thing_type) SELECT box_id, (SELECT id FROM gm2m_content_type WHERE model = "
        "'thing') FROM loose_place WHERE box_id IS NOT NULL");
    EXPECT_EQ(names(in(red).all()), "");
    EXPECT_EQ(in(red).count(), 0U);
    EXPECT_FALSE(in(red).exists());
    EXPECT_TRUE(in(red).count_by_model().empty());
    EXPECT_TRUE(in(red).all_with_through().empty());
    EXPECT_EQ(in(red).clear(), 0U);
    EXPECT_EQ(names(boxes_of(a).all()), "");
    EXPECT_EQ(boxes_of(a).count(), 0U);
    EXPECT_FALSE(boxes_of(a).exists());
    EXPECT_EQ(boxes_of(a).clear(), 0U);
    EXPECT_EQ(db.query("loose.Box").filter(F("things").isnull()).count(), 2U);
    EXPECT_EQ(db.query("loose.Box").filter(F("things").isnull(false)).count(), 0U);
    EXPECT_EQ(db.query("loose.Box").filter(F("things__thing").isnull(false)).count(), 0U);
    EXPECT_EQ(db.query("loose.Thing").filter(F("boxes").isnull(false)).count(), 0U);
    for (const char* relation : {"things", "things__thing"})
        EXPECT_EQ(db.query("loose.Box").annotate("n", Count(relation)).filter(F("n") > 0).count(), 0U);
    EXPECT_EQ(db.query("loose.Thing").annotate("n", Count("boxes")).filter(F("n") > 0).count(), 0U);
    EXPECT_TRUE(in(red).most_in_common(3).empty());
    EXPECT_TRUE(boxes_of(a).most_in_common(3).empty());
    in(red).add(b);
    in(blue).add(b);
    EXPECT_EQ(names(in(red).all()), "b");
    EXPECT_EQ(in(red).most_in_common(3).size(), 1U);
    db.query("loose.Box").prefetch(links).fetch();
    db.query("loose.Thing").prefetch("boxes").fetch();
    EXPECT_EQ(names(db.query("loose.Box").filter(!(F("things__thing__name") == "a")).order_by("id").fetch()),
              "redblue");
    EXPECT_EQ(names(db.query("loose.Thing").filter(!(F("boxes__name") == "red")).order_by("id").fetch()), "ac");
    EXPECT_EQ(db.query("loose.Place").count(), 6U);
}

// 6.3: … and receivers are not told of it.
TEST_P(LooseLinksTest, RowsWithoutAnEndAreNotTold) {
    place(red, {});
    place(red, a);
    place({}, a);
    const GM2MField told = models.gm2m("loose.Box", "told", {.related_name = "+", .through = "loose.Place",
                                                             .on_delete = LinkPolicy::do_nothing_signal});
    std::size_t seen = 0;
    told.deleting().connect([&](const Deleting& event) { seen += event.links().size(); });
    db.remove(red);
    EXPECT_EQ(seen, 1U);
}

// 6.6: … nor is it a link whose end is gone.
TEST_P(LooseLinksTest, RowsWithoutAnEndAreInOrder) {
    place({}, {});
    place(red, {});
    place({}, a);
    scratch.sql(
        "INSERT INTO loose_place (box_id, thing_type) SELECT box_id, (SELECT id FROM gm2m_content_type WHERE model = "
        "'thing') FROM loose_place WHERE box_id IS NOT NULL");
    EXPECT_TRUE(verify(db).empty());
    EXPECT_TRUE(verify(db, {.repair = true}).empty());
    EXPECT_EQ(db.query("loose.Place").count(), 4U);
}

// 6.1: … but it goes with the end that it has.
TEST_P(LooseLinksTest, RowsWithoutAnEndGoWithTheOther) {
    place(red, {});
    place({}, a);
    db.remove(red);
    db.remove(a);
    EXPECT_EQ(db.query("loose.Place").count(), 0U);
}

// 6.6: rows that are removed for want of an end go as objects, with what depends on them.
TEST_P(LooseLinksTest, RepairTakesWhatDependsOnRows) {
    in(red).add(a, b);
    const Object row = db.query("loose.Place").filter(F("thing") == a).get();
    db.insert(models["loose.Note"].make({{"place", row.key()}}));
    scratch.sql("DELETE FROM loose_thing WHERE name = 'a'");
    const auto found = verify(db, {.repair = true});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().count, 1U);
    EXPECT_EQ(db.query("loose.Place").count(), 1U);
    EXPECT_EQ(db.query("loose.Note").count(), 0U);
}

// … those of stale content types too.
TEST_P(LooseLinksTest, StaleContentTypesTakeWhatDependsOnRows) {
    in(red).add(a);
    db.insert(models["loose.Note"].make({{"place", db.query("loose.Place").get().key()}}));
    scratch.sql("UPDATE gm2m_content_type SET model = 'gone' WHERE model = 'thing'");
    Database other = Database::open(models, scratch.url());
    const auto found = verify(other, {.remove_stale_content_types = true});
    EXPECT_EQ(found.size(), 2U);
    EXPECT_EQ(db.query("loose.Place").count(), 0U);
    EXPECT_EQ(db.query("loose.Note").count(), 0U);
}

// 2.5, 2.7: an object that two rows link is linked: it comes with each of them, and both go.
TEST_P(LooseLinksTest, RowsThatComeTwice) {
    place(red, a, 1), place(red, b, 2), place(red, a, 3);
    EXPECT_EQ(names(in(red).all()), "aba");
    EXPECT_EQ(in(red).all_with_through().size(), 3U);
    EXPECT_EQ(names(boxes_of(a).all()), "redred");
    EXPECT_EQ(in(red).count(), 3U);
    EXPECT_EQ(names(in(red).where("loose.Thing").fetch()), "ab");
    EXPECT_TRUE(in(red).add(a, b).empty());
    EXPECT_EQ(db.query("loose.Box").filter(F("things__thing__name") == "a").count(), 1U);
    const auto boxes = db.query("loose.Box").filter(F("name") == "red").prefetch(links).fetch();
    EXPECT_EQ(names(db.related(boxes.front(), links).all()), "aba");
    EXPECT_EQ(in(red).remove(a).removed.size(), 1U);
    EXPECT_EQ(names(in(red).all()), "b");
    place(red, b, 4);
    EXPECT_EQ(in(red).clear(), 2U);
}

// 2.7: what two objects have in common is counted once, however often a row says so.
TEST_P(LooseLinksTest, RowsThatComeTwiceAreInCommonOnce) {
    place(red, a), place(red, a), place(blue, a), place(blue, a), place(blue, b), place(red, b);
    auto common = in(red).most_in_common(5);
    ASSERT_EQ(common.size(), 1U);
    EXPECT_EQ(common.front().count, 2U);
    common = boxes_of(a).most_in_common(5);
    ASSERT_EQ(common.size(), 1U);
    EXPECT_EQ(common.front().count, 2U);
}

// 4.3: without an ordering of the model, rows come as their objects do: in the order of linking.
TEST_P(LooseLinksTest, RowsInTheOrderOfLinking) {
    in(red).add(c, a, b);
    in(blue).add(a);
    // On PostgreSQL the row is another then, also in the indexes.
    const auto rewrite = [&](const Object& thing) {
        for (const std::string key : {"'9' || thing_key", "substr(thing_key, 2)"})
            scratch.sql("UPDATE loose_place SET thing_key = " + key + " WHERE thing_key IN ('" +
                        thing.key().to_string() + "', '9" + thing.key().to_string() + "')");
    };
    rewrite(c), rewrite(a);
    const auto rows = in(red).all_with_through();
    std::vector<Object> objects;
    for (const auto& [row, object] : rows)
        objects.push_back(object);
    EXPECT_EQ(names(objects), "cab");
    EXPECT_EQ(names(in(red).all()), "cab");
    const auto boxes = db.query("loose.Box").order_by("id").prefetch(Prefetch(links).with_through()).fetch();
    EXPECT_EQ(names(db.related(boxes.front(), links).all()), "cab");
    objects.clear();
    for (const auto& [row, object] : boxes_of(a).all_with_through())
        objects.push_back(object);
    EXPECT_EQ(names(objects), "redblue");
}

// 4.3: of an object that is given several times the values are those that are given.
TEST_P(LooseLinksTest, ValuesOfARepeat) {
    in(red).add(WithValues(a, {{"shelf", 5}}), a);
    EXPECT_EQ(db.query("loose.Place").get()["shelf"], Value(5));
    boxes_of(a).updating().add(WithValues(red, {{"shelf", 6}}), red);
    EXPECT_EQ(db.query("loose.Place").get()["shelf"], Value(6));
}

// 2.6, 4.3: what is unique besides, as a place, is free for those that come.
TEST_P(LooseLinksTest, PlacesThatAreLeft) {
    const auto at = [](const Object& thing, int number) { return WithValues(thing, {{"number", number}}); };
    const RelatedManager seated = db.related(red, *seats);
    seated.add(at(a, 1), at(b, 2));
    EXPECT_EQ(seated.set(at(c, 1), at(b, 2)).added.size(), 1U);
    EXPECT_EQ(names(seated.all()), "bc");
    const Changes changes = seated.updating().set(at(b, 1), at(a, 2));
    EXPECT_EQ(changes.updated.size(), 1U);
    EXPECT_EQ(names(seated.all()), "ab");
    EXPECT_THROW(seated.add(at(c, 2)), IntegrityError);
    EXPECT_EQ(names(seated.all()), "ab");
}

// 2.8, 4.3: of several rows, the first in the order of the links is an object's place in a query.
TEST_P(LooseLinksTest, QueriesGoByTheFirstRow) {
    const auto seat = [&](const Object& thing, const Value& number) {
        const Object row = models["loose.Seat"].make({{"box", red.key()}, {"number", number}});
        db.assign(row, "thing", thing);
        db.insert(row);
    };
    seat(a, 1), seat(b, 5), seat(a, 9), seat(c, {}), seat(b, {});
    const RelatedManager seated = db.related(red, *seats);
    const std::string all = names(seated.all());  // NULL is first or last, as the engine has it
    EXPECT_TRUE(all == "abacb" || all == "cbaba") << all;
    const std::string each = all == "abacb" ? "abc" : "cba";
    EXPECT_EQ(names(seated.where("loose.Thing").fetch()), each);
    EXPECT_EQ(names(seated.where("loose.Thing").reverse().fetch()), std::string(each.rbegin(), each.rend()));
    EXPECT_EQ(names(seated.where("loose.Thing").limit(2).fetch()), each.substr(0, 2));
    EXPECT_EQ(names(seated.with(db.query("loose.Thing").filter(F("name") != "x")).all()), each);
    std::string with_rows;
    for (const auto& [row, thing] : seated.all_with_through())
        with_rows += thing["name"].get<std::string>();
    EXPECT_EQ(with_rows, all);
    const auto boxes = db.query("loose.Box").filter(F("name") == "red").prefetch(*seats).fetch();
    EXPECT_EQ(names(db.related(boxes.front(), *seats).all()), all);
}

// 5.3: rows that are written as objects outdate what was prefetched of the links.
TEST_P(LooseLinksTest, RowsOutdateWhatWasPrefetched) {
    in(red).add(a);
    const auto fetch = [&] {
        return db.query("loose.Box")
            .filter(F("name") == "red")
            .prefetch(Prefetch(links).with_through())
            .fetch()
            .front();
    };
    const auto thing = db.query("loose.Thing").filter(F("name") == "b").prefetch("boxes").fetch().front();
    Object box = fetch();
    const Object row = place(red, b);
    EXPECT_EQ(names(in(box).all()), "ab");
    EXPECT_EQ(names(boxes_of(thing).all()), "red");
    box = fetch();
    db.assign(row, "thing", c);
    db.update(row);
    EXPECT_EQ(names(in(box).all()), "ac");
    box = fetch();
    row.set("shelf", 3);
    db.save(row);
    EXPECT_EQ(in(box).all_with_through().back().through["shelf"], Value(3));
    box = fetch();
    db.query("loose.Place").update({{"shelf", 4}});
    EXPECT_EQ(in(box).all_with_through().back().through["shelf"], Value(4));
    db.remove(row);
    EXPECT_EQ(names(in(box).all()), "a");
}

// 2.4: all the statements of a write take as many keys as they may.
TEST_P(LooseLinksTest, ManyRowsAreUpdatedInManyStatements) {
    DatabaseOptions few;
    few.keys_per_statement = 2;
    Database other = Database::open(models, scratch.url(), few);
    std::vector<Object> many;
    for (int i = 0; i < 7; ++i)
        many.push_back(db.insert(models["loose.Thing"].make({{"name", "x"}})));
    other.related(red, links).add(many);
    EXPECT_EQ(other.related(red, links).with_values({{"shelf", 1}}).updating().set(many).updated.size(), 7U);
    EXPECT_EQ(db.query("loose.Place").filter(F("shelf") == 1).count(), 7U);
}

}  // namespace gm2m::test
