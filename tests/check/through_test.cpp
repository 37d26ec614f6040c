#include "check/checked.hpp"

/// E101 to E113: each is fired by a through model that lacks something, and cured by what its hint says.
namespace gm2m::test {
namespace {

class ThroughCheckTest : public CheckTest {
protected:
    ThroughCheckTest() {
        declare("cinema.User");
        declare("cinema.Movie");
    }
    /// The fields of a through model, but for those that make it one.
    RunTimeModelBuilder like() {
        auto builder = models.model("cinema.Like");
        builder.primary_key("id", Kind::big_integer)
            .field("video_ct", Kind::integer)
            .field("video_fk", Kind::text, {.max_length = 16})
            .field("stars", Kind::integer);
        return builder;
    }
    RunTimeModelBuilder complete_like() {
        auto builder = like();
        builder.foreign_key("user", "cinema.User").generic_foreign_key("video", "video_ct", "video_fk");
        return builder;
    }
    void likes(std::vector<std::string> through_fields = {}) {
        models.gm2m("cinema.User", "likes", {.through = "cinema.Like", .through_fields = std::move(through_fields)});
    }
};

TEST_F(ThroughCheckTest, ACompleteOneHasNoFindings) {
    complete_like();
    likes();
    EXPECT_EQ(found(), "");
}

TEST_F(ThroughCheckTest, E101NotRegistered) {
    likes();
    EXPECT_EQ(found(), "E101 cinema.User.likes");
    EXPECT_TRUE(one().message.starts_with("its through model 'cinema.Like' is not registered")) << one().message;
    EXPECT_EQ(one().hint, "register it: Registry::model(\"cinema.Like\")");
    complete_like();
    EXPECT_EQ(found(), "");
}

TEST_F(ThroughCheckTest, E101OffersNearNames) {
    complete_like();
    models.gm2m("cinema.User", "likes", {.through = "cinema.Likes"});
    EXPECT_EQ(one().message,
              "its through model 'cinema.Likes' is not registered; did you mean 'cinema.Like' or 'cinema.User'?");
}

TEST_F(ThroughCheckTest, E102NoForeignKeyToTheSource) {
    auto builder = like().generic_foreign_key("video", "video_ct", "video_fk").foreign_key("movie", "cinema.Movie");
    likes();
    EXPECT_EQ(found(), "E102 cinema.User.likes");
    EXPECT_EQ(one().message, "its through model cinema.Like has no foreign key to cinema.User");
    EXPECT_EQ(one().hint, "declare one: .foreign_key(\"user\", …, \"cinema.User\")");
    builder.foreign_key("user", "cinema.User");
    EXPECT_EQ(found(), "");
}

TEST_F(ThroughCheckTest, E103SeveralForeignKeysToTheSource) {
    complete_like().foreign_key("recommended_by", "cinema.User", {.null = true});
    likes();
    EXPECT_EQ(found(), "E103 cinema.User.likes (warning)");
    EXPECT_NE(one().message.find("more than one foreign key to cinema.User; the first, 'user', is used"),
              std::string::npos);
    EXPECT_EQ(one().hint, "choose one by through_fields");
    EXPECT_NO_THROW(Database::open(models, "sqlite3://:memory:", {.report = [](const auto&) {}}));
}

TEST_F(ThroughCheckTest, E103IsCuredByThroughFields) {
    complete_like().foreign_key("recommended_by", "cinema.User", {.null = true});
    likes({"user", "video"});
    EXPECT_EQ(found(), "");
}

TEST_F(ThroughCheckTest, E104NoGenericForeignKey) {
    auto builder = like().foreign_key("user", "cinema.User");
    likes();
    EXPECT_EQ(found(), "E104 cinema.User.likes");
    EXPECT_EQ(one().message, "its through model cinema.Like has no generic foreign key");
    builder.generic_foreign_key("video", "video_ct", "video_fk");
    EXPECT_EQ(found(), "");
}

TEST_F(ThroughCheckTest, E105SeveralGenericForeignKeys) {
    complete_like()
        .field("other_ct", Kind::integer)
        .field("other_fk", Kind::text, {.max_length = 16})
        .generic_foreign_key("other", "other_ct", "other_fk");
    likes();
    EXPECT_EQ(found(), "E105 cinema.User.likes (warning)");
    EXPECT_NE(one().message.find("more than one generic foreign key; the first, 'video', is used"), std::string::npos);
}

TEST_F(ThroughCheckTest, E105IsCuredByThroughFields) {
    complete_like()
        .field("other_ct", Kind::integer)
        .field("other_fk", Kind::text, {.max_length = 16})
        .generic_foreign_key("other", "other_ct", "other_fk");
    likes({"user", "other", "other_ct", "other_fk"});
    EXPECT_EQ(found(), "");
}

TEST_F(ThroughCheckTest, E106TooFewThroughFields) {
    complete_like();
    likes({"user"});
    EXPECT_EQ(found(), "E106 cinema.User.likes");
    EXPECT_EQ(one().hint, "name the foreign key to cinema.User and the generic foreign key of cinema.Like");
    models.gm2m("cinema.User", "second", {.through = "cinema.Like", .through_fields = {"", "video"}});
    models.gm2m("cinema.User", "third", {.through = "cinema.Like", .through_fields = {"user", ""}});
    models.gm2m("cinema.User", "right", {.through = "cinema.Like", .through_fields = {"user", "video"}});
    EXPECT_EQ(found(), "E106 cinema.User.likes, E106 cinema.User.second, E106 cinema.User.third");
}

TEST_F(ThroughCheckTest, E107NoFieldOfTheFirstName) {
    complete_like();
    likes({"usher", "video"});
    EXPECT_EQ(found(), "E107 cinema.User.likes");
    EXPECT_EQ(one().message, "its through model cinema.Like has no field 'usher'");
    EXPECT_EQ(one().hint, "let through_fields begin with a foreign key to cinema.User: 'user'");
}

TEST_F(ThroughCheckTest, E108NoForeignKeyToTheSourceByThatName) {
    complete_like().foreign_key("movie", "cinema.Movie", {.null = true});
    likes({"stars", "video"});
    models.gm2m("cinema.User", "second", {.through = "cinema.Like", .through_fields = {"movie", "video"}});
    EXPECT_EQ(found(), "E108 cinema.User.likes, E108 cinema.User.second");
    EXPECT_EQ(check(models).front().message, "cinema.Like.stars is no foreign key to cinema.User");
    EXPECT_EQ(check(models).front().hint, "let through_fields begin with a foreign key to cinema.User: 'user'");
}

TEST_F(ThroughCheckTest, E109NoGenericForeignKeyOfTheSecondName) {
    complete_like();
    likes({"user", "film"});
    EXPECT_EQ(found(), "E109 cinema.User.likes");
    EXPECT_EQ(one().message, "its through model cinema.Like has no generic foreign key 'film'");
    EXPECT_EQ(one().hint, "let the second of through_fields name a generic foreign key: 'video'");
}

TEST_F(ThroughCheckTest, E110NoGenericForeignKeyButAField) {
    complete_like();
    likes({"user", "video_fk"});
    models.gm2m("cinema.User", "second", {.through = "cinema.Like", .through_fields = {"user", "video", "stars"}});
    EXPECT_EQ(found(), "E110 cinema.User.likes, E110 cinema.User.second");
    EXPECT_EQ(check(models).front().message, "cinema.Like.video_fk is no generic foreign key");
}

TEST_F(ThroughCheckTest, E111AKeyThatIsNoText) {
    like().foreign_key("user", "cinema.User").generic_foreign_key("video", "video_ct", "stars");
    likes();
    EXPECT_EQ(found(), "E111 cinema.User.likes");
    EXPECT_EQ(one().hint, "make it text: it holds keys of all kinds");
}

TEST_F(ThroughCheckTest, E112AnAbstractThroughModel) {
    complete_like().abstract();
    likes();
    EXPECT_EQ(found(), "E112 cinema.User.likes");
    EXPECT_EQ(one().message, "its through model cinema.Like is abstract, and has no rows");
    EXPECT_EQ(one().hint, "name a model that inherits it");
    try {
        (void)GM2MField(models.gm2m_fields().front()).through_fields();
        ADD_FAILURE();
    } catch (const ConfigurationError& error) {
        EXPECT_NE(std::string(error.what()).find("gm2m.E112"), std::string::npos) << error.what();
    }
}

TEST_F(ThroughCheckTest, E112FollowingTheHint) {
    complete_like().abstract();
    models.model("cinema.Passion").inherits("cinema.Like");
    models.gm2m("cinema.User", "likes", {.through = "cinema.Passion"});
    EXPECT_EQ(found(), "");
}

TEST_F(ThroughCheckTest, E112AThroughModelThatIsSwappedOut) {
    complete_like().swappable("LIKE_MODEL");
    models.model("cinema.Passion")
        .primary_key("id", Kind::big_integer)
        .foreign_key("user", "cinema.User")
        .field("ct", Kind::integer)
        .field("key", Kind::text, {.max_length = 16})
        .generic_foreign_key("video", "ct", "key");
    likes();
    EXPECT_EQ(found(), "");
    models.swap("LIKE_MODEL", "cinema.Passion");
    EXPECT_EQ(found(), "E112 cinema.User.likes");
    EXPECT_EQ(one().message, "its through model cinema.Like has been swapped out for cinema.Passion");
    EXPECT_EQ(one().hint, "name Registry::swappable_label(\"LIKE_MODEL\")");
    models.gm2m("cinema.Movie", "likes", {.related_name = "+", .through = models.swappable_label("LIKE_MODEL")});
    EXPECT_EQ(found(), "E102 cinema.Movie.likes, E112 cinema.User.likes");
}

TEST_F(ThroughCheckTest, E113LinksInTheTableOfAParent) {
    complete_like();
    models.model("cinema.Passion").inherits("cinema.Like").field("degree", Kind::integer);
    models.gm2m("cinema.User", "likes", {.through = "cinema.Passion"});
    EXPECT_EQ(found(), "E113 cinema.User.likes");
    EXPECT_EQ(one().message, "cinema.Passion.user, which makes the links, is in the table of cinema.Like, of which its "
                             "through model is a child");
    EXPECT_EQ(one().hint, "declare the foreign key and the generic one in cinema.Passion itself, or make cinema.Like "
                          "abstract");
}

// What makes the links is the child's own; a proxy of a through model is as good as it.
TEST_F(ThroughCheckTest, E113NotOfAChildWithTheKeys) {
    declare("cinema.Event");
    models.model("cinema.Passion")
        .inherits("cinema.Event")
        .foreign_key("user", "cinema.User")
        .field("ct", Kind::integer)
        .field("key", Kind::text, {.max_length = 16})
        .generic_foreign_key("video", "ct", "key");
    models.model("cinema.Ardour").proxy("cinema.Passion");
    models.gm2m("cinema.User", "likes", {.through = "cinema.Passion"});
    models.gm2m("cinema.User", "adores", {.related_name = "adorers", .through = "cinema.Ardour"});
    EXPECT_EQ(found(), "");
}

// W001 and W003 of a through model are about its fields.
TEST_F(ThroughCheckTest, WarningsNameItsFields) {
    models.model("a.Uuid").primary_key("key", Kind::uuid);
    complete_like();
    models.gm2m("cinema.User", "likes",
                {.related = {"a.Uuid"}, .through = "cinema.Like", .on_delete = LinkPolicy::do_nothing});
    EXPECT_EQ(found(), "W001 cinema.User.likes, W003 cinema.User.likes");
    EXPECT_EQ(check(models).front().hint, "set the max_length of cinema.Like.video_fk to 36 or more, or to none");
}

TEST_F(ThroughCheckTest, AnUnregisteredSourceIsToldOnce) {
    models.gm2m("cinema.Usher", "likes", {.through = "cinema.Like"});
    EXPECT_EQ(found(), "E310 cinema.Usher.likes");
}

}  // namespace
}  // namespace gm2m::test
