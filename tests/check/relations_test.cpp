#include "check/checked.hpp"

/// Of each finding: what fires it, what its hint makes of that, and the nearest declaration that is right.
namespace gm2m::test {
namespace {

class RelationCheckTest : public CheckTest {
protected:
    RelationCheckTest() {
        declare("cinema.User");
        declare("cinema.Movie");
    }
};

TEST_F(RelationCheckTest, E001Unique) {
    const int line = __LINE__ + 1;
    models.gm2m("cinema.User", "likes", {.unique = true});
    models.gm2m("cinema.User", "watched");
    EXPECT_EQ(found(), "E001 cinema.User.likes");
    EXPECT_EQ(one().level, Level::error);
    EXPECT_EQ(one().message, "a GM2MField cannot be unique");
    EXPECT_EQ(one().hint, "leave out `unique`");
    EXPECT_EQ(one().location.line(), line);
    EXPECT_TRUE(std::string(one().location.file_name()).ends_with("relations_test.cpp"));
}

TEST_F(RelationCheckTest, E309ANameThatIsTaken) {
    models.gm2m("cinema.User", "likes");
    EXPECT_EQ(found(), "");
    models.gm2m("cinema.User", "likes");
    models.many_to_many("cinema.User", "likes", "cinema.Movie");
    models.gm2m("cinema.Movie", "name");
    models.many_to_many("cinema.Movie", "id", "cinema.User");
    EXPECT_EQ(found(), "E309 cinema.Movie.id, E309 cinema.Movie.name, E309 cinema.User.likes, E309 cinema.User.likes");
    EXPECT_EQ(check(models).front().message, "the relation is declared twice; the second declaration is ignored");
    EXPECT_EQ(check(models).back().message, "cinema.Movie has a field of this name too");
}

// A field may come after the relation.
TEST_F(RelationCheckTest, E309AFieldOfTheNameThatComesLater) {
    models.gm2m("later.Source", "things");
    models.model("later.Source").primary_key("id", Kind::integer).field("things", Kind::text);
    EXPECT_EQ(found(), "E309 later.Source.things");
}

TEST_F(RelationCheckTest, E310SourceIsNotRegistered) {
    models.gm2m("cinema.Usher", "likes");
    models.many_to_many("cinema.Critic", "seen", "cinema.Movie");
    EXPECT_EQ(found(), "E310 cinema.Critic.seen, E310 cinema.Usher.likes");
    EXPECT_EQ(check(models).front().message,
              "the source model 'cinema.Usher' is not registered; did you mean 'cinema.User'?");
    declare("cinema.Usher");
    declare("cinema.critic");
    EXPECT_EQ(found(), "");
}

TEST_F(RelationCheckTest, E311TargetIsNotRegistered) {
    models.many_to_many("cinema.User", "seen", "cinema.Film");
    EXPECT_EQ(found(), "E311 cinema.User.seen");
    EXPECT_EQ(one().message, "the target model 'cinema.Film' is not registered");
    EXPECT_EQ(one().hint, "register 'cinema.Film' with Registry::model()");
    declare("cinema.Film");
    EXPECT_EQ(found(), "");
}

TEST_F(RelationCheckTest, W006ChoicesOfAModelThatIsNotRegistered) {
    models.gm2m("cinema.User", "likes", {.limit_choices_to = {{"cinema.Movies", F("id") > 1}}});
    EXPECT_EQ(found(), "W006 cinema.User.likes");
    EXPECT_EQ(
        one().message,
        "limit_choices_to limits nothing: the model 'cinema.Movies' is not registered; did you mean 'cinema.Movie'?");
    declare("cinema.Movies");
    EXPECT_EQ(found(), "");
}

TEST_F(RelationCheckTest, W001KeysThatMayBeTooLong) {
    const auto with_key = [&](const char* label, Kind kind, FieldOptions options = {}) {
        models.model(label).primary_key("key", kind, std::move(options));
        return std::string(label);
    };
    const std::vector<std::string> related{with_key("a.Generated", Kind::big_integer),
                                           with_key("a.Code", Kind::text, {.max_length = 16}),
                                           with_key("a.Given", Kind::integer, {.generated = false}),
                                           with_key("a.Day", Kind::date),
                                           with_key("a.Long", Kind::text, {.max_length = 17}),
                                           with_key("a.Endless", Kind::text),
                                           with_key("a.Uuid", Kind::uuid),
                                           with_key("a.Snowflake", Kind::big_integer, {.generated = false}),
                                           with_key("a.Instant", Kind::date_time)};
    models.gm2m("cinema.User", "likes", {.related = related});
    const std::vector<Finding> findings = check(models);
    ASSERT_EQ(findings.size(), 5U) << to_string(findings);
    EXPECT_EQ(summary({findings.front()}), "W001 cinema.User.likes");
    EXPECT_EQ(findings.front().level, Level::warning);
    EXPECT_EQ(findings[0].message,
              "the keys of a.Long can have 17 characters as text, but pk_maxlength is 16: objects with "
              "longer ones cannot be linked");
    EXPECT_EQ(findings[0].hint, "set pk_maxlength to 17 or more, or to none");
    EXPECT_EQ(findings[1].hint, "set pk_maxlength to none, or give a.Endless.key a max_length");
    EXPECT_NE(findings[2].message.find("a.Uuid can have 36"), std::string::npos);
    EXPECT_NE(findings[3].message.find("a.Snowflake can have 20"), std::string::npos);
    EXPECT_NE(findings[4].message.find("a.Instant can have 32"), std::string::npos);
}

TEST_F(RelationCheckTest, W001IsCuredByALongerKey) {
    models.model("a.Long").primary_key("key", Kind::text, {.max_length = 17});
    models.gm2m("cinema.User", "likes", {.related = {"a.Long"}, .related_name = "likers", .pk_maxlength = 17});
    models.gm2m("cinema.User", "sees", {.related = {"a.Long"}, .pk_maxlength = std::nullopt});
    EXPECT_EQ(found(), "");
}

TEST_F(RelationCheckTest, W002RelatedModelIsNotRegistered) {
    models.gm2m("cinema.User", "likes", {.related = {"cinema.Movie", "opera.Performance"}});
    EXPECT_EQ(found(), "W002 cinema.User.likes");
    EXPECT_EQ(one().message,
              "the related model 'opera.Performance' is not registered, so that it has no reverse accessor");
    declare("opera.Performance");
    EXPECT_EQ(found(), "");
}

TEST_F(RelationCheckTest, W003LinksThatTheDatabaseDoesNotLetStay) {
    models.gm2m("cinema.User", "likes", {.on_delete = LinkPolicy::do_nothing});
    models.gm2m("cinema.User", "watched", {.on_delete_src = LinkPolicy::do_nothing_signal});
    EXPECT_EQ(found(), "W003 cinema.User.likes, W003 cinema.User.watched");
    EXPECT_EQ(check(models).front().hint,
              "set db_constraint to false, or on_delete_src to cascade, or to protect if that is what is meant");
    Registry right;
    right.model("cinema.User").primary_key("id", Kind::integer);
    right.gm2m("cinema.User", "a", {.db_constraint = false, .on_delete = LinkPolicy::do_nothing});
    right.gm2m("cinema.User", "b", {.on_delete = LinkPolicy::do_nothing, .on_delete_src = LinkPolicy::cascade});
    right.gm2m("cinema.User", "c", {.on_delete_src = LinkPolicy::protect});
    right.gm2m("cinema.User", "d", {.on_delete_tgt = LinkPolicy::do_nothing});  // there is no constraint on targets
    EXPECT_EQ(to_string(check(right)), "");
}

TEST_F(RelationCheckTest, W004APolicyThatNeverApplies) {
    models.gm2m("cinema.User", "likes",
                {.on_delete = LinkPolicy::protect,
                 .on_delete_src = LinkPolicy::cascade,
                 .on_delete_tgt = LinkPolicy::cascade_signal});
    EXPECT_EQ(found(), "W004 cinema.User.likes");
    EXPECT_EQ(one().hint, "leave out on_delete, or one of the others");
    models.gm2m("cinema.User", "a", {.on_delete = LinkPolicy::protect, .on_delete_src = LinkPolicy::cascade});
    models.gm2m("cinema.User", "b",
                {.on_delete_src = LinkPolicy::cascade, .on_delete_tgt = LinkPolicy::cascade_signal});
    EXPECT_EQ(found(), "W004 cinema.User.likes");
}

TEST_F(RelationCheckTest, W005TriggersWithoutEffect) {
    models.gm2m("cinema.User", "likes", {.on_delete = LinkPolicy::protect, .db_triggers = true});
    EXPECT_EQ(found(), "W005 cinema.User.likes");
    EXPECT_EQ(one().hint, "set db_triggers to false, or on_delete to cascade");
    models.gm2m("cinema.User", "a", {.on_delete_src = LinkPolicy::protect, .db_triggers = true});
    models.gm2m("cinema.User", "b", {.on_delete = LinkPolicy::protect, .db_triggers = true})
        .add_relation("cinema.Movie", LinkPolicy::cascade);
    EXPECT_EQ(found(), "W005 cinema.User.likes");
}

}  // namespace
}  // namespace gm2m::test
