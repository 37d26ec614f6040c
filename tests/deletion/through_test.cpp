#include "relation/spoken.hpp"

namespace gm2m::test {

/// Deleting what rows of a through model link: they go as objects, by the policy of their end. (BEHAVIOUR 6.1, 6.2)
class ThroughDeletionTest : public SpokenTest {
protected:
    explicit ThroughDeletionTest(GM2MOptions options = {}) : SpokenTest(std::move(options)) {
        models.model("world.Source")
            .primary_key("id", Kind::integer)
            .foreign_key("usage", "world.Usage", {.on_delete = ForeignKeyPolicy::cascade});
        remarks.emplace(models.gm2m("world.Land", "remarks", {.related_name = "remarked_by"}));
        db.create_tables();
        spoken_in(ch).with_values(percent(65)).add(german, french, latin);
        spoken_in(de).with_values(percent(95)).add(german, latin);
    }
    static std::size_t count(const Deleted& deleted, const std::string& model) {
        for (const ModelCount& each : deleted.by_model)
            if (each.label == model)
                return each.count;
        return 0;
    }
    std::optional<GM2MField> remarks;
};
GM2M_INSTANTIATE(ThroughDeletionTest, through_configurations);

TEST_P(ThroughDeletionTest, RowsGoWithASource) {
    const DeletionPlan plan = db.explain_remove(ch);
    const Deleted deleted = db.remove(ch);
    EXPECT_EQ(count(plan.would, "world.Usage"), 3U);
    EXPECT_EQ(count(deleted, "world.Usage"), 3U);
    EXPECT_EQ(count(deleted, "world.Land"), 1U);
    EXPECT_EQ(deleted.links, 0U);
    EXPECT_EQ(rows(), 2U);
    EXPECT_TRUE(verify(db).empty());
}

TEST_P(ThroughDeletionTest, RowsGoWithATarget) {
    const Deleted deleted = db.remove(german, latin);
    EXPECT_EQ(count(deleted, "world.Usage"), 4U);
    EXPECT_EQ(all(spoken_in(ch)), "French");
    EXPECT_TRUE(verify(db).empty());
}

TEST_P(ThroughDeletionTest, RowsGoWithATargetThatIsGone) {
    scratch.sql("DELETE FROM " + models["world.Language"].table() + " WHERE id = " + german.key().to_string());
    const Deleted deleted = db.remove(german, latin);
    EXPECT_EQ(count(deleted, "world.Language"), 0U);
    EXPECT_EQ(count(deleted, "world.Usage"), 4U);
    EXPECT_TRUE(verify(db).empty());
}

TEST_P(ThroughDeletionTest, ByQuery) {
    const Deleted deleted = db.remove(db.query("world.Language"));
    EXPECT_EQ(count(deleted, "world.Language"), 2U);
    EXPECT_EQ(count(deleted, "world.Usage"), 3U);
    EXPECT_EQ(rows(), 2U);
}

// 6.4: what depends on the rows goes with them, and before them.
TEST_P(ThroughDeletionTest, WhatDependsOnTheRowsGoesToo) {
    for (const Object& usage : db.query("world.Usage").fetch())
        db.insert(models["world.Source"].make({{"usage", usage.key()}}));
    const Object usage = db.query("world.Usage").filter(F("target") == french).get();
    db.related(de, *remarks).add(usage);
    const Deleted deleted = db.remove(french);
    EXPECT_EQ(count(deleted, "world.Usage"), 1U);
    EXPECT_EQ(count(deleted, "world.Source"), 1U);
    EXPECT_EQ(deleted.links, 1U);
    EXPECT_EQ(db.related(de, *remarks).count(), 0U);
    EXPECT_EQ(db.query("world.Source").count(), 4U);
    // … also where a link is removed, not an object.
    spoken_in(ch).remove(german);
    EXPECT_EQ(db.query("world.Source").count(), 3U);
    spoken_in(ch).clear();
    EXPECT_EQ(db.query("world.Source").count(), 2U);
    EXPECT_TRUE(verify(db).empty());
}

TEST_P(ThroughDeletionTest, TellsOfTheRows) {
    std::size_t deleted = 0;
    models["world.Usage"].signals().deleted.connect(
        [&](const ObjectsDeleted& event) { deleted += event.objects.size(); });
    db.remove(german);
    EXPECT_EQ(deleted, 2U);
}

TEST_P(ThroughDeletionTest, InManyStatements) {
    DatabaseOptions few;
    few.keys_per_statement = 3;
    Database other = Database::open(models, scratch.url(), few);
    std::vector<Object> many;
    for (int i = 0; i < 20; ++i)
        many.push_back(language(std::to_string(i)));
    EXPECT_EQ(other.related(ch, spoken).with_values(percent(1)).add(many).added.size(), 20U);
    EXPECT_EQ(other.related(ch, spoken).with_values(percent(1)).set(many, german).removed.size(), 2U);
    const Deleted deleted = other.remove(many);
    EXPECT_EQ(count(deleted, "world.Usage"), 20U);
    EXPECT_EQ(all(spoken_in(ch)), "German");
}

class ProtectedThroughTest : public ThroughDeletionTest {
protected:
    ProtectedThroughTest()
        : ThroughDeletionTest({.on_delete_src = LinkPolicy::protect, .on_delete_tgt = LinkPolicy::do_nothing}) {}
};
GM2M_INSTANTIATE(ProtectedThroughTest, through_configurations);

TEST_P(ProtectedThroughTest, RefusesAndLeaves) {
    try {
        db.remove(ch);
        FAIL();
    } catch (const ProtectedError& error) {
        EXPECT_EQ(error.links().size(), 3U);
    }
    EXPECT_EQ(rows(), 5U);
    const DeletionPlan plan = db.explain_remove(german);
    ASSERT_EQ(plan.left_behind.size(), 1U);
    EXPECT_EQ(plan.left_behind.front().count, 2U);
    db.remove(german);
    EXPECT_EQ(rows(), 5U);
    EXPECT_EQ(all(spoken_in(ch)), "French Latn");
    const std::vector<Inconsistency> found = verify(db, {.repair = true});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().count, 2U);
    EXPECT_EQ(rows(), 3U);
}

class VetoedThroughTest : public ThroughDeletionTest {
protected:
    VetoedThroughTest() : ThroughDeletionTest({.on_delete = LinkPolicy::cascade_signal_veto}) {
        spoken.deleting().connect([this](const Deleting& event) {
            links += event.links().size();
            return keeps;
        });
    }
    bool keeps = false;
    std::size_t links = 0;
};
GM2M_INSTANTIATE(VetoedThroughTest, through_configurations);

// 6.2: without a veto the rows go, with what depends on them; else they stay.
TEST_P(VetoedThroughTest, VetoKeepsTheRows) {
    for (const Object& usage : db.query("world.Usage").fetch())
        db.insert(models["world.Source"].make({{"usage", usage.key()}}));
    db.remove(german);
    EXPECT_EQ(links, 2U);
    EXPECT_EQ(rows(), 3U);
    EXPECT_EQ(db.query("world.Source").count(), 3U);
    keeps = true;
    db.remove(latin);
    EXPECT_EQ(links, 4U);
    EXPECT_EQ(rows(), 3U);
    EXPECT_EQ(db.query("world.Source").count(), 3U);
    EXPECT_FALSE(verify(db).empty());
}

}  // namespace gm2m::test
