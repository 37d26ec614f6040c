#include <gtest/gtest.h>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {
namespace {

class GM2MFieldTest : public testing::Test {
protected:
    GM2MFieldTest() {
        for (const char* label : {"cinema.User", "cinema.Movie", "cinema.Opera"})
            models.model(label).primary_key("id", Kind::big_integer).field("name", Kind::text);
    }
    Registry models;
};

// 2.1, 3.1: names are derived from the source
TEST_F(GM2MFieldTest, DerivesItsNames) {
    const GM2MField field = models.gm2m("cinema.User", "preferred_videos");
    EXPECT_EQ(field.label(), "cinema.User.preferred_videos");
    EXPECT_EQ(field.table(), "cinema_user_preferred_videos");
    EXPECT_EQ(field.accessor_name(), "user_set");
    EXPECT_EQ(field.query_name(), "user");
    EXPECT_EQ(field.options().pk_maxlength, 16U);
    EXPECT_FALSE(field.is_hidden());
}

// 2.3: related_name and related_query_name expand the source's names; a trailing + hides the reverse side
TEST_F(GM2MFieldTest, ExpandsTheReverseNames) {
    const GM2MField named = models.gm2m("cinema.User", "a", {.db_table = "links",
                                                            .related_name = "%(app_label)s_%(class)s_fans",
                                                            .related_query_name = "q_%(class)s"});
    EXPECT_EQ(named.table(), "links");
    EXPECT_EQ(named.accessor_name(), "cinema_user_fans");
    EXPECT_EQ(named.query_name(), "q_user");
    const GM2MField plain = models.gm2m("cinema.User", "b", {.related_name = "fans"});
    EXPECT_EQ(plain.query_name(), "fans");
    const GM2MField hidden = models.gm2m("cinema.User", "c", {.related = {"cinema.Movie"}, .related_name = "x+"});
    EXPECT_TRUE(hidden.is_hidden());
    EXPECT_EQ(hidden.accessor_name(), "");
    EXPECT_THROW(models.reverse(models["cinema.Movie"], "x"), NoReverseRelation);
}

// 2.3: parameters from a run-time description; an unknown one is an error at declaration
TEST_F(GM2MFieldTest, ReadsParametersGivenAtRunTime) {
    const GM2MOptions options = GM2MOptions::parse({{"related", std::vector<std::string>{"cinema.Movie"}},
                                                    {"db_table", "links"},
                                                    {"db_constraint", false},
                                                    {"for_concrete_model", false},
                                                    {"related_name", "fans"},
                                                    {"related_query_name", "fan"},
                                                    {"verbose_name", "videos"},
                                                    {"pk_maxlength", 36},
                                                    {"layout", "compact"},
                                                    {"unique", true}});
    EXPECT_EQ(options.related, std::vector<std::string>{"cinema.Movie"});
    EXPECT_EQ(options.db_table, "links");
    EXPECT_FALSE(options.db_constraint);
    EXPECT_FALSE(options.for_concrete_model);
    EXPECT_EQ(options.related_query_name, "fan");
    EXPECT_EQ(options.pk_maxlength, 36U);
    EXPECT_EQ(options.layout, Layout::compact);
    EXPECT_TRUE(options.unique);
    EXPECT_FALSE(GM2MOptions::parse({{"pk_maxlength", nullptr}}).pk_maxlength);
}

TEST_F(GM2MFieldTest, RefusesWrongParameters) {
    try {
        GM2MOptions::parse({{"pk_max_length", 3}});
        FAIL();
    } catch (const ConfigurationError& error) {
        EXPECT_EQ(std::string(error.what()),
                  "a GM2MField has no parameter 'pk_max_length'; did you mean 'pk_maxlength'?");
    }
    EXPECT_THROW(GM2MOptions::parse({{"pk_maxlength", "long"}}), ConfigurationError);
    EXPECT_THROW(GM2MOptions::parse({{"pk_maxlength", 0}}), ConfigurationError);
    EXPECT_THROW(GM2MOptions::parse({{"layout", "dense"}}), ConfigurationError);
    EXPECT_THROW(GM2MOptions::parse({{"db_constraint", true}, {"db_constraint", true}}), ConfigurationError);

    EXPECT_THROW(models.gm2m("cinema.User", "a", {.pk_maxlength = 0}), ConfigurationError);
    EXPECT_THROW(models.gm2m("cinema.User", "a", {.related_name = "a b"}), ConfigurationError);
    EXPECT_THROW(models.gm2m("cinema.User", "a", {.related = {"Movie"}}), ConfigurationError);
    EXPECT_THROW(models.gm2m("cinema.User", "a__b"), ConfigurationError);
    EXPECT_THROW(models.gm2m("User", "a"), ConfigurationError);
}

// The second relation of a name has a handle, and is none of the registry's: tests/check.
TEST_F(GM2MFieldTest, IsDeclaredOnce) {
    const GM2MField field = models.gm2m("cinema.User", "once");
    const GM2MField again = models.gm2m("cinema.user", "once", {.db_table = "other"});
    EXPECT_EQ(again.table(), "other");
    EXPECT_EQ(again.label(), "cinema.User.once");
    models.many_to_many("cinema.User", "once", "cinema.Movie");
    EXPECT_EQ(models.gm2m_fields(), std::vector{field});
    EXPECT_TRUE(models.many_to_many_fields().empty());
}

// 3.2, 3.5: the reverse side is there for models listed in `related` and for those that add_relation() names
TEST_F(GM2MFieldTest, CreatesReverseRelations) {
    const GM2MField field = models.gm2m("cinema.User", "preferred", {.related = {"cinema.Movie", "later.Model"}});
    EXPECT_EQ(models.reverse(models["cinema.Movie"], "user_set"), field);
    EXPECT_THROW(models.reverse(models["cinema.Opera"], "user_set"), NoReverseRelation);
    field.add_relation("cinema.Opera");
    field.add_relation("cinema.Opera");
    EXPECT_EQ(models.reverse(models["cinema.Opera"], "user_set"), field);
    EXPECT_EQ(field.get_related_models(false), (std::vector{&models["cinema.Movie"], &models["cinema.Opera"]}));
    models.model("later.Model").primary_key("id", Kind::integer);
    EXPECT_TRUE(field.is_related(models["later.Model"]));
    EXPECT_THROW(field.add_relation("no label"), ConfigurationError);
}

TEST_F(GM2MFieldTest, SaysWhyThereIsNoAccessor) {
    models.gm2m("cinema.User", "preferred");
    try {
        models.reverse(models["cinema.Opera"], "user_set");
        FAIL();
    } catch (const NoReverseRelation& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("add_relation(\"cinema.Opera\")"), std::string::npos) << message;
    }
    models.gm2m("cinema.User", "again", {.related = {"cinema.Opera"}});
    models.gm2m("cinema.User", "and_again", {.related = {"cinema.Opera"}});
    EXPECT_THROW(models.reverse(models["cinema.Opera"], "user_set"), ConfigurationError);  // two claim the name
}

// 1.1: the source can come later too
TEST_F(GM2MFieldTest, ItsSourceCanBeRegisteredLater) {
    const GM2MField field = models.gm2m("later.Source", "things");
    EXPECT_THROW(field.source(), ConfigurationError);
    models.model("later.Source").primary_key("id", Kind::integer);
    EXPECT_EQ(&field.source(), &models["later.Source"]);
    EXPECT_EQ(models.gm2m_fields(models["later.Source"]).size(), 1U);
    EXPECT_TRUE(models.find_gm2m_field(models["later.Source"], "things"));
    EXPECT_FALSE(models.find_gm2m_field(models["later.Source"], "other"));
}

}  // namespace
}  // namespace gm2m::test
