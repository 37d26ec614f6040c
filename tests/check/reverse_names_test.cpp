#include "check/checked.hpp"

namespace gm2m::test {
namespace {

class ReverseNameCheckTest : public CheckTest {
protected:
    ReverseNameCheckTest() {
        declare("cinema.User");
        declare("cinema.Movie");
    }
    GM2MField likes(GM2MOptions options = {}) {
        options.related = {"cinema.Movie"};
        return models.gm2m("cinema.User", "likes", std::move(options));
    }
};

TEST_F(ReverseNameCheckTest, E202AccessorAndField) {
    likes({.related_name = "name", .related_query_name = "liker"});
    EXPECT_EQ(found(), "E202 cinema.User.likes");
    EXPECT_EQ(one().message, "the reverse accessor 'name' clashes with the field cinema.Movie.name");
    EXPECT_EQ(one().hint, "give the relation another related_name, or rename cinema.Movie.name");
    Registry right;
    right.model("cinema.User").primary_key("id", Kind::integer).field("name", Kind::text);
    right.model("cinema.Movie").primary_key("id", Kind::integer).field("title", Kind::text);
    right.gm2m("cinema.User", "likes", {.related = {"cinema.Movie"}, .related_name = "name"});
    right.gm2m("cinema.User", "sees", {.related = {"cinema.Movie"}, .related_name = "title+"});
    EXPECT_EQ(to_string(check(right)), "");
}

// Relations and generic foreign keys are fields too.
TEST_F(ReverseNameCheckTest, E202AccessorAndRelation) {
    models.gm2m("cinema.Movie", "fans");
    models.many_to_many("cinema.Movie", "viewers", "cinema.User", {.related_name = "+"});
    likes({.related_name = "fans"});
    models.many_to_many("cinema.User", "seen", "cinema.Movie", {.related_name = "viewers"});
    EXPECT_EQ(found(), "E202 cinema.User.likes, E202 cinema.User.seen");
}

TEST_F(ReverseNameCheckTest, E202OfAForeignKey) {
    models.model("cinema.Review")
        .primary_key("id", Kind::integer)
        .foreign_key("movie", "cinema.Movie", {.related_name = "name"});
    EXPECT_EQ(found(), "E202 cinema.Review.movie");
    models.model("cinema.Rating")
        .primary_key("id", Kind::integer)
        .foreign_key("movie", "cinema.Movie", {.related_name = "ratings"})
        .foreign_key("other", "cinema.Movie", {.related_name = "+"})
        .foreign_key("third", "cinema.Movie", {.related_name = "+"});
    EXPECT_EQ(found(), "E202 cinema.Review.movie");
}

TEST_F(ReverseNameCheckTest, E203QueryNameAndField) {
    models.model("cinema.Opera").primary_key("id", Kind::integer).field("user", Kind::text);
    models.gm2m("cinema.User", "heard", {.related = {"cinema.Opera"}});
    likes({.related_query_name = "name"});
    EXPECT_EQ(found(), "E203 cinema.User.heard, E203 cinema.User.likes");
    const Finding heard = check(models, {.subjects = {"cinema.User.heard"}}).front();
    EXPECT_EQ(heard.message, "the reverse query name 'user' clashes with the field cinema.Opera.user");
    EXPECT_EQ(heard.hint, "give the relation another related_query_name, or rename cinema.Opera.user");
    Registry right;
    right.model("cinema.User").primary_key("id", Kind::integer);
    right.model("cinema.Opera").primary_key("id", Kind::integer).field("user", Kind::text);
    right.gm2m("cinema.User", "heard", {.related = {"cinema.Opera"}, .related_query_name = "listener"});
    right.gm2m("cinema.User", "hidden", {.related = {"cinema.Opera"}, .related_name = "+"});
    EXPECT_EQ(to_string(check(right)), "");
}

TEST_F(ReverseNameCheckTest, E204TwoAccessors) {
    likes();
    models.gm2m("cinema.User", "watched", {.related = {"cinema.Movie"}});
    EXPECT_EQ(found(), "E204 cinema.User.watched");
    EXPECT_EQ(one().message, "the reverse accessor 'user_set' on cinema.Movie clashes with that of cinema.User.likes");
    EXPECT_EQ(one().hint, "give one of them another related_name");
}

TEST_F(ReverseNameCheckTest, E204OfOtherTargetsIsNone) {
    declare("cinema.Opera");
    likes();
    models.gm2m("cinema.User", "watched", {.related = {"cinema.Opera"}});
    models.gm2m("cinema.User", "read");
    models.gm2m("cinema.User", "seen", {.related = {"cinema.Movie"}, .related_name = "viewers"});
    EXPECT_EQ(found(), "");
}

TEST_F(ReverseNameCheckTest, E204AcrossKindsOfRelations) {
    models.many_to_many("cinema.User", "seen", "cinema.Movie");
    models.model("cinema.Review")
        .primary_key("id", Kind::integer)
        .foreign_key("movie", "cinema.Movie", {.related_name = "user_set"});
    EXPECT_EQ(found(), "E204 cinema.User.seen");
    likes();
    EXPECT_EQ(found(), "E204 cinema.User.likes, E204 cinema.User.likes, E204 cinema.User.seen");
}

// Foreign keys without a related_name claim none: two to one model are the rule.
TEST_F(ReverseNameCheckTest, ForeignKeysWithoutANameClaimNone) {
    models.model("cinema.Review")
        .primary_key("id", Kind::integer)
        .foreign_key("movie", "cinema.Movie")
        .foreign_key("compared_with", "cinema.Movie");
    EXPECT_EQ(found(), "");
}

// What came with a first object keeps no program from starting again.
TEST_F(ReverseNameCheckTest, ClashesOfAutomaticRelationsAreWarnings) {
    likes();
    const GM2MField watched = models.gm2m("cinema.User", "watched");
    Database db = Database::open(models, "sqlite3://:memory:");
    db.create_tables();
    const Object me = db.insert(models["cinema.User"].make({{"name", "Me"}}));
    db.related(me, watched).add(db.insert(models["cinema.Movie"].make({{"name", "Brazil"}})));
    EXPECT_EQ(found(), "E204 cinema.User.watched (warning)");
    EXPECT_NO_THROW(Database::open(models, "sqlite3://:memory:", {.report = [](const auto&) {}}));
}

TEST_F(ReverseNameCheckTest, E205AccessorAndQueryName) {
    likes({.related_query_name = "fan"});
    models.gm2m("cinema.User", "loves",
                {.related = {"cinema.Movie"}, .related_name = "fan", .related_query_name = "lover"});
    EXPECT_EQ(found(), "E205 cinema.User.loves");
    EXPECT_EQ(one().message,
              "the reverse accessor 'fan' on cinema.Movie clashes with the reverse query name of cinema.User.likes");
    EXPECT_EQ(one().hint, "give one of them another related_name or related_query_name");
}

TEST_F(ReverseNameCheckTest, E205TheOtherWayRound) {
    likes({.related_name = "fans", .related_query_name = "liker"});
    models.gm2m("cinema.User", "loves", {.related = {"cinema.Movie"}, .related_query_name = "fans"});
    EXPECT_EQ(one().message,
              "the reverse query name 'fans' on cinema.Movie clashes with the reverse accessor of cinema.User.likes");
}

TEST_F(ReverseNameCheckTest, E205TwoQueryNames) {
    likes({.related_name = "likers", .related_query_name = "fan"});
    models.gm2m("cinema.User", "loves",
                {.related = {"cinema.Movie"}, .related_name = "lovers", .related_query_name = "fan"});
    EXPECT_EQ(one().message,
              "the reverse query name 'fan' on cinema.Movie clashes with the reverse query name of cinema.User.likes");
    Registry right;
    right.model("cinema.User").primary_key("id", Kind::integer);
    right.model("cinema.Movie").primary_key("id", Kind::integer);
    right.gm2m("cinema.User", "likes", {.related = {"cinema.Movie"}, .related_name = "likers"});
    right.gm2m("cinema.User", "loves", {.related = {"cinema.Movie"}, .related_name = "lovers"});
    EXPECT_EQ(to_string(check(right)), "");
}

// What a child has beyond its parent, and what a parent has, is in the way as well.
TEST_F(ReverseNameCheckTest, E202LooksThroughInheritance) {
    models.model("cinema.Feature").inherits("cinema.Movie").field("fans", Kind::integer);
    models.gm2m("cinema.Movie", "places", {.related_name = "+"});
    likes({.related_name = "fans"});
    models.gm2m("cinema.User", "visits", {.related = {"cinema.Feature"}, .related_name = "places"});
    std::string text;
    for (const Finding& finding : check(models))
        text += finding.id + " " + finding.message + "\n";
    EXPECT_EQ(text, "gm2m.E202 the reverse accessor 'fans' clashes with the field cinema.Feature.fans\n"
                    "gm2m.E202 the reverse accessor 'places' clashes with the field cinema.Movie.places\n");
}

// Once for a field, however many of the targets have it.
TEST_F(ReverseNameCheckTest, E202OnceForAFamily) {
    models.model("cinema.Feature").inherits("cinema.Movie").field("length", Kind::integer);
    models.model("cinema.Classic").proxy("cinema.Movie");
    models.gm2m("cinema.User", "likes",
                {.related = {"cinema.Movie", "cinema.Feature", "cinema.Classic"}, .related_name = "name"});
    EXPECT_EQ(found(), "E202 cinema.User.likes");
}

TEST_F(ReverseNameCheckTest, E204OfAParentAndItsChild) {
    models.model("cinema.Feature").inherits("cinema.Movie").field("length", Kind::integer);
    models.model("cinema.Classic").proxy("cinema.Movie");
    likes({.related_name = "fans"});
    models.gm2m("cinema.User", "adores", {.related = {"cinema.Feature"}, .related_name = "fans"});
    EXPECT_EQ(found(), "E204 cinema.User.adores");
    EXPECT_EQ(one().message, "the reverse accessor 'fans' on cinema.Feature clashes with that of cinema.User.likes");
    models.gm2m("cinema.User", "sees", {.related = {"cinema.Classic"}, .related_name = "fans"});
    EXPECT_EQ(found(), "E204 cinema.User.adores, E204 cinema.User.sees, E204 cinema.User.sees");
}

// Siblings do not meet.
TEST_F(ReverseNameCheckTest, E204NotOfSiblings) {
    models.model("cinema.Feature").inherits("cinema.Movie").field("length", Kind::integer);
    models.model("cinema.Short").inherits("cinema.Movie").field("festival", Kind::text);
    models.gm2m("cinema.User", "adores", {.related = {"cinema.Feature"}, .related_name = "fans"});
    models.gm2m("cinema.User", "bears", {.related = {"cinema.Short"}, .related_name = "fans"});
    EXPECT_EQ(found(), "");
}

// A relation of an abstract model is told how its children's come to differ.
TEST_F(ReverseNameCheckTest, E204OfAnAbstractRelation) {
    models.model("blog.Written").abstract();
    models.gm2m("blog.Written", "about", {.related = {"cinema.Movie"}, .related_name = "texts"});
    models.model("blog.Post").inherits("blog.Written").primary_key("id", Kind::integer);
    models.model("blog.Note").inherits("blog.Written").primary_key("id", Kind::integer);
    EXPECT_EQ(found(), "E204 blog.Note.about");
    EXPECT_EQ(one().hint, "put %(class)s into the related_name of blog.Written.about, from which both come");
    Registry right;
    right.model("cinema.Movie").primary_key("id", Kind::integer);
    right.model("blog.Written").abstract();
    right.gm2m("blog.Written", "about", {.related = {"cinema.Movie"}, .related_name = "%(class)s_texts"});
    right.model("blog.Post").inherits("blog.Written").primary_key("id", Kind::integer);
    right.model("blog.Note").inherits("blog.Written").primary_key("id", Kind::integer);
    EXPECT_EQ(to_string(check(right)), "");
}

// A parent leads to its child by the child's name.
TEST_F(ReverseNameCheckTest, E205AndTheNameOfAChild) {
    models.model("cinema.Feature").inherits("cinema.Movie").field("length", Kind::integer);
    models.gm2m("cinema.User", "likes", {.related = {"cinema.Movie"}, .related_query_name = "feature"});
    EXPECT_EQ(found(), "E205 cinema.User.likes");
    EXPECT_EQ(one().message, "the reverse query name 'feature' on cinema.Movie clashes with the reverse query name of "
                             "cinema.Feature.movie_ptr");
    // From the child itself the name does not lead to it.
    Registry right;
    right.model("cinema.User").primary_key("id", Kind::integer);
    right.model("cinema.Movie").primary_key("id", Kind::integer);
    right.model("cinema.Feature").inherits("cinema.Movie").field("length", Kind::integer);
    right.gm2m("cinema.User", "likes", {.related = {"cinema.Feature"}, .related_query_name = "feature"});
    EXPECT_EQ(to_string(check(right)), "");
}

// In queries "pk" is the primary key.
TEST_F(ReverseNameCheckTest, PkIsNoName) {
    EXPECT_THROW(likes({.related_name = "pk"}), ConfigurationError);
    EXPECT_THROW(likes({.related_query_name = "pk"}), ConfigurationError);
    EXPECT_THROW(models.gm2m("cinema.User", "pk"), ConfigurationError);
    EXPECT_THROW(models.model("a.One").field("pk", Kind::integer), ConfigurationError);
    models.model("a.Two").primary_key("pk", Kind::integer);
    EXPECT_EQ(found({.subjects = {"a.Two"}}), "");
}

}  // namespace
}  // namespace gm2m::test
