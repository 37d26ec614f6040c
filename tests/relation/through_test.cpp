#include <stdexcept>

#include "relation/spoken.hpp"

namespace gm2m::test {

class ThroughTest : public SpokenTest {};
GM2M_INSTANTIATE(ThroughTest, through_configurations);

// 4.2: the links are rows of the through model.
TEST_P(ThroughTest, LinksAreRowsOfTheModel) {
    const Changes changes = spoken_in(ch).with_values(percent(65)).add(german, latin);
    EXPECT_EQ(changes.added.size(), 2U);
    EXPECT_EQ(rows(), 2U);
    const Object usage = db.query("world.Usage").filter(F("target") == german).get();
    EXPECT_EQ(usage["land"], Value("CH"));
    EXPECT_EQ(usage["percent"], Value(65.0));
    EXPECT_TRUE(usage["note"].is_null());
    EXPECT_EQ(&spoken.join_model(), &models["world.Usage"]);
    EXPECT_EQ(spoken.table(), "world_usage");
    EXPECT_TRUE(spoken_in(ch).contains(german));
    EXPECT_FALSE(spoken_in(de).contains(german));
    EXPECT_EQ(spoken_in(ch).count(), 2U);
    EXPECT_TRUE(spoken_in(ch).exists());
    EXPECT_EQ(db.related(german, "spoken_in").count(), 1U);
}

// 4.2: rows that were inserted as such are links.
TEST_P(ThroughTest, RowsAreLinks) {
    const Object usage = models["world.Usage"].make({{"land", "CH"}, {"percent", 22.5}});
    db.assign(usage, "target", french);
    db.insert(usage);
    EXPECT_EQ(all(spoken_in(ch)), "French");
    EXPECT_TRUE(db.follow(usage, "target").reference() == french.reference());
    db.assign(usage, "target", latin);
    db.update(usage);
    EXPECT_EQ(all(spoken_in(ch)), "Latn");
    db.remove(usage);
    EXPECT_FALSE(spoken_in(ch).exists());
}

// 4.3: a field that can hold no NULL and has no default needs a value, before anything is written.
TEST_P(ThroughTest, FieldsThatNeedAValue) {
    EXPECT_THROW(spoken_in(ch).add(german), InvalidValue);
    EXPECT_THROW(spoken_in(ch).set(german), InvalidValue);
    EXPECT_THROW(spoken_in(ch).toggle(german), InvalidValue);
    spoken.add_relation("world.Language");
    EXPECT_THROW(db.related(german, "spoken_in").add(ch), InvalidValue);
    EXPECT_THROW(spoken_in(ch).with_values({{"percentage", 1.0}}).add(german), UnknownField);
    EXPECT_THROW(spoken_in(ch).with_values({{"percent", "much"}}).add(german), InvalidValue);
    EXPECT_THROW(spoken_in(ch).with_values({{"percent", Value()}}).add(german), InvalidValue);
    EXPECT_THROW(spoken_in(ch).with_values({{"percent", 1.0}, {"land", "DE"}}).add(german), InvalidValue);
    EXPECT_EQ(rows(), 0U);
    EXPECT_EQ(spoken_in(ch).set({}).removed.size(), 0U);
}

// 4.3: values for all, and for each.
TEST_P(ThroughTest, ValuesForEachLink) {
    spoken_in(ch).with_values(percent(1)).add(WithValues(german, {{"percent", 62.5}, {"note", "north"}}), french,
                                              WithValues(latin, {{"note", "all"}}));
    std::vector<std::string> found;
    for (const auto& [usage, object] : spoken_in(ch).all_with_through())
        found.push_back(object["name"].to_string() + " " + usage["percent"].to_string() + " " +
                        usage["note"].to_string());
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].substr(0, 11), "German 62.5");
    EXPECT_EQ(all(spoken_in(ch)), "German French Latn");
}

// 2.4, 2.12: what is linked already keeps its row and its values.
TEST_P(ThroughTest, LinkedAlready) {
    spoken_in(ch).with_values(percent(65)).add(german);
    const Changes again = spoken_in(ch).with_values(percent(10)).add(german, french, french);
    ASSERT_EQ(again.added.size(), 1U);
    EXPECT_EQ(again.added.front(), french.reference());
    EXPECT_EQ(rows(), 2U);
    EXPECT_EQ(db.query("world.Usage").filter(F("target") == german).get()["percent"], Value(65.0));
}

