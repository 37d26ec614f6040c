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

TEST_F(InheritanceCheckTest, E201OfARelationThatWasAdded) {
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    const GM2MField fans = models.gm2m("cinema.Movie", "fans");
    fans.add_relation("shop.Customer");
    EXPECT_EQ(found(), "");
    fans.add_relation("auth.User");
    EXPECT_EQ(found(), "E201 cinema.Movie.fans");
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

TEST_F(InheritanceCheckTest, E315ARelationToASwappedModel) {
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    models.many_to_many("cinema.Movie", "fans", "auth.User");
    EXPECT_EQ(found(), "E315 cinema.Movie.fans");
    EXPECT_EQ(one().message, "the relation refers to auth.User, which has been swapped out for shop.Customer");
    models.many_to_many("cinema.Movie", "owners", models.swappable_label("AUTH_USER_MODEL"));
    EXPECT_EQ(found(), "E315 cinema.Movie.fans");
}

// The child itself is told of, not the link to its parent, which nobody has declared.
TEST_F(InheritanceCheckTest, E315AChildOfASwappedModel) {
    models.model("auth.Admin").inherits("auth.User").field("level", Kind::integer);
    EXPECT_EQ(found(), "");
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    EXPECT_EQ(found(), "E315 auth.Admin");
    EXPECT_EQ(one().message,
              "the model inherits auth.User, which has been swapped out for shop.Customer, and so has no table");
    EXPECT_EQ(
        one().hint,
        "inherit another model, an abstract one best, or do not replace auth.User where auth.Admin is registered");
}

// A proxy is swapped out with the model that it stands for.
TEST_F(InheritanceCheckTest, E315AndE201OfAProxy) {
    models.model("auth.Staff").proxy("auth.User");
    models.model("cinema.Ticket").primary_key("id", Kind::integer).foreign_key("seller", "auth.Staff");
    models.gm2m("cinema.Movie", "fans", {.related = {"auth.Staff"}});
    EXPECT_EQ(found(), "");
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    EXPECT_EQ(found(), "E201 cinema.Movie.fans, E315 cinema.Ticket.seller");
    EXPECT_EQ(check(models, {.tags = {"models"}}).front().message,
              "the foreign key refers to auth.Staff, which has been swapped out for shop.Customer");
}

TEST_F(InheritanceCheckTest, E316AReferenceToAnAbstractModel) {
    models.model("zoo.Named").field("label", Kind::text).abstract();
    models.model("zoo.Cage").primary_key("id", Kind::integer).foreign_key("holds", "zoo.Named");
    models.many_to_many("zoo.Cage", "signs", "zoo.Named");
    EXPECT_EQ(found(), "E316 zoo.Cage.holds, E316 zoo.Cage.signs");
    const Finding key = check(models, {.subjects = {"zoo.Cage.holds"}}).front();
    EXPECT_EQ(key.message, "the foreign key refers to zoo.Named, which is abstract");
    EXPECT_EQ(key.hint, "refer to a model that inherits it");
    models.model("zoo.Animal").inherits("zoo.Named").primary_key("id", Kind::integer);
    models.model("zoo.Place").inherits("zoo.Named").primary_key("id", Kind::integer);
    EXPECT_EQ(check(models).front().hint, "refer to zoo.Animal or zoo.Place");
    EXPECT_THROW(models["zoo.Cage"].require_complete(), ConfigurationError);
}

TEST_F(InheritanceCheckTest, E316FollowingTheHint) {
    models.model("zoo.Named").field("label", Kind::text).abstract();
    models.model("zoo.Animal").inherits("zoo.Named").primary_key("id", Kind::integer);
    models.model("zoo.Cage").primary_key("id", Kind::integer).foreign_key("holds", "zoo.Animal");
    models.many_to_many("zoo.Cage", "signs", "zoo.Animal");
    EXPECT_EQ(found(), "");
}

TEST_F(InheritanceCheckTest, E317AReplacementThatIsNotThere) {
    models.swap("AUTH_USER_MODEL", "shop.Costumer");
    EXPECT_EQ(found(), "E317 auth.User");
    EXPECT_EQ(one().level, Level::error);
    EXPECT_EQ(one().message,
              "'AUTH_USER_MODEL' names 'shop.Costumer', which is not registered; did you mean 'shop.Customer'?");
    EXPECT_GT(one().location.line(), 0U);
    declare("shop.Costumer");
    EXPECT_EQ(found(), "");
}

TEST_F(InheritanceCheckTest, E317AReplacementWithoutObjects) {
    models.model("shop.Base").abstract();
    models.model("shop.Person").inherits("shop.Base").primary_key("id", Kind::integer);
    models.swap("AUTH_USER_MODEL", "shop.Base");
    EXPECT_EQ(one().id + " " + one().subject, "gm2m.E317 auth.User");
    EXPECT_EQ(one().message, "'AUTH_USER_MODEL' names shop.Base, which is abstract");
    EXPECT_EQ(one().hint, "name shop.Person");
}

// Its own proxy is swapped out too.
TEST_F(InheritanceCheckTest, E317AReplacementThatIsItselfReplaced) {
    models.model("auth.Staff").proxy("auth.User");
    models.swap("AUTH_USER_MODEL", "auth.Staff");
    EXPECT_EQ(one().id + " " + one().subject, "gm2m.E317 auth.User");
    EXPECT_EQ(one().message, "'AUTH_USER_MODEL' names auth.Staff, which has been swapped out for auth.Staff");
    EXPECT_EQ(one().hint, "name a model that nothing replaces");
}

TEST_F(InheritanceCheckTest, W007ASettingThatSwapsNothing) {
    models.swap("AUTH_USR_MODEL", "shop.Customer");
    EXPECT_EQ(found(), "W007 shop.Customer");
    EXPECT_EQ(one().message,
              "'AUTH_USR_MODEL' swaps nothing: no model is swappable by it; did you mean 'AUTH_USER_MODEL'?");
    Registry right;
    right.model("auth.User").primary_key("id", Kind::integer).swappable("AUTH_USER_MODEL");
    right.model("shop.Customer").primary_key("id", Kind::integer);
    right.swap("AUTH_USER_MODEL", "shop.Customer");
    EXPECT_EQ(to_string(check(right)), "");
}

// Several models may offer themselves for one setting, if it says which.
TEST_F(InheritanceCheckTest, W008ASettingThatDoesNotChoose) {
    declare("shop.Member").swappable("AUTH_USER_MODEL");
    EXPECT_EQ(found(), "W008 shop.Member");
    EXPECT_EQ(one().message, "'AUTH_USER_MODEL' swaps auth.User and shop.Member, and does not say which of them is "
                             "used: references take auth.User");
    EXPECT_EQ(one().hint, "call Registry::swap(\"AUTH_USER_MODEL\", …) with the label of one of them");
    models.swap("AUTH_USER_MODEL", "shop.Member");
    EXPECT_EQ(found(), "");
    EXPECT_TRUE(models["auth.User"].is_swapped_out());
    EXPECT_FALSE(models["shop.Member"].is_swapped_out());
}

// What is abstract or swapped out is called that, not unregistered.
TEST_F(InheritanceCheckTest, W002AndW006AndW901OfAModelWithoutObjects) {
    models.model("zoo.Named").abstract();
    models.model("zoo.Animal").inherits("zoo.Named").primary_key("id", Kind::integer);
    models.swap("AUTH_USER_MODEL", "shop.Customer");
    models.gm2m(
        "cinema.Movie", "fans",
        {.related = {"zoo.Named"}, .limit_choices_to = {{"zoo.Named", F("pk") > 1}, {"auth.User", F("pk") > 1}}});
    std::string text;
    for (const Finding& finding : check(models, {.tags = {"relations"}}))
        text += finding.id + " " + finding.message + ": " + finding.hint + "\n";
    EXPECT_EQ(text, "gm2m.W002 the related model zoo.Named is abstract: name zoo.Animal in `related`\n"
                    "gm2m.W006 limit_choices_to limits nothing: the model zoo.Named is abstract: limit zoo.Animal\n"
                    "gm2m.W006 limit_choices_to limits nothing: the model auth.User has been swapped out for "
                    "shop.Customer: limit Registry::swappable_label(\"AUTH_USER_MODEL\")\n");
    const auto asked = check(models, {.subjects = {"zoo.Named", "auth.User", "zoo.Animal"}});
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[0].message, "zoo.Named is abstract, and is not checked");
    EXPECT_EQ(asked[0].hint, "ask for zoo.Animal");
    EXPECT_EQ(asked[1].message, "auth.User has been swapped out for shop.Customer, and is not checked");
}

TEST_F(InheritanceCheckTest, E303NamesTheParent) {
    models.model("zoo.Named").field("label", Kind::text).abstract();
    models.model("zoo.Animal").inherits("zoo.Named").primary_key("id", Kind::integer).field("label", Kind::text);
    models.model("zoo.Bird").inherits("zoo.Animal").field("id", Kind::integer);
    EXPECT_EQ(found(), "E303 zoo.Animal.label, E303 zoo.Bird.id");
    EXPECT_EQ(check(models).front().message,
              "the model inherits a field of this name from zoo.Named; this one is ignored");
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
