#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

struct Tag {
    std::string name;
};
struct Entry {
    std::int64_t id{};
    std::string title;
};

/// Entries and their tags, and entries that follow from one another: ordinary many-to-many fields.
struct Shop {
    explicit Shop(const Configuration& configuration)
        : tags(registry.many_to_many("shop.Entry", "tags", "shop.Tag", {.layout = configuration.layout})),
          sequels(registry.many_to_many("shop.Entry", "sequels", "shop.Entry",
                                        {.related_name = "prequels", .layout = configuration.layout})) {
        if (configuration.models == Models::compiled) {
            registry.model<Tag>("shop.Tag").primary_key("name", &Tag::name, {.max_length = 20});
            registry.model<Entry>("shop.Entry").primary_key("id", &Entry::id).field("title", &Entry::title);
        } else {
            registry.model("shop.Tag").primary_key("name", Kind::text, {.max_length = 20});
            registry.model("shop.Entry").primary_key("id", Kind::big_integer).field("title", Kind::text);
        }
    }
    Registry registry;
    ManyToManyField tags, sequels;
};

}  // namespace

class ManyToManyTest : public testing::TestWithParam<Configuration> {
protected:
    ManyToManyTest() {
        db.create_tables();
        for (const char* name : {"old", "new", "red"})
            db.insert(shop.registry["shop.Tag"].make({{"name", name}}));
        for (const char* title : {"A", "B", "C"})
            db.insert(shop.registry["shop.Entry"].make({{"title", title}}));
    }
    Object tag(const char* name) { return db.get("shop.Tag", name); }
    Object entry(int id) { return db.get("shop.Entry", id); }
    static std::string keys(const std::vector<Object>& objects) {
        std::string all;
        for (const Object& object : objects)
            all += (all.empty() ? "" : " ") + object.key().to_string();
        return all;
    }
    static std::size_t size(const Changes& changes) { return changes.added.size() * 10 + changes.removed.size(); }
    std::string found(const Condition& condition) {
        return keys(db.query("shop.Entry").filter(condition).order_by("pk").fetch());
    }

    ScratchDatabase scratch{GetParam().engine};
    Shop shop{GetParam()};
    Database db = Database::open(shop.registry, scratch.url());
};
GM2M_INSTANTIATE(ManyToManyTest, all_configurations);

TEST_P(ManyToManyTest, LinksBothWays) {
    RelatedManager tags = db.related(entry(1), shop.tags);
    EXPECT_EQ(size(tags.add(tag("red"), tag("new"), tag("red"))), 20U);
    EXPECT_EQ(size(tags.add(tag("red"))), 0U);
    EXPECT_EQ(keys(tags.all()), GetParam().layout == Layout::standard ? "red new" : "new red");
    EXPECT_EQ(tags.count(), 2U);
    EXPECT_TRUE(tags.contains(tag("new")));
    EXPECT_FALSE(tags.contains(tag("old")));

    RelatedManager entries = db.related(tag("red"), "entry_set");
    EXPECT_EQ(keys(entries.all()), "1");
    EXPECT_EQ(size(entries.add(entry(3))), 10U);
    EXPECT_TRUE(db.related(entry(3), "tags").contains(tag("red")));
    EXPECT_EQ(size(entries.set(entry(2), entry(3))), 11U);
    EXPECT_EQ(size(entries.remove(entry(3), entry(1))), 1U);
    EXPECT_EQ(keys(entries.all()), "2");
    EXPECT_EQ(entries.clear(), 1U);
    EXPECT_FALSE(entries.exists());
}