// 4.3: … unless their values are to be updated.
TEST_P(ThroughTest, UpdatesOnRequest) {
    spoken_in(ch).with_values(percent(65)).add(german, french);
    const auto before = scratch.sql("SELECT id FROM world_usage ORDER BY id");
    const Changes changes = spoken_in(ch)
                                .with_values(percent(65))
                                .updating()
                                .add(german, WithValues(french, percent(22)), WithValues(latin, percent(99)));
    ASSERT_EQ(changes.updated.size(), 1U);  // german has that value
    EXPECT_EQ(changes.updated.front(), french.reference());
    EXPECT_EQ(changes.added.size(), 1U);
    EXPECT_EQ(db.query("world.Usage").filter(F("target") == french).get()["percent"], Value(22.0));
    EXPECT_EQ(all(spoken_in(ch)), "Latn German French");
    const auto after = scratch.sql("SELECT id FROM world_usage ORDER BY id");
    EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin()));
    const Changes reverse = db.related(french, "spoken_in").with_values(percent(1)).updating().set(ch, de);
    EXPECT_EQ(reverse.updated.size(), 1U);
    EXPECT_EQ(reverse.added.size(), 1U);
}

// 4.3: values are for links that are made, or updated.
TEST_P(ThroughTest, LinksThatExistNeedNoValues) {
    spoken_in(ch).with_values(percent(65)).add(german, french);
    EXPECT_TRUE(spoken_in(ch).add(german).empty());
    EXPECT_TRUE(spoken_in(ch).set(german, french).empty());
    EXPECT_EQ(spoken_in(ch).with_values({{"note", "north"}}).updating().add(german).updated.size(), 1U);
    EXPECT_EQ(spoken_in(ch).updating().set(WithValues(german, {{"note", "east"}}), french).updated.size(), 1U);
    EXPECT_EQ(db.related(french, "spoken_in").with_values({{"note", "west"}}).updating().add(ch).updated.size(), 1U);
    EXPECT_EQ(scratch.sql("SELECT note FROM world_usage ORDER BY note"), (std::vector<std::string>{"east", "west"}));
    EXPECT_EQ(spoken_in(ch).toggle(french).removed.size(), 1U);
    EXPECT_THROW(spoken_in(ch).with_values({{"note", "x"}}).updating().add(german, latin), InvalidValue);
    EXPECT_THROW(spoken_in(ch).updating().set(latin), InvalidValue);
    EXPECT_THROW(db.related(german, "spoken_in").with_values({{"note", "x"}}).updating().add(ch, de), InvalidValue);
    EXPECT_EQ(scratch.sql("SELECT note FROM world_usage"), std::vector<std::string>{"east"});
}

// 4.3: a link that is made takes a key of its row; one that exists keeps its own.
TEST_P(ThroughTest, KeysOfRows) {
    const auto with_key = [](std::int64_t key) { return FieldValues{{"id", key}, {"percent", 65.0}}; };
    spoken_in(ch).with_values(with_key(17)).add(german);
    EXPECT_EQ(scratch.sql("SELECT id FROM world_usage"), std::vector<std::string>{"17"});
    EXPECT_TRUE(spoken_in(ch).with_values(with_key(18)).add(german).empty());
    EXPECT_TRUE(spoken_in(ch).with_values(with_key(17)).updating().add(german).empty());
    EXPECT_THROW(spoken_in(ch).with_values(with_key(18)).updating().add(german), InvalidValue);
    EXPECT_THROW(spoken_in(ch).updating().add(WithValues(german, with_key(18)), WithValues(latin, percent(9))),
                 InvalidValue);
    EXPECT_THROW(db.related(german, "spoken_in").updating().set(WithValues(ch, {{"pk", 18}, {"percent", 1.0}})), Error);
    EXPECT_EQ(scratch.sql("SELECT id FROM world_usage"), std::vector<std::string>{"17"});
}

// 2.6: set() leaves exactly these, and touches the difference alone.
TEST_P(ThroughTest, Set) {
    spoken_in(ch).with_values(percent(65)).add(german, french);
    spoken_in(de).with_values(percent(90)).add(german);
    const auto kept = scratch.sql("SELECT min(id) FROM world_usage");
    const Changes changes = spoken_in(ch).with_values(percent(5)).set(german, latin);
    ASSERT_EQ(changes.added.size(), 1U);
    EXPECT_EQ(changes.added.front(), latin.reference());
    ASSERT_EQ(changes.removed.size(), 1U);
    EXPECT_EQ(changes.removed.front(), french.reference());
    EXPECT_EQ(scratch.sql("SELECT min(id) FROM world_usage"), kept);
    EXPECT_EQ(all(spoken_in(ch)), "German Latn");
    EXPECT_EQ(all(spoken_in(de)), "German");
    EXPECT_TRUE(spoken_in(ch).with_values(percent(5)).set(german, latin).empty());
    EXPECT_EQ(spoken_in(ch).set({}).removed.size(), 2U);
    EXPECT_EQ(rows(), 1U);
}

