#include "inheritance/zoo.hpp"

namespace gm2m::test {
namespace {

/// 8.1: a child is a target in its own right and through its parent; it has its parent's relations and accessors.
class ChildRelationTest : public ZooTest {
protected:
    RelatedManager seen_by(const Object& visitor) { return db.related(visitor, zoo.sights); }
};
GM2M_INSTANTIATE(ChildRelationTest, all_configurations);

TEST_P(ChildRelationTest, IsATargetInItsOwnRightAndThroughItsParent) {
    const Object ann = visitor("Ann"), rex = dog("Rex", "pug"), tiny = puppy("Tiny");
    const Object parent = as("zoo.Animal", rex);
    EXPECT_EQ(seen_by(ann).add(rex, parent, tiny).added.size(), 3U);
    EXPECT_EQ(names(seen_by(ann).all()), "zoo.Animal:1 zoo.Dog:1 zoo.Puppy:2");
    for (const Object& seen : seen_by(ann).all())
        EXPECT_EQ(seen["name"], Value(seen.key() == rex.key() ? "Rex" : "Tiny"));
    EXPECT_TRUE(seen_by(ann).contains(rex));
    EXPECT_FALSE(seen_by(ann).contains(as("zoo.Dog", tiny)));
    EXPECT_EQ(list(db.query("zoo.Visitor").filter(F("sights__dog__name") == "Rex").fetch(), "name"), "Ann");
    EXPECT_EQ(list(db.query("zoo.Visitor").filter(F("sights__puppy__breed") == "?").fetch(), "name"), "Ann");
    EXPECT_EQ(db.query("zoo.Visitor").filter(F("sights__dog__name") == "Tiny").count(), 0U);
    EXPECT_EQ(db.query("zoo.Visitor").annotate("n", Count("sights__dog__name")).values({"n"}).front()["n"],
              Value(std::int64_t{1}));
    seen_by(ann).remove(rex);
    EXPECT_EQ(names(seen_by(ann).all()), "zoo.Animal:1 zoo.Puppy:2");
    EXPECT_EQ(seen_by(ann).of_type({"zoo.Puppy"}).count(), 1U);
    EXPECT_EQ(names(seen_by(ann).with(db.query("zoo.Puppy").filter(F("name") == "x")).all()), "zoo.Animal:1");
    EXPECT_EQ(list(seen_by(ann).where("zoo.Puppy", F("name") == "Tiny").order_by("-name").fetch(), "weeks"), "8");
    seen_by(ann).set({rex});
    EXPECT_EQ(names(seen_by(ann).all()), "zoo.Dog:1");
    EXPECT_EQ(seen_by(ann).toggle({rex, tiny}).removed.size(), 1U);
    EXPECT_THROW(seen_by(ann).add(Reference{&zoo.models["zoo.Cat"], rex.key()}), IntegrityError);
}

TEST_P(ChildRelationTest, IsPrefetchedFromBothTables) {
    const Object ann = visitor("Ann"), bob = visitor("Bob"), rex = dog("Rex", "pug"), tiny = puppy("Tiny"),
                 kaa = animal("Kaa");
    seen_by(ann).add(rex, tiny);
    seen_by(bob).add(kaa, rex);
    StatementCounter counter(db);
    const std::vector<Object> visitors = db.query("zoo.Visitor").order_by("name").prefetch(zoo.sights).fetch();
    EXPECT_EQ(counter.statements(), 1U + 1U + 3U);
    counter.reset();
    EXPECT_EQ(names(seen_by(visitors[0]).all()), "zoo.Dog:1 zoo.Puppy:2");
    EXPECT_EQ(list(seen_by(visitors[1]).of_type({"zoo.Dog"}).all(), "name"), "Rex");
    EXPECT_EQ(counter.statements(), 0U);
    const std::vector<Object> dogs = db.query("zoo.Dog").order_by("id").prefetch("visitor_set").fetch();
    EXPECT_EQ(names(db.related(dogs[0], "visitor_set").all()), "zoo.Visitor:1 zoo.Visitor:2");
    EXPECT_EQ(names(db.related(dogs[1], "visitor_set").all()), "");  // Tiny was seen as a puppy
    const auto some = db.query("zoo.Visitor")
                          .order_by("name")
                          .prefetch(Prefetch(zoo.sights).with(db.query("zoo.Dog").filter(F("name") == "Rex").limit(1)))
                          .fetch();
    EXPECT_EQ(names(seen_by(some[0]).all()), "zoo.Dog:1 zoo.Puppy:2");
}

TEST_P(ChildRelationTest, HasTheRelationsOfItsParent) {
    const Object rex = dog("Rex"), hut = place("hut"), box = place("box"), parent = as("zoo.Animal", rex);
    db.related(rex, zoo.toys).add(hut);
    db.related(parent, zoo.toys).add(box);
    EXPECT_EQ(names(db.related(rex, "toys").all()), "zoo.Place:box zoo.Place:hut");
    db.related(rex, zoo.dens).add(hut);
    EXPECT_EQ(names(db.related(parent, "dens").all()), "zoo.Place:hut");
    (void)puppy("Tiny");
    EXPECT_EQ(list(db.query("zoo.Dog").filter(F("toys__place__code") == "hut").fetch(), "name"), "Rex");
    EXPECT_EQ(list(db.query("zoo.Dog").filter(F("toys") == hut).fetch(), "name"), "Rex");
    EXPECT_EQ(list(db.query("zoo.Dog").filter(F("toys").isnull()).fetch(), "name"), "Tiny");
    EXPECT_EQ(list(db.query("zoo.Dog").exclude(F("dens__code") == "hut").fetch(), "name"), "Tiny");
    EXPECT_EQ(list(db.query("zoo.Dog").annotate("n", Count("toys")).filter(F("n") == 2).fetch(), "name"), "Rex");
    // What was prefetched of one handle is outdated by a write through another model's.
    const std::vector<Object> dogs = db.query("zoo.Dog").order_by("id").prefetch(zoo.toys).prefetch("dens").fetch();
    EXPECT_EQ(names(db.related(dogs[0], zoo.toys).all()), "zoo.Place:box zoo.Place:hut");
    db.related(parent, zoo.toys).remove(box);
    EXPECT_EQ(names(db.related(dogs[0], zoo.toys).all()), "zoo.Place:hut");
    EXPECT_THROW(db.related(visitor("Ann"), zoo.toys), WrongModel);
}

TEST_P(ChildRelationTest, IsTakenWhereItsParentIs) {
    const Object hut = place("hut"), rex = dog("Rex"), tiny = puppy("Tiny"), ann = visitor("Ann"), tom = cat("Tom");
    const RelatedManager walked = db.related(ann, zoo.walks);
    walked.add(rex, tiny);
    EXPECT_EQ(names(walked.all()), "zoo.Dog:1 zoo.Dog:2");
    EXPECT_THROW(walked.add(tom), WrongModel);
    EXPECT_EQ(names(db.related(tiny, "walkers").all()), "zoo.Visitor:1");
    EXPECT_EQ(list(db.query("zoo.Puppy").filter(F("walkers__name") == "Ann").fetch(), "name"), "Tiny");
    EXPECT_EQ(list(db.query("zoo.Visitor").filter(F("walks__name") == "Tiny").fetch(), "name"), "Ann");
    EXPECT_EQ(list(db.query("zoo.Visitor").filter(F("walks") == tiny).fetch(), "name"), "Ann");
    // The sources of the reverse side are animals, of which a dog is one.
    const RelatedManager owners = db.related(hut, "animal_set");
    owners.add(rex, tom);
    EXPECT_EQ(names(owners.all()), "zoo.Animal:1 zoo.Animal:3");
    EXPECT_TRUE(owners.contains(rex));
    const std::vector<Object> places = db.query("zoo.Place").prefetch("animal_set").fetch();
    EXPECT_EQ(names(db.related(places[0], "animal_set").all()), "zoo.Animal:1 zoo.Animal:3");
}

// Its accessors are its parent's; the links that they are of are its own.
TEST_P(ChildRelationTest, HasTheAccessorsOfItsParent) {
    const Object ann = visitor("Ann"), bob = visitor("Bob"), rex = dog("Rex");
    seen_by(bob).add(as("zoo.Animal", rex));
    const RelatedManager fans = db.related(rex, "visitor_set");
    EXPECT_EQ(names(fans.all()), "");
    fans.add(ann);
    EXPECT_EQ(names(fans.all()), "zoo.Visitor:1");
    EXPECT_EQ(names(db.related(as("zoo.Animal", rex), "visitor_set").all()), "zoo.Visitor:2");
    EXPECT_EQ(names(seen_by(ann).all()), "zoo.Dog:1");
    EXPECT_EQ(list(db.query("zoo.Dog").filter(F("visitor__name") == "Ann").fetch(), "name"), "Rex");
    EXPECT_EQ(list(db.query("zoo.Animal").filter(F("visitor__name") == "Bob").fetch(), "name"), "Rex");
    EXPECT_EQ(db.query("zoo.Animal").filter(F("visitor__name") == "Ann").count(), 0U);
    EXPECT_TRUE(zoo.sights.is_related(zoo.models["zoo.Cat"]));
    EXPECT_FALSE(zoo.sights.is_related(zoo.models["zoo.Place"]));
}

}  // namespace
}  // namespace gm2m::test