TEST_P(ManyToManyTest, SetsAndToggles) {
    RelatedManager tags = db.related(entry(1), shop.tags);
    EXPECT_EQ(size(tags.set(tag("old"), tag("new"))), 20U);
    EXPECT_EQ(size(tags.set(tag("new"), tag("red"))), 11U);
    EXPECT_EQ(size(tags.set(tag("new"), tag("red"))), 0U);
    EXPECT_EQ(size(tags.toggle(tag("new"), tag("old"))), 11U);
    EXPECT_EQ(size(tags.toggle(tag("old"), tag("old"))), 1U);
    EXPECT_EQ(keys(tags.all()), "red");
    EXPECT_EQ(size(tags.set({})), 1U);
    EXPECT_EQ(tags.count(), 0U);
}

// 2.4 to 2.6 at any size: more keys than one statement holds
TEST_P(ManyToManyTest, SplitsStatements) {
    DatabaseOptions options;
    options.keys_per_statement = 2;
    Database narrow = Database::open(shop.registry, scratch.url(), options);
    std::vector<Object> all = narrow.query("shop.Tag").fetch();
    RelatedManager tags = narrow.related(entry(1), shop.tags);
    EXPECT_EQ(size(tags.set(all)), 30U);
    EXPECT_EQ(size(tags.toggle(all)), 3U);
    EXPECT_EQ(size(tags.add(all)), 30U);
    const std::vector<Object> entries = narrow.query("shop.Entry").fetch();
    RelatedManager tagged = narrow.related(tag("red"), "entry_set");
    EXPECT_EQ(size(tagged.set(entries)), 20U);
    EXPECT_EQ(size(tagged.set(entry(1))), 2U);
    narrow.prefetch(entries, "tags");
    EXPECT_EQ(narrow.related(entries[0], "tags").all().size(), 3U);
}

// 5.1, 5.2: many objects, on a server in one statement more, and split; in the order that the few have
TEST_P(ManyToManyTest, ManyCanBePrefetched) {
    std::vector<Object> many;
    for (int i = 0; i < 1100; ++i)
        many.push_back(shop.registry["shop.Entry"].make({{"title", "one of many"}}));
    db.insert_many(many);
    for (const int id : {3, 1, 2})
        db.related(entry(id), shop.sequels).add(std::vector(many.begin() + id, many.end()));
    db.related(many[7], shop.sequels).add(many[5]);
    std::vector<std::string> expected;
    for (const Object& each : many)
        expected.push_back(keys(db.related(each, "prequels").all()));
    for (const std::size_t keys_per_statement : {1'000'000, 500}) {
        DatabaseOptions options;
        options.keys_per_statement = keys_per_statement;
        Database again = Database::open(shop.registry, scratch.url(), options);
        const auto entries = again.query("shop.Entry").filter(F("pk") > 3).order_by("pk").fetch();
        again.prefetch(entries, "prequels");
        again.prefetch(entries, "sequels");
        StatementCounter counter(again);
        for (std::size_t i = 0; i < many.size(); ++i)
            ASSERT_EQ(keys(again.related(entries[i], "prequels").all()), expected[i]) << i;
        EXPECT_EQ(keys(again.related(entries[7], "sequels").all()), many[5].key().to_string());
        EXPECT_EQ(counter.statements(), 0U);
    }
}

TEST_P(ManyToManyTest, RelatesAModelToItself) {
    db.related(entry(1), shop.sequels).add(entry(2), entry(3));
    EXPECT_EQ(keys(db.related(entry(1), "sequels").all()), "2 3");
    EXPECT_EQ(keys(db.related(entry(3), "prequels").all()), "1");
    EXPECT_EQ(keys(db.related(entry(1), "prequels").all()), "");
    EXPECT_EQ(found(F("prequels__title") == "A"), "2 3");
    EXPECT_EQ(found(F("sequels__title") == "B"), "1");
}

