#include "inheritance/zoo.hpp"

namespace gm2m::test {
namespace {

/// 8.1: the fields and relations of an abstract model go to each child, every child with its own join table.
class AbstractTest : public ZooTest {};
GM2M_INSTANTIATE(AbstractTest, all_configurations);

TEST_P(AbstractTest, ItsFieldsAreItsChildrens) {
    const Model& named = zoo.models["zoo.Named"];
    EXPECT_TRUE(named.is_abstract());
    for (const Model* model : zoo.models.models())
        EXPECT_FALSE(model->is_abstract());
    const Field& name = zoo.models["zoo.Keeper"].field("name");
    EXPECT_EQ(&name.table_model(), &zoo.models["zoo.Keeper"]);
    EXPECT_FALSE(name.is_inherited());
    EXPECT_EQ(name.options().max_length, 40U);
    EXPECT_EQ(zoo.models["zoo.Place"].primary_key().name(), "code");
    const Object ann = keeper("Ann");
    EXPECT_EQ(db.get("zoo.Keeper", ann.key())["name"], Value("Ann"));
    EXPECT_EQ(scratch.sql("SELECT name FROM zoo_keeper"), std::vector<std::string>{"Ann"});
    EXPECT_THROW(keeper(std::string(41, 'x').c_str()), InvalidValue);
    if (GetParam().models == Models::compiled) {
        EXPECT_EQ(db.query<Keeper>().filter(F(&Named::name) == "Ann").get()->id, 1);
    }
}

TEST_P(AbstractTest, NoObjectIsOne) {
    EXPECT_THROW(zoo.models["zoo.Named"].make(), ConfigurationError);
    EXPECT_THROW(db.query("zoo.Named").fetch(), ConfigurationError);
    EXPECT_THROW(db.get("zoo.Named", 1), ConfigurationError);
    EXPECT_THROW(db.remove(Reference{&zoo.models["zoo.Named"], Value(1)}), ConfigurationError);
    EXPECT_THROW(db.remove(db.query("zoo.Named")), ConfigurationError);
    EXPECT_THROW(db.content_types().get_for_model("zoo.Named"), ConfigurationError);
}

TEST_P(AbstractTest, EachChildHasItsOwnRelation) {
    const auto mine = zoo.models.find_gm2m_field(zoo.models["zoo.Keeper"], "links");
    ASSERT_TRUE(mine);
    EXPECT_EQ(mine->table(), "zoo_keeper_links");
    EXPECT_EQ(mine->accessor_name(), "keeper_links");
    EXPECT_EQ(mine->join_model().label(), "zoo.Keeper_links");
    for (const GM2MField& field : zoo.models.gm2m_fields())
        EXPECT_NE(field, zoo.links);

    const Object ann = keeper("Ann"), hut = place("hut"), rex = dog("Rex"), tom = cat("Tom");
    db.related(ann, zoo.links).add(rex, hut);
    db.related(hut, zoo.links).add(rex);
    EXPECT_EQ(names(db.related(ann, zoo.links).all()), "zoo.Dog:1 zoo.Place:hut");
    EXPECT_EQ(names(db.related(ann, "links").all()), "zoo.Dog:1 zoo.Place:hut");
    EXPECT_EQ(names(db.related(hut, *zoo.models.find_gm2m_field(hut.model(), "links")).all()), "zoo.Dog:1");
    EXPECT_EQ(count_of("zoo_keeper_links") + count_of("zoo_place_links"), "21");
    EXPECT_EQ(names(db.related(rex, "keeper_links").all()), "zoo.Keeper:1");
    EXPECT_EQ(names(db.related(rex, "place_links").all()), "zoo.Place:hut");
    EXPECT_EQ(list(db.query("zoo.Keeper").filter(F("links__dog__name") == "Rex").fetch(), "name"), "Ann");
    EXPECT_EQ(list(db.query("zoo.Dog").filter(F("place_links__name") == "hut").fetch(), "name"), "Rex");
    EXPECT_THROW(db.related(rex, zoo.links), WrongModel);
    EXPECT_THROW(db.related(ann, *zoo.models.find_gm2m_field(hut.model(), "links")), WrongModel);

    // Prefetched of both by the one declaration
    std::vector<Object> both{db.get("zoo.Keeper", ann.key()), db.get("zoo.Place", hut.key())};
    db.prefetch(both, zoo.links);
    StatementCounter counter(db);
    EXPECT_EQ(names(db.related(both[0], zoo.links).all()) + ", " + names(db.related(both[1], zoo.links).all()),
              "zoo.Dog:1 zoo.Place:hut, zoo.Dog:1");
    EXPECT_EQ(counter.statements(), 0U);

    // Each goes with its own object.
    EXPECT_EQ(db.remove(hut).by_relation, (std::vector<FieldCount>{{"zoo.Keeper.links", 1}, {"zoo.Place.links", 1}}));
    EXPECT_EQ(db.remove(rex).by_relation, (std::vector<FieldCount>{{"zoo.Keeper.links", 1}}));
    (void)tom;
}

TEST_P(AbstractTest, AReceiverOfItsRelationHearsOfAll) {
    std::string heard;
    zoo.links.signals().added.connect(
        [&](const LinkChange& change) { heard += change.relation + " " + std::to_string(change.count) + "; "; });
    zoo.links.deleting().connect([&](const Deleting&) {
        heard += "cascade has no signal";
        return false;
    });
    db.related(keeper("Ann"), zoo.links).add(dog("Rex"), cat("Tom"));
    db.related(place("hut"), zoo.links).add(dog("Max"));
    EXPECT_EQ(heard, "zoo.Keeper.links 2; zoo.Place.links 1; ");
}

TEST(AbstractDeclarationTest, WhicheverIsDeclaredFirst) {
    Registry models;
    const GM2MField before = models.gm2m("app.Base", "before", {.related_name = "%(app_label)s_%(class)s_before+"});
    models.model("app.Base")
        .primary_key("id", Kind::big_integer)
        .foreign_key("owner", "app.Owner", {.related_name = "%(class)ss"})
        .abstract();
    models.model("app.Middle").abstract().inherits("app.Base").index({"owner"});
    models.model("app.Left").inherits("app.Middle");
    const GM2MField between = models.gm2m("app.Base", "between");
    models.model("app.Right").inherits("app.Middle").field("more", Kind::text);
    const ManyToManyField after =
        models.many_to_many("app.Middle", "after", "app.Left", {.db_table = "%(class)s_after"});
    models.model("app.Owner").primary_key("code", Kind::text);
    const auto relations = [&](const char* label) {
        std::string all;
        for (const GM2MField& field : models.gm2m_fields(models[label]))
            all += field.name() + " " + field.table() +
                   (field.is_hidden() ? " hidden; " : " " + field.accessor_name() + "; ");
        return all;
    };
    EXPECT_EQ(relations("app.Left"), "before app_left_before hidden; between app_left_between left_set; ");
    EXPECT_EQ(relations("app.Right"), "before app_right_before hidden; between app_right_between right_set; ");
    EXPECT_EQ(relations("app.Middle"), "");
    EXPECT_EQ(models.gm2m_fields().size(), 4U);
    ASSERT_EQ(models.many_to_many_fields().size(), 2U);
    EXPECT_EQ(models.many_to_many_fields()[1].join_model().table(), "right_after");
    EXPECT_EQ(models["app.Right"].field("owner").kind(), Kind::text);
    EXPECT_EQ(models["app.Left"].indexes().size(), 1U);
    EXPECT_EQ(models.find_many_to_many_field(models["app.Left"], "after")->target().label(), "app.Left");
    // The foreign keys' reverse names are each child's own.
    Database db = Database::open(models, "sqlite3://:memory:");
    db.create_tables();
    (void)db.insert(models["app.Owner"].make({{"code", "ann"}}));
    (void)db.insert(models["app.Left"].make({{"owner", "ann"}}));
    EXPECT_EQ(db.query("app.Owner").filter(F("lefts__id") == 1).count(), 1U);
    EXPECT_EQ(db.query("app.Owner").filter(F("rights__id") == 1).count(), 0U);
    EXPECT_THROW(db.query("app.Owner").filter(F("bases__id") == 1).count(), UnknownField);
    // What the declaration is told later, its expansions are told too.
    between.add_relation("app.Owner", LinkPolicy::protect);
    for (const GM2MField& field : models.gm2m_fields())
        if (field.name() == "between") {
            EXPECT_EQ(field.target_policy(models["app.Owner"]), LinkPolicy::protect);
        }
    (void)before;
    (void)after;
}

// The order is taken over, and can be another.
TEST(AbstractDeclarationTest, Ordering) {
    Registry models;
    models.model("app.Base").abstract().primary_key("id", Kind::integer).field("name", Kind::text).ordering({"-name"});
    models.model("app.Left").inherits("app.Base");
    models.model("app.Right").inherits("app.Base").ordering({"id"});
    models.model("app.Other").proxy("app.Left");
    EXPECT_EQ(models["app.Left"].ordering(), std::vector<std::string>{"-name"});
    EXPECT_EQ(models["app.Right"].ordering(), std::vector<std::string>{"id"});
    EXPECT_EQ(models["app.Other"].ordering(), std::vector<std::string>{"-name"});
}

std::string message_of(const std::function<void(Registry&)>& declare) {
    Registry models;
    models.model("app.Base").abstract().primary_key("id", Kind::big_integer).field("name", Kind::text);
    models.model("app.Parent").primary_key("id", Kind::big_integer).field("title", Kind::text);
    try {
        declare(models);
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return to_string(check(models));
}

TEST(AbstractDeclarationTest, MistakesAreErrorsThatNameWhatIsWrong) {
    const auto contains = [](const std::string& message, std::initializer_list<const char*> parts) {
        for (const char* part : parts)
            EXPECT_NE(message.find(part), std::string::npos) << message;
    };
    contains(message_of([](Registry& models) { models.model("app.A").inherits("app.Late"); }),
             {"app.A", "app.Late", "declare parents before"});
    struct Unmapped {};
    struct Child : Unmapped {};
    contains(message_of([](Registry& models) { models.model<Child>("app.A").inherits<Unmapped>(); }),
             {"app.A", "Unmapped"});
    contains(message_of([](Registry& models) { models.model("app.A").field("name", Kind::text).inherits("app.Base"); }),
             {"two fields called 'name'", "app.A", "app.Base"});
    contains(message_of([](Registry& models) { models.model("app.A").inherits("app.Base").field("name", Kind::text); }),
             {"app.A.name", "inherits a field of this name from app.Base"});
    contains(message_of([](Registry& models) {
                 models.model("app.A").abstract().inherits("app.Base");
                 models.model("app.B").abstract().inherits("app.Base");
                 models.model("app.C").inherits("app.A").inherits("app.B");
             }),
             {"app.C has two fields called 'id'", "app.B"});
    contains(message_of([](Registry& models) {
                 models.model("app.Other").primary_key("key", Kind::text);
                 models.model("app.A").inherits("app.Parent").inherits("app.Other");
             }),
             {"app.A has two parents with tables", "app.Parent", "app.Other"});
    contains(message_of(
                 [](Registry& models) { models.model("app.A").inherits("app.Parent").primary_key("key", Kind::text); }),
             {"app.A.key", "'parent_ptr' is the primary key already"});
    contains(message_of([](Registry& models) { models.model("app.A").abstract().inherits("app.Parent"); }),
             {"app.A is abstract"});
    contains(message_of([](Registry& models) { models.model("app.A").inherits("app.Parent").abstract(); }),
             {"app.A cannot be abstract", "app.Parent"});
    contains(message_of([](Registry& models) { models.model("app.A").inherits("app.A"); }), {"inherit itself"});
    contains(message_of([](Registry& models) {
                 auto parent = models.model("app.P");
                 parent.primary_key("id", Kind::integer);
                 models.model("app.A").inherits("app.P");
                 parent.field("late", Kind::text);
             }),
             {"app.A inherits app.P already"});
    contains(message_of([](Registry& models) {
                 models.model("app.A").inherits("app.Parent").field("x", Kind::text).unique_together({"x", "title"});
             }),
             {"'title'", "table of app.Parent"});
    contains(message_of([](Registry& models) { models.model("app.A").proxy("app.Base"); }),
             {"cannot be a proxy of app.Base"});
    contains(message_of([](Registry& models) { models.model("app.A").proxy("app.Parent").field("x", Kind::text); }),
             {"app.A is a proxy of app.Parent", "'x'"});
    contains(message_of([](Registry& models) { models.model("app.A").proxy("app.Parent").unique_together({"title"}); }),
             {"app.A is a proxy of app.Parent", "index"});
    contains(message_of([](Registry& models) { models.model("app.A").proxy("app.Parent").table("other"); }),
             {"app.A is a proxy of app.Parent", "table"});
    contains(message_of([](Registry& models) {
                 models.model("app.A").proxy("app.Parent");
                 models.gm2m("app.A", "things");
             }),
             {"app.A.things", "app.Parent"});
    contains(message_of([](Registry& models) {
                 models.gm2m("app.A", "things");
                 models.model("app.A").proxy("app.Parent");
             }),
             {"app.A cannot be a proxy of app.Parent", "relations of its own"});
    contains(message_of([](Registry& models) { models.model("app.A").table("other").proxy("app.Parent"); }),
             {"app.A cannot be a proxy of app.Parent", "a table", "of its own"});
    contains(message_of([](Registry& models) { models.model("app.A").managed(false).proxy("app.Parent"); }),
             {"app.A cannot be a proxy of app.Parent", "managed"});
    contains(message_of([](Registry& models) { models.model("app.A").proxy("app.Parent").managed(true); }),
             {"app.A is a proxy of app.Parent", "table"});
    contains(message_of([](Registry& models) { models.model("app.A").index({"title"}).proxy("app.Parent"); }),
             {"app.A cannot be a proxy of app.Parent", "indexes of its own"});
    contains(message_of([](Registry& models) { models.model("app.A").swappable("S").proxy("app.Parent"); }),
             {"app.A cannot be a proxy of app.Parent", "a setting"});
    contains(message_of([](Registry& models) { models.model("app.A").proxy("app.Parent").swappable("S"); }),
             {"app.A is a proxy of app.Parent", "swapped together with it"});
    contains(message_of([](Registry& models) { models.model("app.A").inherits("app.Parent").proxy("app.Parent"); }),
             {"app.A cannot be a proxy of app.Parent", "it inherits app.Parent"});
    contains(message_of([](Registry& models) { models.model("app.A").abstract().proxy("app.Parent"); }),
             {"app.A cannot be a proxy of app.Parent", "it is abstract"});
    contains(message_of([](Registry& models) { models.model("app.A").proxy("app.Parent").proxy("app.Parent"); }),
             {"app.A cannot be a proxy of app.Parent", "one of app.Parent already"});
    contains(message_of([](Registry& models) {
                 models.gm2m("app.Base", "things", {.db_table = "things"});
                 models.model("app.A").inherits("app.Base");
             }),
             {"app.Base.things", "%(class)s", "'things'"});
    contains(message_of([](Registry& models) {
                 models.model("app.A").inherits("app.Parent");
                 models.gm2m("app.Parent", "things");
                 models.gm2m("app.A", "things");
             }),
             {"app.A.things and app.Parent.things", "objects of app.A would have both"});
    contains(message_of([](Registry& models) {
                 models.model("app.A").primary_key("id", Kind::integer).foreign_key("base", "app.Base");
                 (void)models["app.A"].make();
             }),
             {"app.Base, to which app.A.base refers, is abstract"});
}

TEST(AbstractDeclarationTest, EachDeclarationChangesTheGeneration) {
    Registry models;
    std::size_t last = models.generation();
    const auto changes = [&](auto&& declare) {
        declare();
        const bool changed = models.generation() != last;
        last = models.generation();
        return changed;
    };
    auto base = models.model("app.Base");
    base.primary_key("id", Kind::big_integer);
    EXPECT_TRUE(changes([&] { base.abstract(); }));
    auto child = models.model("app.Child"), grandchild = models.model("app.Grandchild"),
         proxy = models.model("app.Proxy");
    EXPECT_TRUE(changes([&] { child.inherits("app.Base"); }));
    EXPECT_TRUE(changes([&] { grandchild.inherits("app.Child"); }));
    EXPECT_TRUE(changes([&] { proxy.proxy("app.Child"); }));
    EXPECT_TRUE(changes([&] { child.swappable("CHILD"); }));
    EXPECT_TRUE(changes([&] { models.swap("CHILD", "app.Other"); }));
}

}  // namespace
}  // namespace gm2m::test
