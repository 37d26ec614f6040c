#include "inheritance/zoo.hpp"

namespace gm2m::test {
namespace {

/// Two models that refer and relate to each other; children whose keys are of any kind; hidden relations.
class CircularTest : public testing::TestWithParam<Configuration> {
protected:
    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::string count_of(const char* table) {
        return scratch.sql(std::string("SELECT count(*) FROM ") + table).front();
    }
};
GM2M_INSTANTIATE(CircularTest, layout_configurations);

TEST_P(CircularTest, ModelsReferAndRelateToEachOther) {
    models.model("x.Left")
        .primary_key("id", Kind::big_integer)
        .foreign_key("right", "x.Right",
                     {.null = true, .on_delete = ForeignKeyPolicy::set_null, .related_name = "of_left"});
    models.model("x.Right")
        .primary_key("id", Kind::big_integer)
        .foreign_key("left", "x.Left",
                     {.null = true, .on_delete = ForeignKeyPolicy::cascade, .related_name = "of_right"});
    const GM2MField rights =
        models.gm2m("x.Left", "rights",
                    {.related = {"x.Right"}, .related_query_name = "linking_left", .layout = GetParam().layout});
    const GM2MField lefts =
        models.gm2m("x.Right", "lefts",
                    {.related = {"x.Left"}, .related_query_name = "linking_right", .layout = GetParam().layout});
    Database db = Database::open(models, scratch.url());
    db.create_tables();
    const Object left = db.insert(models["x.Left"].make()),
                 right = db.insert(models["x.Right"].make({{"left", left.key()}}));
    left.set("right", right.key());
    db.update(left);
    db.related(left, rights).add(right);
    db.related(right, lefts).add(left);
    EXPECT_EQ(db.query("x.Left").filter(F("rights__right__lefts__left__id") == 1).count(), 1U);
    EXPECT_EQ(db.query("x.Left").filter(F("right__left__right__id") == 1).count(), 1U);
    EXPECT_EQ(db.query("x.Left").filter(F("of_right__of_left__id") == 1).count(), 1U);
    const auto loaded = db.query("x.Left").prefetch(Prefetch("rights").then("lefts")).fetch();
    const Object there = db.related(loaded[0], rights).all().at(0);
    EXPECT_EQ(db.related(there, lefts).all().at(0).key(), left.key());
    const Deleted deleted = db.remove(left);
    EXPECT_EQ(deleted.rows, 2U);
    EXPECT_EQ(deleted.links, 2U);
    EXPECT_EQ(count_of("x_left") + count_of("x_right") + count_of("x_left_rights") + count_of("x_right_lefts"), "0000");
    db.drop_tables();
}

TEST_P(CircularTest, ChildrenHaveKeysOfAnyKind) {
    using namespace std::chrono;
    const sys_days day = sys_days(year(2026) / 11 / 20);
    const std::pair<Kind, Value> keys[] = {
        {Kind::date, day},   {Kind::time, Time(12h)},  {Kind::date_time, DateTime(day) + 12h},
        {Kind::text, "a'b"}, {Kind::small_integer, 5}, {Kind::uuid, Uuid::random()}};
    models.model("x.User").primary_key("id", Kind::big_integer);
    int n = 0;
    for (const auto& [kind, key] : keys) {
        const std::string parent = "x.Parent" + std::to_string(n), child = "x.Child" + std::to_string(n++);
        models.model(parent).primary_key("key", kind).field("name", Kind::text);
        models.model(child).inherits(parent).field("more", Kind::text);
    }
    const GM2MField likes =
        models.gm2m("x.User", "likes", {.related_name = "+", .pk_maxlength = 40, .layout = GetParam().layout});
    Database db = Database::open(models, scratch.url());
    db.create_tables();
    const Object user = db.insert(models["x.User"].make());
    n = 0;
    for (const auto& [kind, key] : keys) {
        const Model& parent = models["x.Parent" + std::to_string(n)];
        const Model& model = models["x.Child" + std::to_string(n++)];
        const Object child = db.insert(model.make({{"key", key}, {"name", "n"}, {"more", "m"}}));
        const Object found = db.get(model.label(), key);
        EXPECT_EQ(found["name"], Value("n")) << model.label();
        EXPECT_EQ(found.key(), found["key"]);
        db.related(user, likes).add(child, Reference{&parent, child.key()});
        EXPECT_EQ(db.related(user, likes).all().size(), 2U) << model.label();
        EXPECT_EQ(db.query("x.User").prefetch(likes).fetch().size(), 1U);
        // It is hidden from them, and goes all the same.
        EXPECT_THROW(db.related(child, "user_set"), NoReverseRelation);
        const Deleted deleted = n % 2 == 0 ? db.remove(child) : db.remove(Reference{&parent, child.key()});
        EXPECT_EQ(deleted.rows, 2U) << model.label();
        EXPECT_EQ(deleted.links, 2U) << model.label();
        EXPECT_EQ(count_of("x_user_likes"), "0");
    }
    // A key that gm2m makes is that of both rows.
    const Object made = db.insert(models["x.Child5"].make({{"name", "n"}, {"more", "m"}}));
    EXPECT_EQ(db.get("x.Parent5", made.key())["name"], Value("n"));
}

}  // namespace
}  // namespace gm2m::test