// 3.6: lookups go through it in both directions, over several hops, and multiply no rows
TEST_P(ManyToManyTest, CanBeLookedUpThrough) {
    db.related(entry(1), "tags").add(tag("red"), tag("old"));
    db.related(entry(2), "tags").add(tag("red"));
    EXPECT_EQ(found(F("tags__name").in({"red", "old"})), "1 2");
    EXPECT_EQ(found(F("tags") == tag("old")), "1");
    EXPECT_EQ(found(F("tags") == "old"), "1");
    EXPECT_EQ(found(F("tags").isnull()), "3");
    EXPECT_EQ(found(F("tags__name").startswith("r") && F("tags__name").endswith("ld")), "");
    EXPECT_EQ(keys(db.query("shop.Entry").filter(F("tags__name") == "red").filter(F("tags__name") == "old").fetch()),
              "1");
    EXPECT_EQ(found(F("tags__name") != "old"), "2 3");
    EXPECT_EQ(keys(db.query("shop.Tag").filter(F("entry__title") == "B").fetch()), "red");
    EXPECT_EQ(keys(db.query("shop.Tag").filter(F("entry__tags__name") == "old").order_by("pk").fetch()), "old red");
    EXPECT_EQ(keys(db.query("shop.Entry").annotate("n", Count("tags")).order_by("-n", "pk").fetch()), "1 2 3");
    EXPECT_EQ(keys(db.query("shop.Entry").annotate("n", Count("tags")).filter(F("n") > 1).fetch()), "1");
    EXPECT_THROW(db.query("shop.Entry").filter(F("tag__name") == "x").count(), UnknownField);
}

// 5.1, 5.2: prefetched in 2 statements, either way
TEST_P(ManyToManyTest, CanBePrefetched) {
    db.related(entry(1), "tags").add(tag("red"), tag("old"));
    db.related(entry(2), "tags").add(tag("red"));
    StatementCounter counter(db);
    const auto entries = db.query("shop.Entry").prefetch(Prefetch(shop.tags).then("entry_set")).order_by("pk").fetch();
    EXPECT_EQ(counter.statements(), 3U);
    counter.reset();
    EXPECT_EQ(db.related(entries[0], shop.tags).all().size(), 2U);
    EXPECT_EQ(db.related(entries[2], shop.tags).all().size(), 0U);
    const Object red = db.related(entries[1], shop.tags).all().front();
    EXPECT_EQ(keys(db.related(red, "entry_set").all()), "1 2");
    EXPECT_EQ(counter.statements(), 0U);
    db.related(entries[0], shop.tags).add(tag("new"));
    EXPECT_EQ(db.related(entries[0], shop.tags).all().size(), 3U);
}

TEST_P(ManyToManyTest, GoesWithItsObjects) {
    db.related(entry(1), "tags").add(tag("red"), tag("old"));
    db.related(entry(1), "sequels").add(entry(2));
    db.related(entry(3), "sequels").add(entry(1));
    EXPECT_EQ(db.remove(entry(1)).links, 4U);
    EXPECT_EQ(db.related(entry(3), "sequels").count(), 0U);
    db.drop_tables();
    db.create_tables();
}

// 4.1: the join table as a model, found by the field alone
TEST_P(ManyToManyTest, HasAJoinModel) {
    db.related(entry(1), "tags").add(tag("red"), tag("old"));
    db.related(entry(2), "tags").add(tag("red"));
    const Model& links = shop.tags.join_model();
    EXPECT_EQ(links.label(), "shop.Entry_tags");
    EXPECT_EQ(db.query("shop.Entry_tags").filter(F("tag") == "red").count(), 2U);
    EXPECT_EQ(db.query(links.label()).filter(F("entry__title") == "A", F("tag__name").startswith("o")).count(), 1U);
    const auto groups = db.query(links.label()).order_by("-n").limit(1).group({F("tag")}, {{"n", Count("entry")}});
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0]["tag"], Value("red"));
    EXPECT_EQ(groups[0]["n"], Value(2));
    EXPECT_THROW(db.insert(links.make({{"entry", 3}, {"tag", "red"}})), ObjectError);
    EXPECT_THROW(db.query(links.label()).update({{"tag", "new"}}), ObjectError);
}