// 2.5, 2.6
TEST_P(ThroughTest, RemoveClearToggle) {
    spoken_in(ch).with_values(percent(65)).add(german, french);
    spoken_in(de).with_values(percent(90)).add(german);
    EXPECT_EQ(spoken_in(ch).remove(german, latin).removed.size(), 1U);
    EXPECT_EQ(all(spoken_in(ch)), "French");
    const Changes toggled = spoken_in(ch).with_values(percent(7)).toggle(french, latin);
    EXPECT_EQ(toggled.added.size(), 1U);
    EXPECT_EQ(toggled.removed.size(), 1U);
    EXPECT_EQ(all(spoken_in(ch)), "Latn");
    EXPECT_EQ(spoken_in(ch).clear(), 1U);
    EXPECT_EQ(spoken_in(ch).clear(), 0U);
    EXPECT_EQ(all(spoken_in(de)), "German");
}

// 3.2, 3.4: the reverse side.
TEST_P(ThroughTest, ReverseSide) {
    EXPECT_THROW(db.related(latin, "spoken_in"), NoReverseRelation);
    spoken.add_relation("world.Script");
    const RelatedManager lands = db.related(latin, "spoken_in").with_values(percent(100));
    EXPECT_EQ(lands.add(ch, de).added.size(), 2U);
    EXPECT_EQ(lands.add(ch).added.size(), 0U);
    EXPECT_EQ(all(lands), "CH DE");
    EXPECT_EQ(lands.set(de).removed.size(), 1U);
    EXPECT_EQ(lands.toggle(ch, de).added.size(), 1U);
    EXPECT_EQ(all(lands), "CH");
    EXPECT_EQ(lands.remove(ch).removed.size(), 1U);
    lands.add(ch, de);
    EXPECT_EQ(lands.clear(), 2U);
    EXPECT_EQ(rows(), 0U);
    EXPECT_THROW(lands.add(german), WrongModel);
}

// 2.10, 2.12: what cannot be linked is an error, and nothing is written.
TEST_P(ThroughTest, WhatCannotBeLinked) {
    const RelatedManager all = spoken_in(ch).with_values(percent(1));
    EXPECT_THROW(all.add(german, models["world.Language"].make()), UnsavedObject);
    const Reference gone{&models["world.Language"], Value(4711)};
    try {
        all.add(german, gone);
        FAIL();
    } catch (const IntegrityError& error) {
        EXPECT_EQ(error.constraint(), IntegrityError::Constraint::foreign_key);
        EXPECT_NE(std::string(error.what()).find("world.Language:4711"), std::string::npos) << error.what();
    }
    EXPECT_EQ(rows(), 0U);
    EXPECT_THROW(db.related(ch, spoken).with_values(percent(1)).updating().add(gone), IntegrityError);
}

TEST_P(ThroughTest, KeyTooLong) {
    models.model("world.Sign").primary_key("code", Kind::text, {.max_length = 40});
    db.create_tables();
    const Object sign = db.insert(models["world.Sign"].make({{"code", "12345678901234567"}}));
    try {
        spoken_in(ch).with_values(percent(1)).add(sign);
        FAIL();
    } catch (const KeyTooLong& error) {
        EXPECT_NE(std::string(error.what()).find("world.Usage.target_key takes 16"), std::string::npos) << error.what();
    }
    EXPECT_THROW(db.assign(models["world.Usage"].make(), "target", sign), KeyTooLong);
}

// 2.9: a link whose target is gone is skipped by reads and counted.
TEST_P(ThroughTest, TargetThatIsGone) {
    spoken_in(ch).with_values(percent(65)).add(german, french);
    scratch.sql("DELETE FROM world_language WHERE name = 'German'");
    EXPECT_EQ(all(spoken_in(ch)), "French");
    EXPECT_EQ(spoken_in(ch).all_with_through().size(), 1U);
    EXPECT_EQ(spoken_in(ch).count(), 2U);
}

