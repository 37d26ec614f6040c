#include "sql/plan.hpp"

namespace gm2m::test {
namespace {

/// Animals, dogs and puppies, whom visitors see and walk.
struct Zoo {
    explicit Zoo(const Configuration& configuration) : scratch(configuration.engine), layout(configuration.layout) {
        db.create_tables();
        fill();
        planner = planner_of(scratch, db.content_types().get_for_model("zoo.Dog").id);
    }
    GM2MField declare() {
        models.model("zoo.Visitor").primary_key("id", Kind::big_integer).field("name", Kind::text);
        models.model("zoo.Animal").primary_key("id", Kind::big_integer).field("name", Kind::text);
        models.model("zoo.Dog").inherits("zoo.Animal").field("breed", Kind::text, {.index = true});
        models.model("zoo.Puppy").inherits("zoo.Dog").field("weeks", Kind::integer);
        return models.gm2m("zoo.Visitor", "sights", {.related = {"zoo.Dog", "zoo.Puppy"}, .layout = layout});
    }
    void fill() {
        Transaction together(db);
        std::vector<Object> objects;
        for (int i = 0; i < 10'000; ++i) {
            const std::string name = std::to_string(i);
            objects.push_back(models["zoo.Animal"].make({{"name", name}}));
            objects.push_back(models["zoo.Dog"].make({{"name", name}, {"breed", name}}));
        }
        for (int i = 0; i < 3'000; ++i) {
            objects.push_back(models["zoo.Puppy"].make({{"name", "p"}, {"breed", "p"}, {"weeks", 1}}));
            objects.push_back(models["zoo.Visitor"].make({{"name", "v"}}));
        }
        db.insert_many(objects);
        std::vector<Object> dogs = db.query("zoo.Dog").limit(2'000).fetch();
        std::vector<Object> visitors = db.query("zoo.Visitor").limit(2'000).fetch();
        for (std::size_t i = 0; i < visitors.size(); ++i) {
            db.related(visitors[i], sights).add(dogs[i], dogs[(i + 7) % dogs.size()]);
            db.related(visitors[i], walks).add(dogs[i], dogs[(i + 7) % dogs.size()]);
            db.related(dogs[i], toys).add(visitors[i]);
        }
        together.commit();
    }

    ScratchDatabase scratch;
    Layout layout;
    Registry models;
    GM2MField sights = declare(), toys = models.gm2m("zoo.Dog", "toys", {.related = {"zoo.Visitor"}, .layout = layout});
    ManyToManyField walks =
        models.many_to_many("zoo.Visitor", "walks", "zoo.Dog", {.related_name = "walkers", .layout = layout});
    Database db = Database::open(models, scratch.url());
    std::unique_ptr<Planner> planner;
};

/// 8.1: the tables of a child and of its parent are reached by their keys, whatever is read; where the key alone is
/// needed, the child's own will do.
class InheritancePlanTest : public FilledPlanTest<Zoo> {
protected:
    /// None of the tables is read as a whole; some of them are not read at all.
    void expect_sought(const std::function<void()>& operation, std::initializer_list<const char*> unread = {}) {
        for_each_access(operation, [&](const TableAccess& access) {
            if (access.table == "zoo_animal" || access.table == "zoo_dog" || access.table == "zoo_puppy") {
                EXPECT_FALSE(access.sought.empty()) << access.table << " is scanned";
            }
            for (const char* table : unread)
                EXPECT_NE(access.table, table);
        });
    }
    QuerySet query(const char* label) { return in.db.query(label); }
};
GM2M_INSTANTIATE(InheritancePlanTest, layout_configurations);

TEST_P(InheritancePlanTest, LookupsByKey) {
    const Object puppy = query("zoo.Puppy").first();
    expect_sought([&] { in.db.get("zoo.Puppy", puppy.key()); });
    expect_sought([&] { query("zoo.Dog").filter(F("id") == 18).fetch(); });
    expect_sought([&] { query("zoo.Dog").filter(F("id").in({17, 18, 19})).fetch(); });
    expect_sought([&] { query("zoo.Dog").filter(F("breed") == "17").fetch(); });
    expect_sought([&] { query("zoo.Dog").filter(F("breed") == "17").count(); }, {"zoo_animal"});
    expect_sought([&] { in.db.update(puppy); });
}

TEST_P(InheritancePlanTest, PagesInTheOrderOfTheKeys) {
    StatementCounter counter(in.db);
    query("zoo.Dog").limit(10).fetch();
    for (const Plan& plan : in.planner->plans(counter.texts().front())) {
        EXPECT_EQ(plan.text.find("Sort"), std::string::npos) << plan.text;
        EXPECT_EQ(plan.text.find("B-TREE"), std::string::npos) << plan.text;
        for (const TableAccess& access : plan.accesses)
            EXPECT_EQ(access.sought.empty(), access.table == "zoo_dog") << plan.text;
    }
}

TEST_P(InheritancePlanTest, LinksOfOneAndOfMany) {
    const QuerySet visitors = query("zoo.Visitor").filter(F("id").in({17, 18, 19}));
    const QuerySet dogs = query("zoo.Dog").filter(F("id").in({10'017, 10'018, 10'019}));
    const Object visitor = query("zoo.Visitor").filter(F("id") == 17).get();
    const Object dog = query("zoo.Dog").first();
    expect_sought([&] { in.db.related(visitor, in.sights).all(); });
    expect_sought([&] { in.db.related(visitor, in.walks).all(); });
    expect_sought([&] { in.db.related(visitor, "dog_set").all(); });
    expect_sought([&] { visitors.prefetch(in.sights).fetch(); });
    expect_sought([&] { visitors.prefetch(in.walks).fetch(); });
    expect_sought([&] { visitors.prefetch("dog_set").fetch(); });
    expect_sought([&] { dogs.prefetch("visitor_set").prefetch("walkers").fetch(); });
    expect_sought([&] { in.db.related(visitor, in.sights).where("zoo.Dog", F("name") == "17").fetch(); });
    // A target is there if its own row is.
    expect_sought([&] { in.db.related(visitor, in.sights).remove(dog); }, {"zoo_animal"});
    if (GetParam().is_sqlite()) {
        expect_sought([&] { in.db.related(visitor, in.sights).add(dog); }, {"zoo_animal"});
    }
}

TEST_P(InheritancePlanTest, Deletion) {
    const Object dog = query("zoo.Dog").first();
    expect_sought([&] { in.db.remove(dog); });
    expect_sought([&] { in.db.remove(Reference{&in.models["zoo.Animal"], dog.key()}); });
}

}  // namespace
}  // namespace gm2m::test
