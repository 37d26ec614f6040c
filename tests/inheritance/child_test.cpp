#include <algorithm>

#include "inheritance/zoo.hpp"

namespace gm2m::test {
namespace {

/// 8.1: a child with a table of its own, whose rows point to their parent's.
class ChildTest : public ZooTest {};
GM2M_INSTANTIATE(ChildTest, all_configurations);

TEST_P(ChildTest, HasATableOfItsOwnThatPointsToItsParents) {
    EXPECT_EQ(zoo.models["zoo.Dog"].table(), "zoo_dog");
    const Field& key = zoo.models["zoo.Dog"].primary_key();
    EXPECT_EQ(key.name(), "animal_ptr");
    EXPECT_EQ(key.column(), "animal_ptr_id");
    EXPECT_EQ(key.target(), &zoo.models["zoo.Animal"]);
    EXPECT_EQ(&zoo.models["zoo.Dog"].field("id"), &key);
    EXPECT_EQ(&zoo.models["zoo.Puppy"].field("id"), &zoo.models["zoo.Puppy"].primary_key());
    EXPECT_EQ(zoo.models["zoo.Puppy"].primary_key().column(), "dog_ptr_id");
    EXPECT_EQ(&zoo.models["zoo.Puppy"].field("name").table_model(), &zoo.models["zoo.Animal"]);
    EXPECT_EQ(&zoo.models["zoo.Puppy"].field("weight").table_model(), &zoo.models["zoo.Dog"]);
    EXPECT_TRUE(zoo.models["zoo.Puppy"].is_a(zoo.models["zoo.Animal"]));
    EXPECT_FALSE(zoo.models["zoo.Animal"].is_a(zoo.models["zoo.Dog"]));
    EXPECT_FALSE(zoo.models["zoo.Cat"].is_a(zoo.models["zoo.Dog"]));
}

TEST_P(ChildTest, IsInsertedIntoBothTablesAndReadFromBoth) {
    (void)animal("Kaa");
    const Object rex = dog("Rex", "boxer");
    EXPECT_EQ(scratch.sql("SELECT id || name FROM zoo_animal ORDER BY id"), (std::vector<std::string>{"1Kaa", "2Rex"}));
    EXPECT_EQ(scratch.sql("SELECT animal_ptr_id || breed FROM zoo_dog"), std::vector<std::string>{"2boxer"});
    EXPECT_EQ(rex.key(), Value(2));
    const Object read = db.get("zoo.Dog", rex.key());
    EXPECT_EQ(read["id"], Value(2));
    EXPECT_EQ(read["name"], Value("Rex"));
    EXPECT_EQ(read["breed"], Value("boxer"));
    EXPECT_EQ(read["weight"], Value(7));
    EXPECT_EQ(as("zoo.Animal", rex)["name"], Value("Rex"));
    EXPECT_FALSE(db.find("zoo.Dog", 1));
    if (GetParam().models == Models::compiled) {
        EXPECT_EQ(read.get<Dog>().name, "Rex");
        EXPECT_EQ(read.get<Dog>().id, 2);
        Dog fido;
        fido.name = "Fido";
        (void)db.insert(fido);
        EXPECT_EQ(fido.id, 3);
    }
}

TEST_P(ChildTest, OfAChildIsInThreeTables) {
    const Object tiny = puppy("Tiny");
    EXPECT_EQ(count_of("zoo_animal") + count_of("zoo_dog") + count_of("zoo_puppy"), "111");
    const Object read = db.get("zoo.Puppy", tiny.key());
    EXPECT_EQ(list({read}, "name") + list({read}, "weight") + list({read}, "weeks"), "Tiny18");
    EXPECT_EQ(as("zoo.Dog", tiny)["name"], Value("Tiny"));
}

TEST_P(ChildTest, ManyAreInsertedInABoundedNumberOfStatements) {
    std::vector<Object> objects;
    for (int i = 0; i < 50; ++i) {
        objects.push_back(zoo.models["zoo.Puppy"].make(
            {{"name", "p" + std::to_string(i)}, {"breed", "?"}, {"weeks", i}, {"weight", 1}}));
        objects.push_back(zoo.models["zoo.Animal"].make({{"name", "a" + std::to_string(i)}}));
    }
    objects.push_back(zoo.models["zoo.Dog"].make({{"id", 700}, {"name", "seven"}, {"breed", "?"}, {"weight", 1}}));
    StatementCounter counter(db);
    db.insert_many(objects);
    EXPECT_LE(counter.statements(), 6U);
    EXPECT_EQ(count_of("zoo_animal") + " " + count_of("zoo_dog") + " " + count_of("zoo_puppy"), "101 51 50");
    for (std::size_t i = 0; i < objects.size(); i += 2)
        EXPECT_EQ(db.get(objects[i].model().label(), objects[i].key())["name"], objects[i]["name"]);
}

TEST_P(ChildTest, ThatCannotBeInsertedLeavesNothing) {
    const Object rex = dog("Rex");
    EXPECT_THROW(
        db.insert(zoo.models["zoo.Dog"].make({{"id", rex.key()}, {"name", "x"}, {"breed", "?"}, {"weight", 1}})),
        IntegrityError);
    // The parent's row was written when the child's is refused.
    Registry models;
    models.model("zoo.Thing").primary_key("id", Kind::big_integer).field("name", Kind::text);
    models.model("zoo.Chip").inherits("zoo.Thing").field("number", Kind::integer, {.unique = true});
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    (void)other.insert(models["zoo.Chip"].make({{"name", "a"}, {"number", 1}}));
    const Object second = models["zoo.Chip"].make({{"name", "b"}, {"number", 1}});
    EXPECT_THROW(other.insert(second), IntegrityError);
    EXPECT_TRUE(second.key().is_null());
    EXPECT_FALSE(second.is_stored());
    EXPECT_EQ(count_of("zoo_thing") + count_of("zoo_chip"), "11");
    // Nor is anything written where a value does not fit.
    const Object third = models["zoo.Chip"].make({{"name", "c"}});
    EXPECT_THROW(other.insert(third), InvalidValue);
    EXPECT_EQ(count_of("zoo_thing"), "1");
}

TEST_P(ChildTest, IsUpdatedAndSavedInBothTables) {
    const Object rex = dog("Rex", "boxer"), kaa = animal("Kaa");
    rex.set("name", "Max");
    rex.set("breed", "pug");
    db.update(rex);
    EXPECT_EQ(list({db.get("zoo.Dog", rex.key())}, "name") + list({db.get("zoo.Dog", rex.key())}, "breed"), "Maxpug");
    rex.set("name", "Rex");
    rex.set("breed", "boxer");
    db.update(rex, {"name"});
    EXPECT_EQ(list({db.get("zoo.Dog", rex.key())}, "name") + list({db.get("zoo.Dog", rex.key())}, "breed"), "Rexpug");
    db.save(rex);
    EXPECT_EQ(list({db.get("zoo.Dog", rex.key())}, "breed"), "boxer");
    // An animal that is no dog is none to update, and stays as it is.
    const Object no_dog =
        zoo.models["zoo.Dog"].make({{"id", kaa.key()}, {"name", "Boa"}, {"breed", "?"}, {"weight", 1}});
    EXPECT_THROW(db.update(no_dog), DoesNotExist);
    EXPECT_THROW(db.update(no_dog, {"name"}), DoesNotExist);
    const Object no_cat = zoo.models["zoo.Cat"].make({{"id", kaa.key()}, {"name", "Boa"}});
    EXPECT_THROW(db.update(no_cat), DoesNotExist);
    EXPECT_EQ(db.get("zoo.Animal", kaa.key())["name"], Value("Kaa"));
    // It can become one.
    db.save(no_dog);
    EXPECT_EQ(as("zoo.Animal", no_dog)["name"], Value("Boa"));
    EXPECT_EQ(count_of("zoo_animal") + count_of("zoo_dog"), "22");
}

TEST_P(ChildTest, TellsOfItselfWhenItIsSaved) {
    std::string heard;
    for (const char* label : {"zoo.Animal", "zoo.Dog", "zoo.Cat"})
        zoo.models[label].signals().saved.connect(
            [&](const ObjectSaved& saved) { heard += saved.reference.to_string() + (saved.created ? " new " : " "); });
    const Object rex = dog("Rex");
    db.update(rex);
    EXPECT_EQ(heard, "zoo.Dog:1 new zoo.Dog:1 ");
}

TEST_P(ChildTest, IsQueriedByWhatItInherits) {
    const Object ann = keeper("Ann");
    (void)animal("Rex");
    for (const char* name : {"Rex", "Max"})
        (void)dog(name, "pug");
    (void)puppy("Tiny");
    const Object max = db.query("zoo.Dog").filter(F("name") == "Max").get();
    max.set("keeper", ann.key());
    db.update(max);
    const QuerySet dogs = db.query("zoo.Dog");
    EXPECT_EQ(list(dogs.filter(F("name") == "Rex").fetch(), "id"), "2");
    EXPECT_EQ(list(dogs.order_by("-name").fetch(), "name"), "Tiny Rex Max");
    EXPECT_EQ(list(dogs.filter(F("breed") == "pug", F("name").startswith("M")).fetch(), "name"), "Max");
    EXPECT_EQ(list(dogs.filter(F("keeper__name") == "Ann").fetch(), "name"), "Max");
    EXPECT_EQ(list(dogs.filter(F("keeper") == ann).fetch(), "name"), "Max");
    EXPECT_EQ(list(dogs.filter(F("id") == 2).fetch(), "name"), "Rex");
    EXPECT_EQ(list(dogs.filter(F("pk") == max).fetch(), "name"), "Max");
    EXPECT_EQ(list(db.query("zoo.Puppy").filter(F("name") == "Tiny", F("weight") == 1).fetch(), "weeks"), "8");
    EXPECT_EQ(dogs.filter(F("name") == F("name")).count(), 3U);
    EXPECT_EQ(dogs.order_by("name").values({"id", "name", "breed"}).front()["name"], Value("Max"));
    EXPECT_EQ(dogs.aggregate({{"n", Count("name")}, {"heaviest", Max("weight")}})["n"], Value(std::int64_t{3}));
    EXPECT_EQ(dogs.group({F("keeper")}, {{"n", Count("pk")}}).size(), 2U);
    // From the parent to the child, and from the child to its parent.
    EXPECT_EQ(list(db.query("zoo.Animal").filter(F("dog__breed") == "pug").order_by("name").fetch(), "name"),
              "Max Rex");
    EXPECT_EQ(db.query("zoo.Animal").filter(F("dog").isnull()).count(), 1U);
    EXPECT_EQ(list(dogs.filter(F("animal_ptr__name") == "Rex").fetch(), "id"), "2");
    EXPECT_EQ(list(db.query("zoo.Keeper").filter(F("animal__name") == "Max").fetch(), "name"), "Ann");
    EXPECT_THROW(db.query("zoo.Keeper").filter(F("dog__name") == "Max").fetch(), UnknownField);
    if (GetParam().models == Models::compiled) {
        EXPECT_EQ(db.query<Dog>().filter(F(&Animal::name) == "Rex", F(&Animal::id) > 1).get()->breed, "pug");
    }
    std::size_t seen = 0;
    dogs.iterate(2, [&](const Object& object) { seen += object["name"].is_null() ? 0U : 1U; });
    EXPECT_EQ(seen, 3U);
    EXPECT_EQ(list(dogs.in_bulk({2, 3}), "name").size(), std::string("Rex Max").size());
    EXPECT_EQ(dogs.filter(F("name") == "Rex").sql().find("zoo_keeper"), std::string::npos);
}

TEST_P(ChildTest, IsReferredToByForeignKeys) {
    const Object rex = dog("Rex"), ann = visitor("Ann");
    ann.set("favourite", rex.key());
    db.update(ann);
    EXPECT_EQ(list(db.query("zoo.Visitor").filter(F("favourite__name") == "Rex").fetch(), "name"), "Ann");
    EXPECT_EQ(list(db.query("zoo.Visitor").filter(F("favourite__id") == 1).fetch(), "name"), "Ann");
    EXPECT_EQ(list(db.query("zoo.Visitor").filter(F("favourite") == rex).fetch(), "name"), "Ann");
    EXPECT_EQ(list(db.query("zoo.Dog").filter(F("admirers__name") == "Ann").fetch(), "name"), "Rex");
    EXPECT_EQ(list(db.query("zoo.Animal").filter(F("dog__admirers__name") == "Ann").fetch(), "name"), "Rex");
    EXPECT_EQ(db.follow(ann, "favourite")["name"], Value("Rex"));
    EXPECT_EQ(db.follow(rex, "animal_ptr").to_string(), "zoo.Animal:1");
    const Object nobody = visitor("Bob");
    EXPECT_EQ(list(db.query("zoo.Visitor").order_by("favourite__name", "name").fetch(), "name"), "Bob Ann");
}

TEST_P(ChildTest, IsUpdatedByQueriesInWhicheverTable) {
    (void)animal("Rex");
    (void)dog("Rex", "pug");
    (void)dog("Max", "pug");
    const QuerySet dogs = db.query("zoo.Dog");
    EXPECT_EQ(dogs.filter(F("name") == "Rex").update({{"breed", "boxer"}}), 1U);
    EXPECT_EQ(dogs.filter(F("breed") == "boxer").update({{"name", "Bello"}}), 1U);
    EXPECT_EQ(list(db.query("zoo.Animal").order_by("id").fetch(), "name"), "Rex Bello Max");
    // What the conditions are about changes too.
    EXPECT_EQ(dogs.filter(F("name") == "Max", F("breed") == "pug").update({{"name", "Lux"}, {"breed", "collie"}}), 1U);
    EXPECT_EQ(list(dogs.filter(F("name") == "Lux").fetch(), "breed"), "collie");
    EXPECT_EQ(dogs.update({{"name", "Dog"}}), 2U);
    EXPECT_EQ(list(db.query("zoo.Animal").order_by("id").fetch(), "name"), "Rex Dog Dog");
    EXPECT_EQ(dogs.update({{"breed", F("breed")}}), 2U);
    EXPECT_THROW(dogs.update({{"breed", F("name")}}), QueryError);
    EXPECT_THROW(dogs.update({{"id", 5}}), QueryError);
    EXPECT_THROW(dogs.update({}), QueryError);
    EXPECT_THROW(dogs.limit(1).update({{"name", "x"}, {"breed", "y"}}), QueryError);
}

TEST_P(ChildTest, TablesAreCreatedAfterTheirParentsAndDropped) {
    EXPECT_NO_THROW(db.create_tables());
    EXPECT_EQ(count_of("zoo_puppy"), "0");
    EXPECT_THROW(scratch.sql("SELECT 1 FROM zoo_oldanimal"), std::runtime_error);
    EXPECT_THROW(scratch.sql("SELECT 1 FROM zoo_named"), std::runtime_error);
    EXPECT_THROW(scratch.sql("SELECT breed FROM zoo_animal"), std::runtime_error);
    EXPECT_THROW(scratch.sql("SELECT name FROM zoo_dog"), std::runtime_error);
    db.drop_tables();
    EXPECT_THROW(scratch.sql("SELECT 1 FROM zoo_animal"), std::runtime_error);
    EXPECT_THROW(scratch.sql("SELECT 1 FROM zoo_puppy"), std::runtime_error);
}

}  // namespace
}  // namespace gm2m::test