// 2.11
TEST_P(ThroughTest, PartOfATransaction) {
    {
        Transaction transaction(db);
        spoken_in(ch).with_values(percent(65)).add(german);
        EXPECT_EQ(spoken_in(ch).count(), 1U);
    }
    EXPECT_EQ(spoken_in(ch).count(), 0U);
}

// What has no through model has no values, rows or order of one.
TEST_P(ThroughTest, WithoutAThroughModel) {
    const GM2MField plain = models.gm2m("world.Land", "plain", {.related_name = "plain_lands"});
    db.create_tables();
    const RelatedManager links = db.related(ch, plain);
    EXPECT_THROW(links.with_values(percent(1)), ObjectError);
    EXPECT_THROW(links.updating(), ObjectError);
    EXPECT_THROW(links.add(WithValues(german, percent(1))), ObjectError);
    EXPECT_THROW(links.all_with_through(), ObjectError);
    EXPECT_THROW(links.order_by_through({"id"}), ObjectError);
    EXPECT_THROW(db.query("world.Land").prefetch(Prefetch(plain).with_through()).fetch(), ObjectError);
}

// 6.7: the rows are objects of their model, with its signals.
TEST_P(ThroughTest, SendsTheSignalsOfItsModel) {
    std::size_t saved = 0, deleted = 0, added = 0;
    models["world.Usage"].signals().saved.connect([&](const ObjectSaved&) { ++saved; });
    models["world.Usage"].signals().deleted.connect(
        [&](const ObjectsDeleted& event) { deleted += event.objects.size(); });
    spoken.signals().added.connect([&](const LinkChange& event) { added += event.objects.size(); });
    spoken_in(ch).with_values(percent(65)).add(german, french);
    spoken_in(ch).clear();
    EXPECT_EQ(saved, 2U);
    EXPECT_EQ(added, 2U);
    EXPECT_EQ(deleted, 2U);
}

// 6.7: who listens to what is about to be changes nothing of that: the rows are saved and deleted once.
TEST_P(ThroughTest, RehearsesWithoutRows) {
    std::string told;
    const auto note = [&](const char* name, const LinkChange& change) {
        told += std::string(name) + std::to_string(change.objects.size()) + (change.reverse ? "r " : " ");
    };
    LinkSignals& signals = spoken.signals();
    signals.adding.connect([&](const LinkChange& change) { note("adding", change); });
    signals.added.connect([&](const LinkChange& change) { note("added", change); });
    signals.removing.connect([&](const LinkChange& change) { note("removing", change); });
    signals.removed.connect([&](const LinkChange& change) { note("removed", change); });
    models["world.Usage"].signals().saved.connect([&](const ObjectSaved&) { told += "saved "; });
    models["world.Usage"].signals().deleted.connect([&](const ObjectsDeleted&) { told += "deleted "; });
    const auto heard = [&] { return std::exchange(told, ""); };
    spoken_in(ch).with_values(percent(65)).add(german, german);
    EXPECT_EQ(heard(), "adding1 saved added1 ");
    spoken_in(ch).with_values(percent(5)).add(german);
    EXPECT_EQ(heard(), "");
    spoken_in(ch).with_values(percent(5)).updating().set(french, latin);
    EXPECT_EQ(heard(), "removing1 adding2 deleted saved saved removed1 added2 ");
    db.related(latin, "spoken_in").with_values(percent(1)).toggle(ch, de);
    EXPECT_EQ(heard(), "removing1r adding1r deleted saved removed1r added1r ");
    spoken_in(ch).remove(french, german);
    EXPECT_EQ(heard(), "removing1 deleted removed1 ");
    EXPECT_THROW(spoken_in(ch).with_values(percent(1)).add(Reference{&models["world.Language"], Value(4711)}),
                 IntegrityError);
    EXPECT_EQ(heard(), "");
    EXPECT_EQ(rows(), 1U);
}

// 6.7: what a receiver refuses is not done, nor is a content type left behind.
TEST_P(ThroughTest, ReceiversThatRefuse) {
    spoken.signals().adding.connect([](const LinkChange&) { throw std::runtime_error("no"); });
    EXPECT_THROW(spoken_in(ch).with_values(percent(65)).add(german), std::runtime_error);
    EXPECT_EQ(rows(), 0U);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM gm2m_content_type").front(), "0");
    EXPECT_FALSE(spoken.is_related(german.model()));
}

}  // namespace gm2m::test