// A table that somebody else made, with names of its own.
TEST_P(ManyToManyTest, FitsATableThatIsThere) {
    Registry models;
    models.model<Tag>("shop.Tag").primary_key("name", &Tag::name, {.max_length = 20});
    models.model<Entry>("shop.Entry").primary_key("id", &Entry::id).field("title", &Entry::title);
    const ManyToManyField labels = models.many_to_many(
        "shop.Entry", "labels", "shop.Tag",
        {.db_table = "shop_entry_tags",
         .source_column = "entry_id",
         .target_column = "tag_id",
         .layout = GetParam().layout,
         .managed = false});
    db.related(entry(1), "tags").add(tag("red"));
    Database other = Database::open(models, scratch.url());
    EXPECT_EQ(keys(other.related(other.get<Entry>(1), labels).all()), "red");

    // 1.3: what is not managed stays
    models.gm2m("shop.Entry", "likes", {.managed = false});
    other.create_tables();
    EXPECT_THROW(other.related(other.get<Entry>(1), "likes").count(), DatabaseError);
    scratch.sql("DROP TABLE shop_entry_sequels");
    EXPECT_THROW(other.drop_tables(), DatabaseError);  // the join table still refers to the entries
    EXPECT_EQ(db.related(entry(1), "tags").count(), 1U);
}

// Rows of such a table that lead nowhere
TEST_P(ManyToManyTest, SkipsRowsThatAreNoLinks) {
    scratch.sql("CREATE TABLE labelled (id integer, entry bigint, tag varchar(20))");
    scratch.sql(
        "INSERT INTO labelled VALUES (1, 1, 'red'), (2, 1, NULL), (3, NULL, 'red'), (4, 1, 'gone'), (5, 2, 'red')");
    Registry models;
    models.model<Tag>("shop.Tag").primary_key("name", &Tag::name, {.max_length = 20});
    models.model<Entry>("shop.Entry").primary_key("id", &Entry::id).field("title", &Entry::title);
    models.many_to_many("shop.Entry", "labels", "shop.Tag",
                        {.db_table = "labelled",
                         .source_column = "entry",
                         .target_column = "tag",
                         .layout = GetParam().layout,
                         .managed = false});
    Database other = Database::open(models, scratch.url());
    const auto entries =
        other.query("shop.Entry").order_by("pk").prefetch(Prefetch("labels").then("entry_set")).fetch();
    EXPECT_EQ(keys(other.related(entries[0], "labels").all()), "red");
    EXPECT_EQ(keys(other.related(entries[1], "labels").all()), "red");
    const Object red = other.related(entries[0], "labels").all().front();
    EXPECT_EQ(keys(other.related(red, "entry_set").all()), "1 2");
}

// Columns of domains, which a list of their values calls by another type
TEST_P(ManyToManyTest, ReadsTheReverseSideOfDomains) {
    if (GetParam().is_sqlite())
        return;
    for (const auto& [kind, type, value] :
         {std::tuple(Kind::date, "date", "2026-02-28"), std::tuple(Kind::integer, "integer", "7"),
          std::tuple(Kind::uuid, "uuid", "00000000-0000-0000-0000-000000000007"),
          std::tuple(Kind::text, "varchar(9)", "seven")}) {
        scratch.sql(std::string("CREATE DOMAIN of_target AS ") + type);
        scratch.sql("CREATE TABLE listed (entry bigint, target of_target)");
        scratch.sql(std::string("CREATE TABLE shop_target (key ") + type + ")");
        scratch.sql(std::string("INSERT INTO shop_target VALUES ('") + value + "')");
        scratch.sql(std::string("INSERT INTO listed VALUES (2, '") + value + "'), (1, '" + value + "')");
        Registry models;
        models.model("shop.Target").primary_key("key", kind).managed(false);
        models.model<Entry>("shop.Entry").primary_key("id", &Entry::id).field("title", &Entry::title);
        models.many_to_many("shop.Entry", "targets", "shop.Target",
                            {.db_table = "listed",
                             .source_column = "entry",
                             .target_column = "target",
                             .layout = Layout::compact,
                             .managed = false});
        Database other = Database::open(models, scratch.url());
        const auto targets = other.query("shop.Target").prefetch("entry_set").fetch();
        EXPECT_EQ(keys(other.related(targets[0], "entry_set").all()), "1 2") << type;
        scratch.sql("DROP TABLE listed");
        scratch.sql("DROP TABLE shop_target");
        scratch.sql("DROP DOMAIN of_target");
    }
}

