#include "support/cinema.hpp"

namespace gm2m::test {

/// Tables called as an author of SQL might call a part of a statement.
class TableNamesTest : public testing::TestWithParam<Configuration> {
protected:
    static constexpr const char* names[] = {"locked",  "held",  "linked", "fresh",   "targets", "target",
                                            "removed", "added", "own",    "present", "k",       "l"};

    /// All that a relation does, where the tables of the source, of its targets and of the links are called so.
    void use(const std::string& source, const std::string& target, const std::string& links) {
        SCOPED_TRACE(source + " " + target + " " + links);
        const ScratchDatabase scratch(GetParam().engine);
        Registry models;
        models.model("box.Box").table(source).primary_key("id", Kind::integer);
        models.model("box.Thing").table(target).primary_key("id", Kind::integer).field("name", Kind::text);
        const GM2MField things = models.gm2m(
            "box.Box", "things",
            {.related = {"box.Thing"}, .db_table = links, .related_name = "boxes", .layout = GetParam().layout});
        Database db = Database::open(models, scratch.url());
        db.create_tables();
        const Object box = db.insert(models["box.Box"].make()), other = db.insert(models["box.Box"].make());
        const Object a = db.insert(models["box.Thing"].make({{"name", "a"}})),
                     b = db.insert(models["box.Thing"].make({{"name", "b"}}));
        const RelatedManager in = db.related(box, things), boxes_of = db.related(a, "boxes");

        EXPECT_EQ(in.add(a).added.size(), 1U);
        in.set(b);
        in.toggle(a, b);
        EXPECT_EQ(in.all(), std::vector<Object>{a});
        EXPECT_EQ(in.count_by_model().size(), 1U);
        EXPECT_EQ(boxes_of.add(other).added.size(), 1U);
        EXPECT_EQ(in.most_in_common(1).size(), 1U);
        boxes_of.set(box);
        EXPECT_EQ(boxes_of.all(), std::vector<Object>{box});
        EXPECT_EQ(db.query("box.Box").filter(F("things__thing__name") == "a").count(), 1U);
        EXPECT_EQ(boxes_of.remove(box).removed.size(), 1U);
        EXPECT_EQ(in.add(a, b).added.size(), 2U);
        EXPECT_EQ(in.clear(), 2U);
        in.add(a, b);
        EXPECT_EQ(db.remove(a, b).links, 2U);
    }
};
GM2M_INSTANTIATE(TableNamesTest, layout_configurations);

TEST_P(TableNamesTest, AreNotThoseOfPartsOfStatements) {
    for (const char* name : names) {
        use(name, "thing", "link");
        use("box", name, "link");
        use("box", "thing", name);
    }
}

}  // namespace gm2m::test
