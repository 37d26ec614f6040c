#include <algorithm>

#include "inheritance/zoo.hpp"

namespace gm2m::test {
namespace {

/// 6.5, 8.1: a child goes with its parent's row, a parent with its children's, and each with what depends on either.
class ChildDeletionTest : public ZooTest {
protected:
    std::string left() {
        std::string all;
        for (const char* table :
             {"zoo_animal", "zoo_dog", "zoo_puppy", "zoo_cat", "zoo_visitor_sights", "zoo_animal_toys"})
            all += count_of(table);
        return all;
    }
    /// Links to a puppy as what it is and as what its parents are, and of it.
    void link(const Object& tiny) {
        const RelatedManager seen = db.related(visitor("Ann"), zoo.sights);
        seen.add(tiny, as("zoo.Dog", tiny), as("zoo.Animal", tiny));
        db.related(tiny, zoo.toys).add(db.find("zoo.Place", "hut") ? db.get("zoo.Place", "hut") : place("hut"));
    }
};
GM2M_INSTANTIATE(ChildDeletionTest, all_configurations);

TEST_P(ChildDeletionTest, WithTheRowsAndTheLinksOfItsParentsAndChildren) {
    const Object kaa = animal("Kaa");
    for (const char* label : {"zoo.Puppy", "zoo.Dog", "zoo.Animal"}) {
        const Object tiny = puppy("Tiny");
        link(tiny);
        const Object going = as(label, tiny);
        const DeletionPlan plan = db.explain_remove(going);
        EXPECT_EQ(rows(plan.would), "zoo.Animal 1, zoo.Dog 1, zoo.Puppy 1");
        EXPECT_EQ(plan.would.links, 4U);
        EXPECT_EQ(left(), "211031");
        const Deleted deleted = db.remove(going);
        EXPECT_EQ(rows(deleted), rows(plan.would));
        EXPECT_EQ(deleted.links, 4U);
        EXPECT_EQ(left(), "100000") << label;
    }
    EXPECT_EQ(as("zoo.Animal", kaa)["name"], Value("Kaa"));
}

TEST_P(ChildDeletionTest, ByQueriesAndLists) {
    std::vector<Object> puppies;
    for (int i = 0; i < 5; ++i) {
        puppies.push_back(puppy(("p" + std::to_string(i)).c_str()));
        link(puppies.back());
    }
    (void)dog("Rex");
    (void)cat("Tom");
    StatementCounter counter(db);
    EXPECT_EQ(rows(db.explain_remove(db.query("zoo.Dog").filter(F("name").startswith("p"))).would),
              "zoo.Animal 5, zoo.Dog 5, zoo.Puppy 5");
    EXPECT_EQ(rows(db.remove(db.query("zoo.Dog").filter(F("name").startswith("p"), F("name") != "p4"))),
              "zoo.Animal 4, zoo.Dog 4, zoo.Puppy 4");
    EXPECT_EQ(left(), "321131");
    EXPECT_EQ(rows(db.remove(db.query("zoo.Puppy").limit(1))), "zoo.Animal 1, zoo.Dog 1, zoo.Puppy 1");
    EXPECT_EQ(rows(db.remove(puppies)), "");  // gone by then
    (void)puppy("Tiny");
    counter.reset();
    EXPECT_EQ(rows(db.remove(db.query("zoo.Animal"))), "zoo.Animal 3, zoo.Cat 1, zoo.Dog 2, zoo.Puppy 1");
    EXPECT_EQ(left(), "000000");
}

TEST_P(ChildDeletionTest, InABoundedNumberOfStatements) {
    const auto statements_for = [&](int count) {
        std::vector<Object> dogs;
        for (int i = 0; i < count; ++i)
            dogs.push_back(zoo.models["zoo.Dog"].make({{"name", "d"}, {"breed", "?"}, {"weight", 1}}));
        db.insert_many(dogs);
        StatementCounter counter(db);
        EXPECT_EQ(db.remove(dogs).rows, 2U * static_cast<std::size_t>(count));
        return counter.statements();
    };
    (void)statements_for(2);  // looks for the content types
    const std::size_t few = statements_for(2);
    EXPECT_EQ(statements_for(40), few);
    EXPECT_LE(few, 40U);
}

TEST_P(ChildDeletionTest, OfWhatIsNotThereTakesNothing) {
    const Object kaa = animal("Kaa"), tom = cat("Tom");
    // An animal with that key is no dog.
    EXPECT_EQ(db.remove(Reference{&zoo.models["zoo.Dog"], kaa.key()}).rows, 0U);
    EXPECT_EQ(db.remove(Reference{&zoo.models["zoo.Puppy"], tom.key()}).rows, 0U);
    EXPECT_EQ(left(), "200100");
    EXPECT_EQ(rows(db.remove(tom, Reference{&zoo.models["zoo.Dog"], kaa.key()})), "zoo.Animal 1, zoo.Cat 1");
}

TEST_P(ChildDeletionTest, WithWhatRefersToEither) {
    const Object ann = keeper("Ann"), rex = dog("Rex"), bob = visitor("Bob");
    rex.set("keeper", ann.key());
    db.update(rex);
    bob.set("favourite", rex.key());
    db.update(bob);
    db.related(bob, zoo.walks).add(rex);
    db.related(bob, zoo.sights).add(rex, as("zoo.Animal", rex));
    // The keeper's animals go with him, and so do those that are dogs, as what they are.
    const Deleted deleted = db.remove(ann);
    EXPECT_EQ(rows(deleted), "zoo.Animal 1, zoo.Dog 1, zoo.Keeper 1");
    EXPECT_EQ(deleted.by_foreign_key, (std::vector<FieldCount>{{"zoo.Visitor.favourite", 1}}));
    EXPECT_EQ(deleted.links, 3U);
    EXPECT_TRUE(db.get("zoo.Visitor", bob.key())["favourite"].is_null());
    EXPECT_EQ(left(), "000000");
}

// The foreign key is the child's own: what it leads to takes the rows of the parent too.
TEST_P(ChildDeletionTest, FoundByAForeignKeyOfItsOwn) {
    Registry models;
    models.model("x.Owner").primary_key("id", Kind::big_integer);
    models.model("x.Parent").primary_key("id", Kind::big_integer);
    models.model("x.Child")
        .inherits("x.Parent")
        .foreign_key("owner", "x.Owner", {.on_delete = ForeignKeyPolicy::cascade});
    const GM2MField likes = models.gm2m("x.Owner", "likes", {.layout = GetParam().layout});
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    const Object owner = other.insert(models["x.Owner"].make()), fan = other.insert(models["x.Owner"].make());
    const Object child = other.insert(models["x.Child"].make({{"owner", owner.key()}}));
    other.related(fan, likes).add(child, Reference{&models["x.Parent"], child.key()});
    const Deleted deleted = other.remove(owner);
    EXPECT_EQ(rows(deleted), "x.Child 1, x.Owner 1, x.Parent 1");
    EXPECT_EQ(deleted.links, 2U);
    EXPECT_EQ(count_of("x_parent") + count_of("x_owner_likes"), "00");
}

// 6.5: the rows of both tables refer to others of the same, and go in several statements: what refers goes first.
TEST_P(ChildDeletionTest, TiedToThemselvesInMoreRowsThanOneStatementTakes) {
    Registry models;
    models.model("x.Person")
        .primary_key("id", Kind::big_integer)
        .foreign_key("elder", "x.Person", {.on_delete = ForeignKeyPolicy::cascade, .related_name = "younger"});
    models.model("x.Member")
        .inherits("x.Person")
        .foreign_key("sponsor", "x.Member", {.on_delete = ForeignKeyPolicy::cascade, .related_name = "sponsored"})
        .foreign_key("friend", "x.Member",
                     {.null = true, .on_delete = ForeignKeyPolicy::cascade, .related_name = "friends"});
    const GM2MField likes = models.gm2m("x.Person", "likes", {.layout = GetParam().layout});
    DatabaseOptions options;
    options.keys_per_statement = 3;
    Database other = Database::open(models, scratch.url(), options);
    other.create_tables();
    const auto fill = [&] {
        Value before = 7;
        for (int i = 1; i <= 10; ++i) {
            const Value key = i * 7 % 11;  // 7 3 10 6 2 9 5 1 8 4
            other.insert(models["x.Member"].make({{"id", key}, {"elder", before}, {"sponsor", before}}));
            before = key;
        }
        other.query("x.Member").update({{"friend", 4}});
        other.insert(models["x.Person"].make({{"id", 11}, {"elder", 7}}));
        other.related(Reference{&models["x.Member"], 4}, likes).add(other.query("x.Member").fetch());
    };
    const std::string members = "x.Member 10, x.Person 11";
    fill();
    EXPECT_EQ(rows(other.explain_remove(other.query("x.Member")).would), members);
    const Deleted by_query = other.remove(other.query("x.Member"));
    EXPECT_EQ(rows(by_query), members);
    EXPECT_EQ(by_query.links, 10U);
    fill();
    EXPECT_EQ(rows(other.remove(other.query("x.Person").filter(F("id") < 11))), members);
    fill();
    EXPECT_EQ(rows(other.remove(other.query("x.Member").order_by("-pk").fetch())), members);
    fill();
    EXPECT_EQ(rows(other.remove(Reference{&models["x.Person"], 7})), members);  // the first sponsor of all
    fill();
    other.query("x.Member").update({{"friend", Value()}});
    EXPECT_EQ(rows(other.remove(other.query("x.Member").filter(F("id").in({9, 5, 1, 8, 4})))),
              "x.Member 5, x.Person 5");
    EXPECT_EQ(count_of("x_member") + count_of("x_person") + count_of("x_person_likes"), "560");
}

TEST_P(ChildDeletionTest, TellsOfEachModel) {
    const Object tiny = puppy("Tiny"), rex = dog("Rex");
    std::vector<std::string> heard;
    for (const char* label : {"zoo.Animal", "zoo.Dog", "zoo.Puppy"})
        zoo.models[label].signals().deleted.connect([&](const ObjectsDeleted& deleted) {
            heard.push_back(deleted.model.label() + " " + names({deleted.objects.begin(), deleted.objects.end()}));
        });
    db.remove(tiny);
    std::ranges::sort(heard);
    EXPECT_EQ(heard,
              (std::vector<std::string>{"zoo.Animal zoo.Animal:1", "zoo.Dog zoo.Dog:1", "zoo.Puppy zoo.Puppy:1"}));
    heard.clear();
    db.remove(as("zoo.Animal", rex));
    std::ranges::sort(heard);
    EXPECT_EQ(heard, (std::vector<std::string>{"zoo.Animal zoo.Animal:2", "zoo.Dog zoo.Dog:2"}));
}

TEST_P(ChildDeletionTest, TellsOfTheLinksOfEither) {
    Registry models;
    models.model("x.User").primary_key("id", Kind::big_integer);
    models.model("x.Parent").primary_key("id", Kind::big_integer);
    models.model("x.Child").inherits("x.Parent").field("name", Kind::text);
    const GM2MField likes =
        models.gm2m("x.User", "likes", {.layout = GetParam().layout, .on_delete = LinkPolicy::cascade_signal});
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    const Object user = other.insert(models["x.User"].make()),
                 child = other.insert(models["x.Child"].make({{"name", "c"}}));
    other.related(user, likes).add(child, Reference{&models["x.Parent"], child.key()});
    std::string objects;
    std::size_t links = 0;
    likes.deleting().connect([&](const Deleting& deleting) {
        objects = names(deleting.objects());
        links = deleting.links().size();
        return false;
    });
    other.remove(child);
    EXPECT_EQ(objects, "x.Child:1 x.Parent:1");
    EXPECT_EQ(links, 2U);
    // Protection of the parent protects the child.
    likes.add_relation("x.Parent", LinkPolicy::protect);
    const Object second = other.insert(models["x.Child"].make({{"name", "d"}}));
    other.related(user, likes).add(Reference{&models["x.Parent"], second.key()});
    EXPECT_THROW(other.remove(second), ProtectedError);
    EXPECT_EQ(count_of("x_child") + count_of("x_parent"), "11");
}

TEST_P(ChildDeletionTest, BehindTheLibrarysBackIsFound) {
    const Object tiny = puppy("Tiny");
    link(tiny);
    EXPECT_TRUE(verify(db).empty());
    scratch.sql("DELETE FROM zoo_puppy");
    const std::vector<Inconsistency> found = verify(db);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].model, "zoo.Puppy");
    EXPECT_EQ(names(db.related(db.query("zoo.Visitor").get(), zoo.sights).all()), "zoo.Animal:1 zoo.Dog:1");
}

