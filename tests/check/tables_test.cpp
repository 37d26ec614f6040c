#include "check/checked.hpp"
#include "support/configuration.hpp"

/// What differs between the declarations and a database: E401 to E406, W401 and W402.
namespace gm2m::test {
namespace {

class TablesCheckTest : public testing::TestWithParam<Configuration> {
protected:
    static void declare(Registry& models, FieldOptions title = {.max_length = 20}, Kind year = Kind::integer) {
        models.model("cinema.Movie")
            .primary_key("id", Kind::big_integer)
            .field("title", Kind::text, std::move(title))
            .field("year", year, {.null = true, .index = true})
            .unique_together({"title", "year"});
        models.model("cinema.User").primary_key("name", Kind::text, {.max_length = 10});
    }
    void create(const std::string& statements) {
        std::string_view rest = statements;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            scratch.sql(std::string(rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    std::vector<Finding> findings(const Registry& registry, CheckOptions options = {.tags = {"database"}}) {
        return Database::open(registry, scratch.url(), {.report = [](const auto&) {}}).check(options);
    }
    std::string found(const Registry& registry) {
        std::string text;
        for (const Finding& finding : findings(registry))
            text += finding.id.substr(5) + " " + finding.subject + (finding.level == Level::error ? " E; " : " W; ");
        return text;
    }
    /// The tables as create_tables() makes them, but for that of the movies.
    void create_others() {
        Database::open(models, scratch.url()).create_tables();
        scratch.sql("DROP TABLE cinema_movie");
    }
    std::string serial() const {
        return GetParam().is_sqlite() ? "integer PRIMARY KEY AUTOINCREMENT" : "bigserial PRIMARY KEY";
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
};
INSTANTIATE_TEST_SUITE_P(Db, TablesCheckTest, testing::ValuesIn(layout_configurations()),
                         [](const auto& instance) { return name_of(instance.param); });

// 8.1: the tables that the objects of a child and of a proxy are in are other models'.
TEST_P(TablesCheckTest, SubjectsThatInherit) {
    models.model("zoo.Keeper").primary_key("id", Kind::big_integer);
    models.model("zoo.Animal").primary_key("id", Kind::big_integer).field("name", Kind::text);
    models.model("zoo.Dog").inherits("zoo.Animal").field("breed", Kind::text).foreign_key("keeper", "zoo.Keeper");
    models.model("zoo.Puppy").inherits("zoo.Dog");
    models.model("zoo.OldDog").proxy("zoo.Dog");
    models.model("zoo.Cat").inherits("zoo.Animal");
    models.gm2m("zoo.Animal", "toys", {.layout = GetParam().layout});
    Database::open(models, scratch.url()).create_tables();
    for (const char* change :
         {"zoo_animal DROP COLUMN name", "zoo_dog DROP COLUMN breed", "zoo_animal_toys RENAME TO x"})
        scratch.sql(std::string("ALTER TABLE ") + change);
    const auto found_of = [&](const char* subject) {
        std::string text;
        for (const Finding& finding : findings(models, {.tags = {"database"}, .subjects = {subject}}))
            text += finding.id.substr(5) + " " + finding.subject + "; ";
        return text;
    };
    const std::string animal = "E402 zoo.Animal.name; ", dog = "E402 zoo.Dog.breed; ", toys = "E401 zoo.Animal.toys; ";
    EXPECT_EQ(found_of("zoo.Animal"), animal + toys);
    for (const char* label : {"zoo.Dog", "zoo.Puppy", "zoo.OldDog", "zoo.olddog"})
        EXPECT_EQ(found_of(label), animal + dog + toys);
    EXPECT_EQ(found_of("zoo.Cat"), animal + toys);
    EXPECT_EQ(found_of("zoo.Keeper"), "");
    EXPECT_EQ(found_of("zoo.Puppy.name"), animal);
    EXPECT_EQ(found_of("zoo.OldDog.breed"), dog);
    EXPECT_EQ(found_of("zoo.Dog.keeper"), "");
    EXPECT_EQ(found_of("zoo.Cat.toys"), toys);
    EXPECT_EQ(found_of("zoo.Cat.toy"), "W901 ; ");
}

TEST_P(TablesCheckTest, WhatCreateTablesMakesIsRight) {
    declare(models);
    models.model("cinema.Everything")
        .primary_key("id", Kind::uuid)
        .field("boolean", Kind::boolean)
        .field("small", Kind::small_integer)
        .field("big", Kind::big_integer, {.unique = true})
        .field("real", Kind::real)
        .field("decimal", Kind::decimal)
        .field("long_decimal", Kind::decimal, {.max_digits = 30})
        .field("bytes", Kind::bytes)
        .field("uuid", Kind::uuid)
        .field("date", Kind::date)
        .field("time", Kind::time)
        .field("date_time", Kind::date_time)
        .field("json", Kind::json)
        .field("text", Kind::text)
        .foreign_key("movie", "cinema.Movie", {.null = true})
        .index({"date", "time"});
    models.model("cinema.Like")
        .primary_key("id", Kind::integer)
        .foreign_key("user", "cinema.User")
        .field("ct", Kind::integer)
        .field("key", Kind::text, {.max_length = 16})
        .generic_foreign_key("target", "ct", "key");
    models.gm2m("cinema.User", "likes", {.layout = GetParam().layout});
    models.gm2m("cinema.Movie", "more", {.pk_maxlength = std::nullopt, .layout = GetParam().layout});
    models.gm2m("cinema.User", "through", {.through = "cinema.Like"});
    models.many_to_many("cinema.Movie", "viewers", "cinema.User", {.layout = GetParam().layout});
    Database db = Database::open(models, scratch.url());
    db.create_tables();
    EXPECT_EQ(to_string(db.check()), "");
}

TEST_P(TablesCheckTest, E401NoTable) {
    declare(models);
    models.gm2m("cinema.User", "likes", {.layout = GetParam().layout});
    EXPECT_EQ(found(models),
              "E401 gm2m_content_type E; E401 cinema.Movie E; E401 cinema.User E; E401 cinema.User.likes E; ");
    EXPECT_EQ(findings(models)[1].message, "the database has no table 'cinema_movie'");
    EXPECT_EQ(findings(models)[1].hint, "call create_tables(), or open the database that has it");
    Database::open(models, scratch.url()).create_tables();
    EXPECT_EQ(found(models), "");
}

TEST_P(TablesCheckTest, E402NoColumn) {
    declare(models);
    create_others();
    create("CREATE TABLE cinema_movie (id " + serial() +
           ", titel varchar(20) NOT NULL, year integer NULL);"
           "CREATE INDEX i ON cinema_movie (year)");
    EXPECT_EQ(found(models), "E402 cinema.Movie.title E; ");
    EXPECT_EQ(findings(models).front().message,
              "the table 'cinema_movie' has no column 'title'; did you mean 'titel'?");
    Registry cured;
    declare(cured, {.max_length = 20, .column = "titel"});
    scratch.sql("CREATE UNIQUE INDEX u ON cinema_movie (year, titel)");
    EXPECT_EQ(found(cured), "");
}

TEST_P(TablesCheckTest, HintsQuoteTheNamesThatNeedIt) {
    models.model("zoo.Owner").primary_key("id", Kind::integer);
    models.model("zoo.Photo").table("PHOTO").primary_key("id", Kind::integer).foreign_key("owner", "zoo.Owner");
    Database::open(models, scratch.url()).create_tables();
    create("DROP TABLE \"PHOTO\"; CREATE TABLE \"PHOTO\" (id integer PRIMARY KEY, owner_id integer NOT NULL)");
    EXPECT_EQ(findings(models).front().hint, "CREATE INDEX <name> ON \"PHOTO\" (owner_id)");
}

TEST_P(TablesCheckTest, E403AnotherType) {
    declare(models);
    create_others();
    create("CREATE TABLE cinema_movie (id " + serial() +
           ", title varchar(20) NOT NULL, year text NULL, UNIQUE (title, year));"
           "CREATE INDEX i ON cinema_movie (year)");
    EXPECT_EQ(found(models), "E403 cinema.Movie.year E; ");
    EXPECT_EQ(findings(models).front().message,
              "the column 'year' of 'cinema_movie' is of type text, which does not hold values of kind integer");
    if (GetParam().is_sqlite()) {  // with hyphens a key would be read and not found again
        create("CREATE TABLE papers (id char(36) PRIMARY KEY)");
        Registry papers;
        papers.model("cinema.Paper").table("papers").managed(false).primary_key("id", Kind::uuid);
        EXPECT_EQ(found(papers), "E403 cinema.Paper.id E; ");
    }
    Registry cured;
    declare(cured, {.max_length = 20}, Kind::text);
    EXPECT_EQ(found(cured), "");
}

TEST_P(TablesCheckTest, E404AShorterColumn) {
    declare(models);
    create_others();
    create("CREATE TABLE cinema_movie (id " + serial() +
           ", title varchar(10) NOT NULL, year integer NULL, "
           "UNIQUE (title, year)); CREATE INDEX i ON cinema_movie (year)");
    EXPECT_EQ(found(models), "E404 cinema.Movie.title E; ");
    EXPECT_EQ(findings(models).front().message,
              "the column 'title' of 'cinema_movie' holds 10 characters, the field up to 20");
    EXPECT_EQ(findings(models).front().hint, "lengthen the column, or set max_length to 10");
    Registry cured, unlimited;
    declare(cured, {.max_length = 10});
    EXPECT_EQ(found(cured), "");
    declare(unlimited, {});
    EXPECT_EQ(found(unlimited), "E404 cinema.Movie.title W; ");
}

TEST_P(TablesCheckTest, E404AShorterKeyInTheJoinTable) {
    declare(models);
    models.gm2m("cinema.User", "likes", {.pk_maxlength = 8, .layout = GetParam().layout});
    Database::open(models, scratch.url()).create_tables();
    Registry longer;
    declare(longer);
    longer.gm2m("cinema.User", "likes", {.pk_maxlength = 9, .layout = GetParam().layout});
    EXPECT_EQ(found(longer), "E404 cinema.User.likes E; ");
    EXPECT_EQ(findings(longer).front().hint, "lengthen the column, or set pk_maxlength to 8");
    EXPECT_EQ(found(models), "");
}

TEST_P(TablesCheckTest, E405AndW402WhetherItCanBeNull) {
    declare(models);
    create_others();
    create("CREATE TABLE cinema_movie (id " + serial() +
           ", title varchar(20) NULL, year integer NOT NULL, "
           "UNIQUE (title, year)); CREATE INDEX i ON cinema_movie (year)");
    EXPECT_EQ(found(models), "W402 cinema.Movie.title W; E405 cinema.Movie.year E; ");
    Registry cured;
    declare(cured, {.max_length = 20, .null = true}, Kind::integer);
    EXPECT_EQ(found(cured), "E405 cinema.Movie.year E; ");
}

TEST_P(TablesCheckTest, E406AndW401ConstraintsAndIndexes) {
    declare(models);
    models.gm2m("cinema.User", "likes", {.layout = GetParam().layout});
    create_others();
    create(
        "CREATE TABLE cinema_movie (id integer NOT NULL, title varchar(20) NOT NULL, year integer NULL);"
        "CREATE UNIQUE INDEX p ON cinema_movie (title, year) WHERE year > 0;"
        "DROP INDEX cinema_user_likes_reverse_idx");
    EXPECT_EQ(found(models),
              "E406 cinema.Movie E; E406 cinema.Movie E; W401 cinema.Movie W; W401 cinema.User.likes W; ");
    EXPECT_EQ(findings(models)[0].message, "nothing keeps id unique in the table 'cinema_movie'");
    EXPECT_EQ(findings(models)[1].message, "nothing keeps title, year unique in the table 'cinema_movie'");
    EXPECT_EQ(findings(models)[3].hint, "CREATE INDEX <name> ON cinema_user_likes (gm2m_ct_id, gm2m_pk, gm2m_src_id)");
    create(
        "CREATE UNIQUE INDEX a ON cinema_movie (id); CREATE UNIQUE INDEX b ON cinema_movie (year, title);"
        "CREATE INDEX c ON cinema_user_likes (gm2m_ct_id, gm2m_pk, gm2m_src_id)");
    EXPECT_EQ(found(models), "");  // names and the order of unique columns are no matter
}

// The table of another program may be as it is for a reason: what its looser rules allow is a warning.
TEST_P(TablesCheckTest, TablesThatAreNotManaged) {
    models.model("shop.Customer")
        .managed(false)
        .table("customers")
        .primary_key("number", Kind::integer, {.generated = false})
        .field("name", Kind::text, {.max_length = 5, .null = true, .unique = true});
    Database::open(models, scratch.url()).create_tables();
    EXPECT_EQ(found(models), "E401 shop.Customer E; ");
    EXPECT_EQ(findings(models).front().hint, "create the table, or correct the name that is declared for it");
    create("CREATE TABLE customers (number integer, name varchar(5) NOT NULL)");
    EXPECT_EQ(found(models), "E406 shop.Customer W; E406 shop.Customer W; E405 shop.Customer.name W; ");
}

TEST_P(TablesCheckTest, ViewsAreTables) {
    declare(models);
    Database::open(models, scratch.url()).create_tables();
    Registry viewing;
    declare(viewing);
    viewing.model("cinema.Title")
        .managed(false)
        .table("titles")
        .primary_key("id", Kind::big_integer)
        .field("title", Kind::text);
    scratch.sql("CREATE VIEW titles AS SELECT id, title FROM cinema_movie");
    EXPECT_EQ(found(viewing), "E406 cinema.Title W; E404 cinema.Title.title W; ");
}

TEST_P(TablesCheckTest, IsPartOfDatabaseCheckAlone) {
    declare(models);
    models.gm2m("cinema.User", "likes", {.related = {"cinema.Opera"}});
    models.silence("gm2m.E401");
    EXPECT_EQ(found(models), "");
    EXPECT_EQ(findings(models, {}).size(), 1U);
    EXPECT_EQ(findings(models, {.tags = {"relations"}}).front().id, "gm2m.W002");
}

// What is not complete is told by its own finding, and hides nothing else.
TEST_P(TablesCheckTest, LooksPastDeclarationsWithErrors) {
    declare(models);
    models.gm2m("cinema.Usher", "likes");
    models.many_to_many("cinema.User", "seen", "cinema.Film");
    Database db = Database::open(models, scratch.url(), {.refuse_errors = false, .report = [](const auto&) {}});
    std::string ids;
    for (const Finding& finding : db.check())
        ids += finding.id.substr(5) + " ";
    EXPECT_EQ(ids, "E401 E401 E401 E310 E311 ");
}

}  // namespace
}  // namespace gm2m::test
