#include "check/checked.hpp"
#include "support/configuration.hpp"

namespace gm2m::test {
namespace {

// As a compiler prints it.
TEST_F(CheckTest, IsPrintedLikeACompiler) {
    Finding finding{"gm2m.E001", Level::error, "a GM2MField cannot be unique", "leave out `unique`",
                    "cinema.User.likes"};
    EXPECT_EQ(to_string(finding),
              "error: cinema.User.likes: a GM2MField cannot be unique [gm2m.E001]\n  hint: leave out `unique`");
    const int line = __LINE__ + 1;
    finding.location = SourceLocation::current();
    finding.level = Level::warning;
    EXPECT_EQ(
        to_string(finding).find(std::string(__FILE__) + ":" + std::to_string(line) + ": warning: cinema.User.likes: "),
        0U);
    EXPECT_EQ(to_string(Finding{"shop.I1", Level::info, "well", "", ""}), "note: well [shop.I1]");
}

TEST_F(CheckTest, AnEmptyRegistryHasNoFindings) {
    EXPECT_EQ(found(), "");
}

// In the order of lines, all at once.
TEST_F(CheckTest, TellsAllMistakesInTheOrderOfTheirLines) {
    models.gm2m("shop.Nothing", "a");
    models.model("shop.Order").field("number", Kind::integer).field("number", Kind::text);
    models.gm2m("shop.Order", "b", {.unique = true});
    std::string ids;
    for (const Finding& finding : check(models))
        ids += finding.id.substr(5) + " ";
    EXPECT_EQ(ids, "E310 E303 E301 E001 ");
}

TEST_F(CheckTest, IsNarrowedByTagAndSubject) {
    models.model("shop.Order").field("number", Kind::integer);
    models.model("shop.Ord").field("number", Kind::integer);
    models.gm2m("shop.Order", "links", {.unique = true});
    EXPECT_EQ(found({.tags = {"models"}}), "E301 shop.Ord, E301 shop.Order");
    EXPECT_EQ(found({.tags = {"relations"}}), "E001 shop.Order.links");
    EXPECT_EQ(found({.tags = {"database"}}), "");
    EXPECT_EQ(found({.subjects = {"shop.order"}}), "E001 shop.Order.links, E301 shop.Order");
    EXPECT_EQ(found({.subjects = {"shop.Order.links"}}), "E001 shop.Order.links");
    EXPECT_EQ(found({.tags = {"models"}, .subjects = {"shop.Order.links"}}), "");
    EXPECT_EQ(found({.subjects = {"shop.Ord", "shop.Order.links"}}), "E001 shop.Order.links, E301 shop.Ord");
}

// A slip of the pen is no clean result.
TEST_F(CheckTest, W901WhatIsAskedForDoesNotExist) {
    declare("shop.Order");
    ASSERT_EQ(check(models, {.tags = {"modles"}}).size(), 1U);
    EXPECT_EQ(check(models, {.tags = {"modles"}}).front().id, "gm2m.W901");
    EXPECT_EQ(check(models, {.tags = {"modles"}}).front().message,
              "no check has the tag 'modles'; did you mean 'models'?");
    ASSERT_EQ(check(models, {.subjects = {"shop.Oder"}}).size(), 1U);
    EXPECT_EQ(check(models, {.subjects = {"shop.Oder"}}).front().id, "gm2m.W901");
    EXPECT_EQ(found({.tags = {"models"}, .subjects = {"shop.Order", "shop.Order.name"}}), "");
}

TEST_F(CheckTest, FindingsAreSilencedById) {
    models.model("shop.Order").field("number", Kind::integer);
    models.silence("gm2m.E301");
    models.silence("gm2m.E999");  // an id that nothing has
    EXPECT_EQ(found(), "");
    EXPECT_NO_THROW(Database::open(models, "sqlite3://:memory:"));
}

TEST_F(CheckTest, AProgramAddsItsOwn) {
    declare("shop.Order");
    models.add_check(
        [](const Registry& registry) {
            std::vector<Finding> findings;
            for (const Model* model : registry.models())
                findings.push_back({"shop.W1", Level::warning, "a model has to have a price", "add it", model->label(),
                                    model->location()});
            return findings;
        },
        {"shop"});
    EXPECT_EQ(found(), "W1 shop.Order");
    EXPECT_EQ(found({.tags = {"shop"}}), "W1 shop.Order");
    EXPECT_EQ(found({.tags = {"models"}}), "");
    models.silence("shop.W1");
    EXPECT_EQ(found(), "");
}

TEST_F(CheckTest, E901ACheckThatThrows) {
    models.add_check([](const Registry&) -> std::vector<Finding> { throw std::runtime_error("no such file"); });
    models.add_check([](const Registry&) -> std::vector<Finding> { throw 5; });
    EXPECT_EQ(found(), "E901 , E901 ");
    EXPECT_EQ(check(models).front().message, "a check of the program has thrown: no such file");
}

// Findings of its own may look at databases, and at check() itself.
TEST_F(CheckTest, AnOwnCheckMayCheck) {
    declare("shop.Order");
    models.add_check([](const Registry& registry) { return check(registry, {.tags = {"models"}}); }, {"own"});
    EXPECT_EQ(found(), "");
}

class StartTest : public CheckTest {
protected:
    static constexpr const char* url = "sqlite3://:memory:";
};

TEST_F(StartTest, ADatabaseRefusesErrors) {
    models.model("shop.Order").field("number", Kind::integer);
    models.gm2m("shop.Order", "links", {.related = {"shop.Tag"}});
    try {
        Database::open(models, url, {.report = [](const auto&) {}});
        FAIL();
    } catch (const CheckError& error) {
        EXPECT_EQ(summary(error.findings()), "E301 shop.Order, W002 shop.Order.links");
        const std::string text = error.what();
        EXPECT_EQ(text.find("the declarations have errors:\n" __FILE__ ":"), 0U) << text;
        EXPECT_NE(text.find("error: shop.Order: the model has no primary key [gm2m.E301]\n  hint: "),
                  std::string::npos);
        EXPECT_EQ(text.find("W002"), std::string::npos) << text;
    }
    EXPECT_THROW(Pool(models, url, 2, {.report = [](const auto&) {}}), CheckError);
    EXPECT_THROW(Database::open(models, url, {.report = [](const auto&) {}}),
                 ConfigurationError);  // what is caught anyway
}

TEST_F(StartTest, WarningsArePrintedOnce) {
    declare("shop.Order");
    models.gm2m("shop.Order", "links", {.related = {"shop.Tag"}});
    testing::internal::CaptureStderr();
    Database::open(models, url);
    const std::string printed = testing::internal::GetCapturedStderr();
    EXPECT_NE(printed.find("warning: shop.Order.links: the related model 'shop.Tag' is not registered"),
              std::string::npos)
        << printed;
    EXPECT_TRUE(printed.ends_with("\n"));
    testing::internal::CaptureStderr();
    Database::open(models, url);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(StartTest, NothingIsPrintedOfWhatIsRight) {
    declare("shop.Order");
    testing::internal::CaptureStderr();
    Database::open(models, url);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(StartTest, ReportsElsewhereAndGoesOn) {
    models.model("shop.Order").field("number", Kind::integer);
    models.gm2m("shop.Order", "links", {.related = {"shop.Tag"}});
    std::string reported;
    DatabaseOptions options;
    options.report = [&](const std::vector<Finding>& findings) { reported = summary(findings); };
    EXPECT_THROW(Database::open(models, url, options), CheckError);
    EXPECT_EQ(reported, "E301 shop.Order, W002 shop.Order.links");
    reported.clear();
    options.refuse_errors = false;
    testing::internal::CaptureStderr();
    EXPECT_NO_THROW(Database::open(models, url, options));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(reported, "E301 shop.Order, W002 shop.Order.links");
    options.report = {};
    testing::internal::CaptureStderr();
    EXPECT_NO_THROW(Database::open(models, url, options));
    const std::string printed = testing::internal::GetCapturedStderr();
    EXPECT_NE(printed.find("error: shop.Order: the model has no primary key"), std::string::npos) << printed;
    EXPECT_NE(printed.find("W002"), std::string::npos) << printed;
}

TEST_F(StartTest, APoolChecksOnce) {
    declare("shop.Order");
    std::size_t checks = 0;
    models.add_check([&](const Registry&) { return ++checks, std::vector<Finding>(); });
    const ScratchDatabase file(Engine::sqlite);
    Pool pool(models, file.url(), 3);
    const auto one = pool.acquire(), two = pool.acquire();
    EXPECT_EQ(checks, 1U);
    Database::open(models, url);
    EXPECT_EQ(checks, 2U);
}

}  // namespace
}  // namespace gm2m::test
