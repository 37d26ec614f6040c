#include <gtest/gtest.h>

#include <thread>

#include "support/configuration.hpp"

namespace gm2m::test {
namespace {

class CreateTablesTest : public testing::TestWithParam<Configuration> {
protected:
    Database open(const DatabaseOptions& options = {}) { return Database::open(models, scratch.url(), options); }
    /// In spite of what check() finds.
    Database open_anyway() {
        return open({.refuse_errors = false, .report = [](const std::vector<Finding>&) {}});
    }
    bool has_table(const std::string& name) {
        const std::string sql = GetParam().is_sqlite()
                                    ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name = '" + name + "'"
                                    : "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = '" + name +
                                          "' AND relnamespace = current_schema()::regnamespace";
        return !scratch.sql(sql).empty();
    }
    static std::string message_of(const auto& work) {
        try {
            work();
        } catch (const ConfigurationError& error) {
            return error.what();
        }
        return "";
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
};

std::string instance_name(const testing::TestParamInfo<Configuration>& instance) {
    return name_of(instance.param);
}
INSTANTIATE_TEST_SUITE_P(Db, CreateTablesTest, testing::ValuesIn(layout_configurations()), instance_name);

TEST_P(CreateTablesTest, CreatesInDependencyOrderWhateverTheOrderOfDeclaration) {
    models.gm2m("a.Child", "links", {.layout = GetParam().layout});
    models.model("a.Child")
        .primary_key("id", Kind::integer)
        .foreign_key("parent", "a.Parent")
        .foreign_key("sibling", "a.Child", {.null = true})
        .field("name", Kind::text, {.max_length = 10, .unique = true})
        .field("size", Kind::integer, {.index = true})
        .unique_together({"name", "size"})
        .index({"size", "name"});
    models.model("a.Parent").primary_key("code", Kind::text, {.max_length = 5});
    Database db = open();
    db.create_tables();
    db.create_tables();  // safe to repeat
    for (const char* table : {"gm2m_content_type", "a_parent", "a_child", "a_child_links"})
        EXPECT_TRUE(has_table(table)) << table;
    EXPECT_EQ(scratch.index_columns("a_child_links").size(), GetParam().layout == Layout::compact ? 2U
                                                             : GetParam().is_sqlite()             ? 2U
                                                                                                  : 3U);

    // keys, unique constraints and foreign keys hold
    db.insert(models["a.Parent"].make({{"code", "p"}}));
    const Object child = db.insert(models["a.Child"].make({{"parent", "p"}, {"name", "n"}, {"size", 1}}));
    EXPECT_EQ(child.key(), Value(1));
    try {
        db.insert(models["a.Child"].make({{"parent", "p"}, {"name", "n"}, {"size", 2}}));
        FAIL();
    } catch (const IntegrityError& error) {
        EXPECT_EQ(error.constraint(), IntegrityError::Constraint::unique);
        EXPECT_FALSE(error.retryable());
        EXPECT_FALSE(error.code().empty());
        EXPECT_NE(error.sql().find("INSERT"), std::string::npos);
    }
    try {
        db.insert(models["a.Child"].make({{"parent", "none"}, {"name", "m"}, {"size", 2}}));
        FAIL();
    } catch (const IntegrityError& error) {
        EXPECT_EQ(error.constraint(), IntegrityError::Constraint::foreign_key);
    }

    db.drop_tables();
    db.drop_tables();  // safe to repeat
    for (const char* table : {"gm2m_content_type", "a_parent", "a_child", "a_child_links"})
        EXPECT_FALSE(has_table(table)) << table;
}

// DESIGN 5: the layouts
TEST_P(CreateTablesTest, LaysTheJoinTableOut) {
    models.model("a.Source").primary_key("id", Kind::big_integer);
    models.gm2m("a.Source", "links", {.pk_maxlength = 36, .layout = GetParam().layout});
    models.gm2m("a.Source", "unlimited", {.pk_maxlength = std::nullopt, .layout = GetParam().layout});
    open().create_tables();
    const std::string columns =
        GetParam().is_sqlite()
            ? "SELECT group_concat(name || ' ' || lower(type), ', ') FROM pragma_table_info('a_source_links')"
            : "SELECT string_agg(column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', "
              "''), "
              "', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = current_schema() "
              "AND table_name = 'a_source_links'";
    const std::string id = GetParam().layout == Layout::compact ? ""
                           : GetParam().is_sqlite()             ? "id integer, "
                                                                : "id bigint, ";
    const std::string key = GetParam().is_sqlite() ? "varchar(36)" : "character varying(36)";
    EXPECT_EQ(scratch.sql(columns).front(), id + "gm2m_src_id bigint, gm2m_ct_id integer, gm2m_pk " + key);
}

// 1.3: managed = false keeps every schema operation away from a table
TEST_P(CreateTablesTest, LeavesUnmanagedTablesAlone) {
    models.model("a.Old").table("old").managed(false).primary_key("id", Kind::integer);
    Database db = open();
    db.create_tables();
    EXPECT_FALSE(has_table("old"));
    scratch.sql("CREATE TABLE old (id integer primary key, extra integer)");
    db.create_tables();
    db.drop_tables();
    EXPECT_TRUE(has_table("old"));
}

// the content type table's name is an option, Django's a preset
TEST_P(CreateTablesTest, NamesTheContentTypeTable) {
    open(DatabaseOptions::django()).create_tables();
    EXPECT_TRUE(has_table("django_content_type"));
    open({.content_type_table = "my types"}).create_tables();
    EXPECT_TRUE(has_table("my types"));
    EXPECT_THROW(open({.content_type_table = ""}), ConfigurationError);
}

TEST_P(CreateTablesTest, KeepsAContentTypeTableThatOthersUse) {
    models.model("a.Mine").primary_key("id", Kind::integer);
    Database db = open();
    db.create_tables();
    db.content_types().get_for_model("a.Mine");
    scratch.sql("INSERT INTO gm2m_content_type (app_label, model) VALUES ('other', 'thing')");
    db.drop_tables();
    EXPECT_FALSE(has_table("a_mine"));
    EXPECT_TRUE(has_table("gm2m_content_type"));
}

// "a cyclic foreign key": with nothing written
TEST_P(CreateTablesTest, RefusesACycleThatNoRowCanEnter) {
    models.model("a.Hen").primary_key("id", Kind::integer).foreign_key("egg", "a.Egg");
    models.model("a.Egg").primary_key("id", Kind::integer).foreign_key("hen", "a.Hen");
    Database db = open_anyway();
    const std::string message = message_of([&] { db.create_tables(); });
    EXPECT_NE(message.find("a.Hen -> a.Egg -> a.Hen"), std::string::npos) << message;
    EXPECT_FALSE(has_table("gm2m_content_type"));
}

TEST_P(CreateTablesTest, BreaksACycleWhereAKeyCanBeNull) {
    models.model("a.Person").primary_key("id", Kind::integer).foreign_key("home", "a.House", {.null = true});
    models.model("a.House").primary_key("id", Kind::integer).foreign_key("owner", "a.Person");
    Database db = open();
    db.create_tables();
    db.create_tables();
    const Object person = db.insert(models["a.Person"].make());
    const Object house = db.insert(models["a.House"].make({{"owner", person.key()}}));
    person.set("home", house.key());
    db.update(person);
    EXPECT_EQ(db.get("a.Person", person.key())["home"], house.key());
    person.set("home", 77);
    EXPECT_THROW(db.update(person), IntegrityError);  // the late constraint is there
    db.drop_tables();
    EXPECT_FALSE(has_table("a_person"));
}

// 1.1: a clear error if something needs a model that is not there yet
TEST_P(CreateTablesTest, NeedsTheModelsThatAreReferredTo) {
    models.model("a.Child").primary_key("id", Kind::integer).foreign_key("parent", "a.Parent");
    Database db = open_anyway();
    EXPECT_EQ(message_of([&] { db.create_tables(); }), "a.Child.parent refers to 'a.Parent', which is not registered");
    EXPECT_FALSE(has_table("a_child"));
    models.model("a.Parent").primary_key("id", Kind::integer);
    EXPECT_NO_THROW(db.create_tables());
}

// DESIGN 5: names that are too long are cut; two of them stay apart
TEST_P(CreateTablesTest, CutsNamesThatAreTooLong) {
    const std::string name = "VeryLong" + std::string(80, 'X');
    models.model("app." + name + "1").primary_key("id", Kind::integer);
    models.model("app." + name + "2").primary_key("id", Kind::integer);
    models.gm2m("app." + name + "1", "links", {.layout = GetParam().layout});
    models.gm2m("app." + name + "1", "other_links", {.layout = GetParam().layout});
    Database db = open();
    db.create_tables();
    const Object one = db.insert(models["app." + name + "1"].make());
    const Object two = db.insert(models["app." + name + "2"].make());
    db.related(one, "links").add(two);
    EXPECT_EQ(db.related(one, "links").count(), 1U);
    EXPECT_EQ(db.related(one, "other_links").count(), 0U);
}

TEST_P(CreateTablesTest, TakesAnyNameForATable) {
    models.model("a.Odd").table("drop \"table\"; --").primary_key("id", Kind::integer).field(
        "name", Kind::text, {.column = "it's a \"name\""});
    Database db = open();
    db.create_tables();
    const Object odd = db.insert(models["a.Odd"].make({{"name", "'); DROP TABLE x; --"}}));
    EXPECT_EQ(db.get("a.Odd", odd.key())["name"], odd["name"]);
}

// several processes may do it at once
TEST_P(CreateTablesTest, IsRaceFree) {
    for (int i = 0; i < 5; ++i)
        models.model("a.Model" + std::to_string(i)).primary_key("id", Kind::integer);
    models.gm2m("a.Model0", "links", {.layout = GetParam().layout});
    std::atomic<int> failures = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&] {
            try {
                open().create_tables();
            } catch (const Error& error) {
                ADD_FAILURE() << error.what();
                ++failures;
            }
        });
    threads.clear();
    EXPECT_EQ(failures, 0);
    EXPECT_TRUE(has_table("a_model0_links"));
}

// 4.2: the links of a target are found by an index of the through model's table, and those of a
// source by another, for each pair of foreign keys that a relation uses, however many relations do.
TEST_P(CreateTablesTest, ReverseIndexesOfThroughModels) {
    models.model("a.Person").primary_key("id", Kind::integer);
    models.model("a.Gift")
        .primary_key("id", Kind::integer)
        .foreign_key("giver", "a.Person")
        .foreign_key("receiver", "a.Person")
        .field("thing_type", Kind::integer)
        .field("thing_key", Kind::text, {.max_length = 16})
        .field("wrap_type", Kind::integer)
        .field("wrap_key", Kind::text, {.max_length = 16})
        .generic_foreign_key("thing", "thing_type", "thing_key")
        .generic_foreign_key("wrap", "wrap_type", "wrap_key");
    const auto relation = [&](const char* name, const char* person, const char* what) {
        models.gm2m("a.Person", name,
                    {.related_name = std::string(name) + "_by", .through = "a.Gift", .through_fields = {person, what}});
    };
    relation("given", "giver", "thing");
    open().create_tables();
    const std::size_t of_one = scratch.index_columns("a_gift").size();
    EXPECT_EQ(scratch.index_columns("a_gift").count("thing_type thing_key giver_id"), 1U);
    EXPECT_EQ(scratch.index_columns("a_gift").count("giver_id thing_type thing_key"), 1U);
    relation("received", "receiver", "thing");
    relation("also_given", "giver", "thing");
    relation("wrapped", "giver", "wrap");
    open().create_tables();
    open().create_tables();  // safe to repeat
    EXPECT_EQ(scratch.index_columns("a_gift").count("thing_type thing_key receiver_id"), 1U);
    EXPECT_EQ(scratch.index_columns("a_gift").count("wrap_type wrap_key giver_id"), 1U);
    EXPECT_EQ(scratch.index_columns("a_gift").size(), of_one + 4);
}

// … and of those that the model declares itself there are no others.
TEST_P(CreateTablesTest, IndexesThatAThroughModelHas) {
    models.model("a.Person").primary_key("id", Kind::integer);
    models.model("a.Gift")
        .primary_key("id", Kind::integer)
        .foreign_key("giver", "a.Person")
        .field("thing_type", Kind::integer)
        .field("thing_key", Kind::text, {.max_length = 16})
        .generic_foreign_key("thing", "thing_type", "thing_key")
        .unique_together({"giver", "thing_type", "thing_key"})
        .index({"thing_type", "thing_key", "giver"});
    models.gm2m("a.Person", "given", {.through = "a.Gift"});
    open().create_tables();
    EXPECT_EQ(scratch.index_columns("a_gift").count("thing_type thing_key giver_id"), 1U);
    EXPECT_EQ(scratch.index_columns("a_gift").count("giver_id thing_type thing_key"), 1U);
}

}  // namespace
}  // namespace gm2m::test
