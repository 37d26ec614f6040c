#include <gtest/gtest.h>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {
namespace {

/// Which fields of a through model make a link. (BEHAVIOUR 2.3, 4.2)
class ThroughFieldsTest : public testing::Test {
protected:
    ThroughFieldsTest() { models.model("world.Land").primary_key("id", Kind::integer); }

    /// A model with two foreign keys to the source and two generic ones, as a translation from one language to another.
    void declare_two_of_each() {
        models.model("world.Usage")
            .primary_key("id", Kind::integer)
            .foreign_key("first", "world.Land")
            .foreign_key("second", "world.Land")
            .field("a_type", Kind::integer)
            .field("a_key", Kind::text)
            .field("b_type", Kind::integer)
            .field("b_key", Kind::text)
            .generic_foreign_key("a", "a_type", "a_key")
            .generic_foreign_key("b", "b_type", "b_key");
    }
    GM2MField through(std::vector<std::string> names) {
        return models.gm2m("world.Land", "spoken" + std::to_string(count_++),
                           {.through = "world.Usage", .through_fields = std::move(names)});
    }
    std::string chosen(std::vector<std::string> names) {
        const ThroughFields fields = through(std::move(names)).through_fields();
        return fields.source->name() + " " + fields.target->name;
    }
    std::string problem(std::vector<std::string> names) {
        try {
            return "none: " + chosen(std::move(names));
        } catch (const ConfigurationError& error) {
            return error.what();
        }
    }

    Registry models;

private:
    int count_ = 0;
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(ThroughFieldsTest, TakesTheFirstOfEach) {
    declare_two_of_each();
    EXPECT_EQ(chosen({}), "first a");
}

TEST_F(ThroughFieldsTest, ChoosesByTwoToFourNames) {
    declare_two_of_each();
    EXPECT_EQ(chosen({"second", "b"}), "second b");
    EXPECT_EQ(chosen({"first", "b", "b_type"}), "first b");
    EXPECT_EQ(chosen({"second", "a", "a_type", "a_key"}), "second a");
    EXPECT_THROW(through({"first", "a", "a_type", "a_key", "id"}), ConfigurationError);
}

TEST_F(ThroughFieldsTest, SaysWhatIsWrong) {
    declare_two_of_each();
    EXPECT_SAYS(problem({"first"}), "fewer than two");
    EXPECT_SAYS(problem({"first", ""}), "fewer than two");
    EXPECT_SAYS(problem({"third", "a"}), "has no field 'third'");
    EXPECT_SAYS(problem({"third", "a"}), "'first', 'second'");
    EXPECT_SAYS(problem({"id", "a"}), "world.Usage.id is no foreign key to world.Land");
    EXPECT_SAYS(problem({"first", "c"}), "no generic foreign key 'c'");
    EXPECT_SAYS(problem({"first", "a_key"}), "world.Usage.a_key is no generic foreign key");
    EXPECT_SAYS(problem({"first", "a", "b_type"}), "has 'a_type' where through_fields has 'b_type'");
}

TEST_F(ThroughFieldsTest, NeedsBoth) {
    models.model("world.Usage").primary_key("id", Kind::integer);
    EXPECT_SAYS(problem({}), "has no foreign key to world.Land");
    Registry others;
    others.model("world.Land").primary_key("id", Kind::integer);
    others.model("world.Usage").primary_key("id", Kind::integer).foreign_key("land", "world.Land");
    const GM2MField field = others.gm2m("world.Land", "spoken", {.through = "world.Usage"});
    EXPECT_THROW(field.through_fields(), ConfigurationError);
}

// A key of any kind goes into a text alone.
TEST_F(ThroughFieldsTest, TheKeyIsText) {
    models.model("world.Usage")
        .primary_key("id", Kind::integer)
        .foreign_key("land", "world.Land")
        .field("target_type", Kind::integer)
        .field("target_key", Kind::integer)
        .generic_foreign_key("target", "target_type", "target_key");
    EXPECT_SAYS(problem({}), "is of kind integer");
}

// 1.1: the through model may come later.
TEST_F(ThroughFieldsTest, ComesLater) {
    const GM2MField field = through({});
    EXPECT_EQ(field.find_through(), nullptr);
    EXPECT_THROW(field.join_model(), ConfigurationError);
    EXPECT_THROW(field.table(), ConfigurationError);
    declare_two_of_each();
    EXPECT_EQ(field.find_through(), &models["world.Usage"]);
    EXPECT_EQ(field.table(), "world_usage");
    EXPECT_EQ(field.key_length(), std::nullopt);
}

// 2.3: parameters that a through model makes senseless.
TEST_F(ThroughFieldsTest, Contradictions) {
    const auto declare = [&](GM2MOptions options) {
        options.through = "world.Usage";
        models.gm2m("world.Land", "spoken", std::move(options));
    };
    EXPECT_THROW(declare({.db_table = "t"}), ConfigurationError);
    EXPECT_THROW(declare({.db_constraint = false}), ConfigurationError);
    EXPECT_THROW(declare({.pk_maxlength = 20}), ConfigurationError);
    EXPECT_THROW(declare({.pk_maxlength = std::nullopt}), ConfigurationError);
    EXPECT_THROW(declare({.layout = Layout::compact}), ConfigurationError);
    EXPECT_THROW(declare({.managed = false}), ConfigurationError);
    EXPECT_THROW(models.gm2m("world.Land", "spoken", {.through = "Usage"}), ConfigurationError);
    EXPECT_THROW(models.gm2m("world.Land", "spoken", {.through_fields = {"a", "b"}}), ConfigurationError);
    EXPECT_THROW(models.gm2m("world.Land", "spoken", {.limit_choices_to = {{"Land", F("id") == 1}}}),
                 ConfigurationError);
    EXPECT_THROW(GM2MOptions::parse({{"through", "world.Usage"}, {"pk_maxlength", 16}}), ConfigurationError);
    EXPECT_THROW(GM2MOptions::parse({{"limit_choices_to", "x"}}), ConfigurationError);
    const GM2MOptions parsed = GM2MOptions::parse(
        {{"through", "world.Usage"}, {"through_fields", std::vector<std::string>{"land", "target"}}});
    EXPECT_EQ(parsed.through, "world.Usage");
    EXPECT_EQ(parsed.through_fields, (std::vector<std::string>{"land", "target"}));
}

TEST_F(ThroughFieldsTest, Ordering) {
    models.model("world.Usage").primary_key("id", Kind::integer).ordering({"-id"});
    EXPECT_EQ(models["world.Usage"].ordering(), (std::vector<std::string>{"-id"}));
    EXPECT_TRUE(models["world.Land"].ordering().empty());
    EXPECT_THROW(models.model("world.Other").ordering({"-"}), ConfigurationError);
}

}  // namespace
}  // namespace gm2m::test
