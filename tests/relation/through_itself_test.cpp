#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

/// 4.2: links that are linked themselves, as objects of their model.
class LinksToLinksTest : public testing::TestWithParam<Configuration> {
protected:
    LinksToLinksTest() {
        (void)models.model("x.User").primary_key("id", Kind::big_integer).field("name", Kind::text);
        (void)models.model("x.Like")
            .primary_key("id", Kind::big_integer)
            .foreign_key("user", "x.User")
            .field("ct", Kind::integer)
            .field("key", Kind::text, {.max_length = 16})
            .generic_foreign_key("target", "ct", "key");
        likes.emplace(models.gm2m("x.User", "likes",
                                  {.related = {"x.Like", "x.User"}, .related_name = "liked_by", .through = "x.Like"}));
        db.emplace(Database::open(models, scratch.url()));
        db->create_tables();
        ann = db->insert(models["x.User"].make({{"name", "Ann"}}));
        bob = db->insert(models["x.User"].make({{"name", "Bob"}}));
    }
    RelatedManager of(const Object& user) { return db->related(user, *likes); }
    /// The row that links the two.
    Object like(const Object& user, const Object& target) {
        of(user).add(target);
        return db->query("x.Like").filter(F("user") == user, F("target") == target).get();
    }
    static std::string list(const RelatedSet& related) {
        std::string all;
        for (const Object& object : related.all())
            all += (all.empty() ? "" : " ") + object.to_string();
        return all;
    }
    std::size_t rows() { return db->query("x.Like").count(); }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::optional<GM2MField> likes;
    std::optional<Database> db;
    Object ann, bob;
};
GM2M_INSTANTIATE(LinksToLinksTest, engine_configurations);

TEST_P(LinksToLinksTest, AreReadAsObjects) {
    const Object first = like(ann, bob), second = like(bob, first);
    (void)like(ann, second);
    EXPECT_EQ(list(of(ann)), "x.User:2 x.Like:2");
    EXPECT_EQ(list(of(bob)), "x.Like:1");
    EXPECT_EQ(list(db->related(first, "liked_by")), "x.User:2");
    EXPECT_EQ(db->query("x.User").filter(F("likes__like__user") == ann).count(), 1U);
    EXPECT_EQ(db->query("x.Like").filter(F("liked_by__name") == "Ann").count(), 1U);
    const auto users = db->query("x.User").order_by("id").prefetch(Prefetch(*likes).then("liked_by")).fetch();
    StatementCounter counter(*db);
    EXPECT_EQ(list(db->related(of(users[1]).all().front(), "liked_by")), "x.User:2");
    EXPECT_EQ(counter.statements(), 0U);
    EXPECT_THROW(of(bob).set(second), IntegrityError);  // it would go with the other
    EXPECT_EQ(list(of(bob)), "x.Like:1");
    EXPECT_EQ(of(bob).set(ann).removed.size(), 1U);
    EXPECT_EQ(rows(), 2U);  // and the like of it went too
}

TEST_P(LinksToLinksTest, GoWithWhatTheyLink) {
    const auto three = [&] {
        const Object first = like(ann, bob), second = like(bob, first);
        (void)like(ann, second);
        return first;
    };
    EXPECT_EQ(db->remove(three()).rows, 3U);
    EXPECT_EQ(rows(), 0U);
    (void)three();
    EXPECT_EQ(of(ann).remove(bob).removed.size(), 1U);
    EXPECT_EQ(rows(), 0U);
    const Object first = three();
    scratch.sql("DELETE FROM x_like WHERE id = " + first.key().to_string());
    EXPECT_EQ(verify(*db, {.repair = true}).size(), 1U);
    EXPECT_EQ(rows(), 0U);
    EXPECT_TRUE(verify(*db).empty());
    (void)three();
    EXPECT_EQ(db->remove(bob).rows, 4U);
}

