#include "check/checked.hpp"

/// Swapped models, and what inheritance must not be taken for.
namespace gm2m::test {
namespace {

class InheritanceCheckTest : public CheckTest {
protected:
    InheritanceCheckTest() {
        declare("auth.User").swappable("AUTH_USER_MODEL");
        declare("shop.Customer");
        declare("cinema.Movie");
    }
};

// 7: a related model has been swapped out.
TEST_F(InheritanceCheckTest, E201ARelatedModelIsSwappedOut) {
    models.gm2m("cinema.Movie", "fans", {.related = {"auth.User"}});
    EXPECT_EQ(found(), "");
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    EXPECT_EQ(found(), "E201 cinema.Movie.fans");
    EXPECT_EQ(one().level, Level::error);
    EXPECT_EQ(one().message, "the related model auth.User has been swapped out for shop.Customer");
    EXPECT_EQ(one().hint, "name Registry::swappable_label(\"AUTH_USER_MODEL\") in `related`");
}

TEST_F(InheritanceCheckTest, E201FollowingTheHint) {
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    models.gm2m("cinema.Movie", "fans", {.related = {models.swappable_label("AUTH_USER_MODEL")}});
    EXPECT_EQ(found(), "");
}

// A setting that names the model itself swaps nothing.
TEST_F(InheritanceCheckTest, E201NotForTheModelItself) {
    models.swap("AUTH_USER_MODEL", "auth.User");
    models.gm2m("cinema.Movie", "fans", {.related = {"auth.User"}});
    EXPECT_EQ(found(), "");
}

TEST_F(InheritanceCheckTest, E315AForeignKeyToASwappedModel) {
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    models.model("cinema.Ticket").primary_key("id", Kind::integer).foreign_key("holder", "auth.User");
    EXPECT_EQ(found(), "E315 cinema.Ticket.holder");
    EXPECT_EQ(one().hint, "refer to Registry::swappable_label(\"AUTH_USER_MODEL\")");
    models.model("cinema.Pass")
        .primary_key("id", Kind::integer)
        .foreign_key("holder", models.swappable_label("AUTH_USER_MODEL"));
    EXPECT_EQ(found(), "E315 cinema.Ticket.holder");
}

// 8.1: abstract models need no key; children and proxies share no table and no column with their parents.
TEST_F(InheritanceCheckTest, InheritanceIsNoMistake) {
    models.model("zoo.Named").field("label", Kind::text).abstract();
    models.gm2m("zoo.Named", "tags", {.related_name = "%(class)s_tags"});
    models.model("zoo.Animal").inherits("zoo.Named").primary_key("id", Kind::integer).field("legs", Kind::integer);
    models.model("zoo.Keeper").inherits("zoo.Named").primary_key("id", Kind::integer);
    models.model("zoo.Bird").inherits("zoo.Animal").field("wings", Kind::integer).index({"wings"});
    models.model("zoo.Pet").proxy("zoo.Animal");
    EXPECT_EQ(found(), "");
}

TEST_F(InheritanceCheckTest, E307AnIndexOverTwoTables) {
    declare("zoo.Animal");
    models.model("zoo.Bird").inherits("zoo.Animal").field("wings", Kind::integer).index({"wings", "name"});
    EXPECT_EQ(found(), "E307 zoo.Bird");
    EXPECT_EQ(one().message, "an index names 'name', which is in the table of zoo.Animal");
}

}  // namespace
}  // namespace gm2m::test