// 6.6: triggers keep the links of either consistent against other programs.
TEST_P(ChildDeletionTest, TriggersAreOnBothTables) {
    db.drop_tables();
    Registry models;
    models.model("x.User").primary_key("id", Kind::big_integer);
    models.model("x.Parent").primary_key("id", Kind::big_integer);
    models.model("x.Alias").proxy("x.Parent");
    models.model("x.Child").inherits("x.Parent").field("name", Kind::text);
    const GM2MField likes =
        models.gm2m("x.User", "likes", {.for_concrete_model = false, .layout = GetParam().layout, .db_triggers = true});
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    other.create_tables();
    const Object user = other.insert(models["x.User"].make()),
                 child = other.insert(models["x.Child"].make({{"name", "c"}}));
    other.related(user, likes)
        .add(child, Reference{&models["x.Parent"], child.key()}, Reference{&models["x.Alias"], child.key()});
    EXPECT_EQ(count_of("x_user_likes"), "3");
    scratch.sql("DELETE FROM x_child");
    EXPECT_EQ(count_of("x_user_likes"), "2");
    scratch.sql("DELETE FROM x_parent");
    EXPECT_EQ(count_of("x_user_likes"), "0");
    other.drop_tables();
}

}  // namespace
}  // namespace gm2m::test