TEST_P(LinksToLinksTest, InACircle) {
    const Object first = like(ann, bob), second = like(bob, first), self = like(bob, ann);
    db->assign(first, "target", second);
    db->update(first);
    db->assign(self, "target", self);
    db->update(self);
    EXPECT_EQ(list(of(ann)), "x.Like:2");
    EXPECT_EQ(list(of(bob)), "x.Like:1 x.Like:3");
    EXPECT_EQ(db->remove(second).rows, 2U);
    EXPECT_EQ(db->remove(self).rows, 1U);
    EXPECT_EQ(rows(), 0U);
}

/// A model whose rows are the links of its own objects: an edge is a node.
class LinksOfLinksTest : public testing::TestWithParam<Configuration> {
protected:
    LinksOfLinksTest() {
        (void)models.model("x.Node")
            .primary_key("id", Kind::big_integer)
            .field("name", Kind::text)
            .foreign_key("from", "x.Node", {.null = true, .related_name = "out"})
            .field("ct", Kind::integer, {.null = true})
            .field("key", Kind::text, {.max_length = 16, .null = true})
            .generic_foreign_key("to", "ct", "key");
        edges.emplace(models.gm2m("x.Node", "edges",
                                  {.related = {"x.Node"}, .related_name = "reached_from", .through = "x.Node"}));
        db.emplace(Database::open(models, scratch.url()));
        db->create_tables();
        a = node("a");
        b = node("b");
        c = node("c");
    }
    Object node(const char* name) { return db->insert(models["x.Node"].make({{"name", name}})); }
    RelatedManager from(const Object& object) { return db->related(object, *edges); }
    Object edge(const char* name, const Object& source, const Object& target) {
        from(source).with_values({{"name", name}}).add(target);
        return db->query("x.Node").filter(F("name") == name).get();
    }
    static std::string names(const RelatedSet& related) {
        std::string all;
        for (const auto& [through, object] : related.all_with_through())
            all += through["name"].to_string() + ">" + object["name"].to_string() + " ";
        return all;
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::optional<GM2MField> edges;
    std::optional<Database> db;
    Object a, b, c;
};
GM2M_INSTANTIATE(LinksOfLinksTest, engine_configurations);

TEST_P(LinksOfLinksTest, AreWrittenAndRead) {
    EXPECT_THROW(from(a).add(b), InvalidValue);
    const Object ab = edge("ab", a, b);
    (void)edge("ac", a, c);
    const Object edge_of_edge = edge("ab-c", ab, c);
    EXPECT_EQ(names(from(a)), "ab>b ac>c ");
    EXPECT_EQ(names(from(ab)), "ab-c>c ");
    EXPECT_EQ(names(from(b)), "");
    EXPECT_EQ(names(db->related(c, "reached_from")), "ac>a ab-c>ab ");
    EXPECT_EQ(from(a).with_values({{"name", "AB"}}).updating().add(b).updated.size(), 1U);
    EXPECT_EQ(names(from(a).order_by_through({"-name"})), "ac>c AB>b ");
    const auto nodes = db->query("x.Node").order_by("id").prefetch(Prefetch(*edges).with_through()).fetch();
    EXPECT_EQ(names(from(nodes[0])), "AB>b ac>c ");
    const Changes changes = from(a).with_values({{"name", "aa"}}).set(a, c);
    EXPECT_EQ(changes.added.size(), 1U);
    EXPECT_EQ(changes.removed.size(), 1U);
    EXPECT_EQ(names(from(a)), "ac>c aa>a ");
    EXPECT_FALSE(db->find("x.Node", edge_of_edge.key()));  // its source was the edge that went
    EXPECT_EQ(from(a).with_values({{"name", "?"}}).toggle(a, c).removed.size(), 2U);
    EXPECT_EQ(db->query("x.Node").count(), 3U);
}

TEST_P(LinksOfLinksTest, GoWithEitherEnd) {
    const Object ab = edge("ab", a, b);
    (void)edge("ab-c", ab, c);
    (void)edge("c-ab", c, ab);
    EXPECT_TRUE(verify(*db).empty());
    EXPECT_EQ(db->remove(b).rows, 4U);  // with the edge to it, and those from and to that
    EXPECT_EQ(db->query("x.Node").count(), 2U);
    (void)edge("aa", a, a);
    EXPECT_EQ(db->remove(a).rows, 2U);
}

}  // namespace
}  // namespace gm2m::test