// 2.12: where the database does not see to it that both sides are there, the library does so for the target.
TEST_P(ManyToManyTest, RefusesTargetsThatAreNotThere) {
    Registry models;
    models.model("shop.Tag").primary_key("name", Kind::text, {.max_length = 20});
    models.model("shop.Entry").primary_key("id", Kind::big_integer).field("title", Kind::text);
    const ManyToManyField labels =
        models.many_to_many("shop.Entry", "labels", "shop.Tag", {.db_constraint = false, .layout = GetParam().layout});
    const Reference red{&models["shop.Tag"], "red"}, gone{&models["shop.Tag"], "gone"}, first{&models["shop.Entry"], 1},
        second{&models["shop.Entry"], 2};
    for (const std::size_t keys_per_statement : {1'000, 1}) {
        DatabaseOptions options;
        options.keys_per_statement = keys_per_statement;
        Database loose = Database::open(models, scratch.url(), options);
        loose.create_tables();
        const auto refused = [&](const std::string& said, auto write) {
            try {
                write();
                ADD_FAILURE() << "nothing was missed";
            } catch (const IntegrityError& error) {
                EXPECT_EQ(error.constraint(), IntegrityError::Constraint::foreign_key);
                EXPECT_NE(std::string(error.what()).find(said), std::string::npos) << error.what();
            }
            EXPECT_EQ(scratch.sql("SELECT count(*) FROM shop_entry_labels").front(), "0");
        };
        const RelatedManager mine = loose.related(first, labels), entries = loose.related(gone, "entry_set");
        refused("shop.Tag:gone does not exist", [&] { mine.add(gone); });
        refused("one of the 2 objects of shop.Tag", [&] { mine.add(red, gone); });
        refused("one of the 2 objects of shop.Tag", [&] { mine.set(gone, red); });
        refused("one of the 2 objects of shop.Tag", [&] { mine.toggle(red, gone); });
        refused("shop.Tag:gone does not exist", [&] { entries.add(first); });
        refused("shop.Tag:gone does not exist", [&] { entries.set(first, second); });
        refused("shop.Tag:gone does not exist", [&] { entries.toggle(second); });
        EXPECT_EQ(size(mine.add(red, red)), 10U);
        EXPECT_EQ(size(loose.related(red, "entry_set").toggle(first, second)), 11U);
        EXPECT_EQ(size(loose.related(red, "entry_set").set(first)), 11U);
        EXPECT_EQ(size(mine.set({})), 1U);
    }
    scratch.sql("DROP TABLE shop_entry_labels");
}

TEST_P(ManyToManyTest, RefusesWhatDoesNotFit) {
    EXPECT_THROW(db.related(entry(1), "tags").add(entry(2)), WrongModel);
    EXPECT_THROW(db.related(tag("red"), shop.tags), WrongModel);
    EXPECT_THROW(db.related(entry(1), "tags").add(shop.registry["shop.Tag"].make()), UnsavedObject);
    EXPECT_THROW(db.related(entry(1), "tgas"), NoReverseRelation);
    EXPECT_THROW(shop.registry.many_to_many("shop.Entry", "x", "Tag"), ConfigurationError);
    EXPECT_THROW(db.related(tag("red"), "entry_set").where("shop.Tag").count(), WrongModel);
}

}  // namespace gm2m::test
