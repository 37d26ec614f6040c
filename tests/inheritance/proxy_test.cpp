#include "inheritance/zoo.hpp"

namespace gm2m::test {
namespace {

/// 8.1, 1.4: a proxy is another label for the objects of a model; it shares its concrete model's content type unless
/// the relation says for_concrete_model = false.
class ProxyTest : public ZooTest {
protected:
    Object old(const char* name) { return make("zoo.OldAnimal", {{"name", name}}); }
    std::string content_types(const char* table) {
        std::string all;
        for (const std::string& each :
             scratch.sql(std::string("SELECT c.model || ':' || l.gm2m_pk FROM ") + table +
                         " AS l JOIN gm2m_content_type AS c ON c.id = l.gm2m_ct_id ORDER BY 1"))
            all += (all.empty() ? "" : " ") + each;
        return all;
    }
};
GM2M_INSTANTIATE(ProxyTest, all_configurations);

TEST_P(ProxyTest, HasTheTableAndTheFieldsOfItsModel) {
    const Model& proxy = zoo.models["zoo.OldAnimal"];
    EXPECT_TRUE(proxy.is_proxy());
    EXPECT_EQ(&proxy.concrete_model(), &zoo.models["zoo.Animal"]);
    EXPECT_EQ(proxy.table(), "zoo_animal");
    EXPECT_TRUE(proxy.is_a(zoo.models["zoo.Animal"]));
    const Object kaa = old("Kaa");
    EXPECT_EQ(kaa.to_string(), "zoo.OldAnimal:1");
    EXPECT_EQ(as("zoo.Animal", kaa)["name"], Value("Kaa"));
    const Object read = as("zoo.OldAnimal", kaa);
    read.set("name", "Boa");
    db.update(read);
    db.save(read);
    EXPECT_EQ(list(db.query("zoo.OldAnimal").filter(F("name") == "Boa").fetch(), "name"), "Boa");
    EXPECT_EQ(db.query("zoo.OldAnimal").filter(F("name") == "Boa").update({{"name", "Kaa"}}), 1U);
    if (GetParam().models == Models::compiled) {
        EXPECT_EQ(db.query<OldAnimal>().filter(F(&Animal::name) == "Kaa").get()->name, "Kaa");
    }
}

// A proxy that is declared at run time has the structs of the model that it stands for.
TEST_P(ProxyTest, OfAStructIsThatStruct) {
    if (GetParam().models == Models::run_time)
        return;
    Registry models;
    models.model<User>("cinema.User").primary_key("id", &User::id).field("name", &User::name);
    models.model("cinema.Critic").proxy("cinema.User");
    models.model("cinema.Grumbler").proxy("cinema.Critic");
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    (void)other.insert(User{.name = "Ann"});
    const Object critic = other.get("cinema.Grumbler", 1);
    EXPECT_EQ(critic.get<User>().name, "Ann");
    EXPECT_EQ(critic.to_string(), "cinema.Grumbler:1");
    EXPECT_EQ(&critic.model().concrete_model(), &models.get<User>());
    critic.get<User>().name = "Bob";
    other.update(critic);
    EXPECT_EQ(other.get<User>(1)->name, "Bob");
}

// Links to a proxy's own content type, should it come to have one, go in the same round trip as those to its model's.
TEST_P(ProxyTest, CostsADeletionNoRoundTrip) {
    Cinema cinema(GetParam());
    cinema.registry.model("cinema.Classic").proxy("cinema.Movie");
    Database other = Database::open(cinema.registry, scratch.url());
    other.create_tables();
    const Object ann = other.insert(cinema.registry["cinema.User"].make({{"name", "Ann"}}));
    std::vector<Object> movies;
    for (const char* title : {"Alien", "Brazil", "Carmen"})
        movies.push_back(other.insert(cinema.registry["cinema.Movie"].make({{"title", title}})));
    const auto expect_one_round_trip = [&](const Object& movie) {
        StatementCounter counter(other);
        EXPECT_EQ(other.remove(movie).links, 1U);
        if (GetParam().has_round_trips()) {
            EXPECT_EQ(counter.round_trips(), 1U);
        }
    };
    other.related(ann, cinema.preferred).add(movies);
    EXPECT_EQ(other.remove(movies[0]).links, 1U);  // looks for the content types
    expect_one_round_trip(movies[1]);
    (void)other.content_types().get_for_model("cinema.Classic", false);
    expect_one_round_trip(movies[2]);
}

TEST_P(ProxyTest, SharesTheContentTypeOfItsModel) {
    ContentTypes& types = db.content_types();
    EXPECT_EQ(types.get_for_model("zoo.OldAnimal"), types.get_for_model("zoo.Animal"));
    EXPECT_NE(types.get_for_model("zoo.OldAnimal", false), types.get_for_model("zoo.Animal"));
    EXPECT_EQ(types.get_for_model("zoo.OldAnimal", false).registered, &zoo.models["zoo.OldAnimal"]);

    const Object ann = visitor("Ann"), kaa = old("Kaa");
    const RelatedManager seen = db.related(ann, zoo.sights);
    EXPECT_EQ(seen.add(kaa).added.size(), 1U);
    EXPECT_EQ(seen.add(as("zoo.Animal", kaa)).added.size(), 0U);
    EXPECT_EQ(content_types("zoo_visitor_sights"), "animal:1");
    EXPECT_EQ(names(seen.all()), "zoo.Animal:1");
    EXPECT_EQ(seen.count_by_model().front().label, "zoo.Animal");
    EXPECT_TRUE(seen.contains(kaa));
    EXPECT_EQ(seen.of_type({"zoo.OldAnimal"}).count(), 1U);
    EXPECT_EQ(names(seen.of_type({"zoo.OldAnimal"}).all()), "zoo.OldAnimal:1");
    EXPECT_EQ(names(seen.where("zoo.OldAnimal", F("name") == "Kaa").fetch()), "zoo.OldAnimal:1");
    EXPECT_EQ(seen.with(db.query("zoo.OldAnimal").filter(F("name") == "x")).count(), 0U);
    EXPECT_EQ(names(db.related(kaa, "visitor_set").all()), "zoo.Visitor:1");
    EXPECT_EQ(db.query("zoo.Visitor").filter(F("sights__oldanimal__name") == "Kaa").count(), 1U);
    EXPECT_EQ(db.query("zoo.Visitor").filter(F("sights") == kaa).count(), 1U);
    EXPECT_EQ(db.query("zoo.OldAnimal").filter(F("visitor__name") == "Ann").count(), 1U);
    EXPECT_EQ(db.query("zoo.Visitor").annotate("n", Count("sights__oldanimal__name")).values({"n"}).front()["n"],
              Value(std::int64_t{1}));
    const auto prefetched = db.query("zoo.OldAnimal").prefetch("visitor_set").fetch();
    EXPECT_EQ(names(db.related(prefetched[0], "visitor_set").all()), "zoo.Visitor:1");
    const auto visitors = db.query("zoo.Visitor")
                              .prefetch(Prefetch("sights").with(db.query("zoo.OldAnimal").filter(F("name") == "x")))
                              .fetch();
    EXPECT_EQ(names(db.related(visitors[0], "sights").all()), "");
    EXPECT_EQ(seen.remove(kaa).removed.size(), 1U);
    db.related(kaa, "visitor_set").add(ann);
    EXPECT_EQ(content_types("zoo_visitor_sights"), "animal:1");
    EXPECT_EQ(zoo.sights.get_related_models().size(), 2U);
}

// 1.4, 2.8: what is linked as the model is read as the proxy that is asked for, with all that it has.
TEST_P(ProxyTest, LinkedObjectsComeAsWhatIsAskedFor) {
    const Object ann = visitor("Ann"), kaa = old("Kaa"), bagheera = animal("Bagheera"), rex = dog("Rex"),
                 den = place("den");
    kaa.set("keeper", keeper("Joe").key());
    db.update(kaa);
    const RelatedManager seen = db.related(ann, zoo.sights);
    seen.add(kaa, rex, bagheera);
    db.related(kaa, zoo.dens).add(den);
    db.related(kaa, zoo.toys).add(den);
    const RelatedSet old_ones = seen.of_type({"zoo.OldAnimal"});
    EXPECT_EQ(names(old_ones.all()), "zoo.OldAnimal:1 zoo.OldAnimal:2");
    EXPECT_EQ(old_ones.all()[0]["keeper"], Value(std::int64_t{1}));
    EXPECT_TRUE(old_ones.all()[0].is_stored());
    EXPECT_EQ(list(old_ones.all(), "name"), "Kaa Bagheera");
    EXPECT_EQ(names(seen.of_type({"zoo.OldAnimal", "zoo.Dog"}).all()), "zoo.Dog:3 zoo.OldAnimal:1 zoo.OldAnimal:2");
    EXPECT_EQ(names(seen.of_type({"zoo.OldAnimal", "zoo.Animal"}).all()), "zoo.Animal:1 zoo.Animal:2");
    EXPECT_EQ(names(seen.all()), "zoo.Animal:1 zoo.Animal:2 zoo.Dog:3");
    EXPECT_EQ(names(old_ones.with(db.query("zoo.Animal").filter(F("name") == "Kaa")).all()), "zoo.OldAnimal:1");
    EXPECT_EQ(names(seen.with(db.query("zoo.OldAnimal").filter(F("name") == "Kaa")).of_type({"zoo.Animal"}).all()),
              "zoo.Animal:1");
    EXPECT_EQ(names(db.related(den, "denizens").of_type({"zoo.OldAnimal"}).all()), "zoo.OldAnimal:1");
    EXPECT_EQ(names(db.related(den, "animal_set").of_type({"zoo.OldAnimal"}).all()), "zoo.OldAnimal:1");
    EXPECT_EQ(names(db.related(den, "animal_set").of_type({"zoo.Dog"}).all()), "");

    const auto visitors = db.query("zoo.Visitor").prefetch(Prefetch("sights").then("toys")).fetch();
    StatementCounter counter(db);
    const auto prefetched = db.related(visitors[0], zoo.sights).of_type({"zoo.OldAnimal"}).all();
    EXPECT_EQ(names(prefetched), "zoo.OldAnimal:1 zoo.OldAnimal:2");
    EXPECT_EQ(names(db.related(prefetched[0], zoo.toys).all()), "zoo.Place:den");
    EXPECT_EQ(counter.statements(), 0U);
    if (GetParam().models == Models::run_time)
        return;
    EXPECT_EQ(seen.all<OldAnimal>()[0]->name, "Kaa");
    EXPECT_EQ(seen.all<Animal>()[0]->name, "Kaa");
    EXPECT_EQ(seen.with(db.query<OldAnimal>().filter(F("name") == "Kaa")).all<Animal>().size(), 1U);
    EXPECT_EQ(seen.where<OldAnimal>(F("name") == "Kaa").fetch()[0]->keeper, 1);
    EXPECT_EQ(db.related(visitors[0], zoo.sights).all<OldAnimal>()[1]->name, "Bagheera");
    EXPECT_EQ(db.related(den, "denizens").all<OldAnimal>()[0]->name, "Kaa");
    EXPECT_TRUE(db.related(den, "denizens").all<Dog>().empty());  // as of any model that is not linked
}

TEST_P(ProxyTest, HasItsOwnContentTypeWhereTheRelationSaysSo) {
    const Object ann = visitor("Ann"), kaa = old("Kaa"), plain = as("zoo.Animal", kaa);
    const RelatedManager seen = db.related(ann, zoo.proxies);
    EXPECT_EQ(seen.add(kaa, plain).added.size(), 2U);
    EXPECT_EQ(content_types("zoo_visitor_proxies"), "animal:1 oldanimal:1");
    EXPECT_EQ(names(seen.all()), "zoo.Animal:1 zoo.OldAnimal:1");
    EXPECT_EQ(seen.count_by_model().size(), 2U);
    EXPECT_EQ(names(seen.of_type({"zoo.OldAnimal"}).all()), "zoo.OldAnimal:1");
    EXPECT_EQ(seen.remove(plain).removed.size(), 1U);
    EXPECT_TRUE(seen.contains(kaa));
    EXPECT_FALSE(seen.contains(plain));
    EXPECT_EQ(names(db.related(kaa, "proxy_fans").all()), "zoo.Visitor:1");
    zoo.proxies.add_relation("zoo.Animal");
    EXPECT_EQ(names(db.related(plain, "proxy_fans").all()), "");
    EXPECT_EQ(db.query("zoo.Visitor").filter(F("proxies__oldanimal__name") == "Kaa").count(), 1U);
    EXPECT_EQ(db.query("zoo.Visitor").filter(F("proxies__animal__name") == "Kaa").count(), 0U);
    EXPECT_EQ(db.query("zoo.Visitor").filter(F("proxies") == kaa).count(), 1U);
    EXPECT_EQ(db.query("zoo.Visitor").filter(F("proxies") == plain).count(), 0U);
    EXPECT_EQ(db.query("zoo.OldAnimal").filter(F("proxy_fans__name") == "Ann").count(), 1U);
    const auto visitors = db.query("zoo.Visitor").prefetch("proxies").fetch();
    EXPECT_EQ(names(db.related(visitors[0], "proxies").all()), "zoo.OldAnimal:1");
    db.discover();
    EXPECT_TRUE(zoo.proxies.is_related(zoo.models["zoo.OldAnimal"]));
}

TEST_P(ProxyTest, GoesWithItsLinksThroughWhicheverModel) {
    const Object ann = visitor("Ann");
    for (const char* label : {"zoo.OldAnimal", "zoo.Animal"}) {
        const Object kaa = old("Kaa"), plain = as("zoo.Animal", kaa);
        db.related(ann, zoo.proxies).add(kaa, plain);
        db.related(ann, zoo.sights).add(kaa);
        const Object going = as(label, kaa);
        EXPECT_EQ(db.explain_remove(going).would.links, 3U);
        std::string heard;
        const SignalConnection connection = zoo.models[label].signals().deleted.connect(
            [&](const ObjectsDeleted& deleted) { heard = deleted.model.label(); });
        const Deleted deleted = db.remove(going);
        connection.disconnect();
        EXPECT_EQ(heard, "zoo.Animal");
        EXPECT_EQ(rows(deleted), "zoo.Animal 1");
        EXPECT_EQ(deleted.links, 3U);
        EXPECT_EQ(count_of("zoo_animal") + count_of("zoo_visitor_proxies") + count_of("zoo_visitor_sights"), "000");
    }
    (void)old("Kaa");
    db.related(ann, zoo.proxies).add(db.query("zoo.OldAnimal").get());
    EXPECT_EQ(db.remove(db.query("zoo.OldAnimal")).links, 1U);
    EXPECT_EQ(count_of("zoo_animal") + count_of("zoo_visitor_proxies"), "00");
}

TEST_P(ProxyTest, HasTheRelationsAndForeignKeysOfItsModel) {
    const Object kaa = old("Kaa"), hut = place("hut");
    db.related(kaa, zoo.toys).add(hut);
    EXPECT_EQ(names(db.related(as("zoo.Animal", kaa), "toys").all()), "zoo.Place:hut");
    EXPECT_EQ(names(db.related(hut, "animal_set").all()), "zoo.Animal:1");
    db.related(kaa, "dens").add(hut);
    EXPECT_EQ(db.query("zoo.OldAnimal").filter(F("dens__code") == "hut").count(), 1U);
    const Object rex = dog("Rex");
    EXPECT_EQ(db.query("zoo.OldAnimal").filter(F("dog__breed") == "?").count(), 1U);
    (void)rex;
}

// What refers to a proxy goes as what refers to its model does; its row is in the same table.
TEST_P(ProxyTest, IsATargetOfForeignKeys) {
    Registry models;
    models.model("x.Parent").primary_key("id", Kind::big_integer).field("name", Kind::text);
    models.model("x.Alias").proxy("x.Parent");
    models.model("x.Child").inherits("x.Alias").field("more", Kind::text);
    models.model("x.Ref")
        .primary_key("id", Kind::big_integer)
        .foreign_key("to", "x.Alias", {.on_delete = ForeignKeyPolicy::cascade});
    models.many_to_many("x.Ref", "many", "x.Alias", {.related_name = "many_refs", .layout = GetParam().layout});
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    EXPECT_EQ(models["x.Child"].parent(), &models["x.Parent"]);
    const Object child = other.insert(models["x.Child"].make({{"name", "c"}, {"more", "m"}}));
    const Object ref = other.insert(models["x.Ref"].make({{"to", child.key()}}));
    EXPECT_EQ(other.follow(ref, "to").to_string(), "x.Alias:1");
    EXPECT_EQ(other.query("x.Ref").filter(F("to") == child).count(), 1U);
    other.related(ref, "many").add(child);
    EXPECT_EQ(names(other.related(ref, "many").all()), "x.Alias:1");
    EXPECT_EQ(other.query("x.Child").filter(F("ref__id") == 1).count(), 1U);
    EXPECT_EQ(rows(other.remove(Reference{&models["x.Parent"], child.key()})), "x.Child 1, x.Parent 1, x.Ref 1");
}

}  // namespace
// 2.3: conditions of a model hold for its proxies too, and those of a proxy for what is added as such.
TEST_P(ProxyTest, LimitChoicesTo) {
    Registry models;
    models.model("a.Video").primary_key("id", Kind::integer).field("name", Kind::text);
    models.model("a.Old").proxy("a.Video");
    for (const bool concrete : {true, false}) {
        (void)models.gm2m("a.Video", concrete ? "links" : "own_links",
                          {.for_concrete_model = concrete,
                           .related_name = concrete ? "linking" : "own_linking",
                           .layout = GetParam().layout,
                           .limit_choices_to = {{"a.Video", F("name") != "bad"}, {"a.Old", F("name") != "new"}}});
    }
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    const Object good = other.insert(models["a.Video"].make({{"name", "good"}}));
    const Object bad = other.insert(models["a.Video"].make({{"name", "bad"}}));
    const Object fresh = other.insert(models["a.Video"].make({{"name", "new"}}));
    for (const char* name : {"links", "own_links"}) {
        const RelatedManager links = other.related(good, name);
        EXPECT_THROW(links.add(bad), InvalidChoice);
        EXPECT_THROW(links.add(other.get("a.Old", bad.key())), InvalidChoice);
        EXPECT_THROW(links.add(other.get("a.Old", fresh.key())), InvalidChoice);
        EXPECT_EQ(links.count(), 0U);
        EXPECT_EQ(links.add(fresh).added.size(), 1U);
        EXPECT_EQ(links.candidates("a.Video").count(), 2U);
        EXPECT_EQ(links.candidates("a.Old").count(), 1U);
    }
}

}  // namespace gm2m::test
