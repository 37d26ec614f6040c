#include "inheritance/zoo.hpp"

#include <algorithm>

namespace gm2m::test {
namespace {

void declare_compiled(Registry& models) {
    models.model<Named>("zoo.Named").abstract().field("name", &Named::name, {.max_length = 40});
    models.model<Keeper>("zoo.Keeper").primary_key("id", &Keeper::id).inherits<Named>();
    models.model<Place>("zoo.Place").inherits<Named>().primary_key("code", &Place::code, {.max_length = 8});
    models.model<Weighed>("zoo.Weighed").abstract().field("weight", &Weighed::weight);
    models.model<Animal>("zoo.Animal")
        .primary_key("id", &Animal::id)
        .field("name", &Animal::name)
        .foreign_key("keeper", &Animal::keeper, "zoo.Keeper", {.on_delete = ForeignKeyPolicy::cascade});
    models.model<Dog>("zoo.Dog").inherits<Weighed>().inherits<Animal>().field("breed", &Dog::breed, {.index = true});
    models.model<Puppy>("zoo.Puppy").inherits<Dog>().field("weeks", &Puppy::weeks);
    models.model<Cat>("zoo.Cat").inherits<Animal>();
    models.model<OldAnimal>("zoo.OldAnimal").proxy<Animal>();
    models.model<Visitor>("zoo.Visitor")
        .primary_key("id", &Visitor::id)
        .field("name", &Visitor::name)
        .foreign_key("favourite", &Visitor::favourite, "zoo.Dog",
                     {.on_delete = ForeignKeyPolicy::set_null, .related_name = "admirers"});
}

void declare_run_time(Registry& models) {
    models.model("zoo.Named").abstract().field("name", Kind::text, {.max_length = 40});
    models.model("zoo.Keeper").primary_key("id", Kind::big_integer).inherits("zoo.Named");
    models.model("zoo.Place").inherits("zoo.Named").primary_key("code", Kind::text, {.max_length = 8});
    models.model("zoo.Weighed").abstract().field("weight", Kind::integer);
    models.model("zoo.Animal")
        .primary_key("id", Kind::big_integer)
        .field("name", Kind::text)
        .foreign_key("keeper", "zoo.Keeper", {.null = true, .on_delete = ForeignKeyPolicy::cascade});
    models.model("zoo.Dog").inherits("zoo.Weighed").inherits("zoo.Animal").field("breed", Kind::text, {.index = true});
    models.model("zoo.Puppy").inherits("zoo.Dog").field("weeks", Kind::integer);
    models.model("zoo.Cat").inherits("zoo.Animal");
    models.model("zoo.OldAnimal").proxy("zoo.Animal");
    models.model("zoo.Visitor")
        .primary_key("id", Kind::big_integer)
        .field("name", Kind::text)
        .foreign_key("favourite", "zoo.Dog",
                     {.null = true, .on_delete = ForeignKeyPolicy::set_null, .related_name = "admirers"});
}

Registry& declare(Registry& models, const Configuration& configuration) {
    configuration.models == Models::compiled ? declare_compiled(models) : declare_run_time(models);
    return models;
}

}  // namespace

Zoo::Zoo(const Configuration& configuration)
    : sights(declare(models, configuration)
                 .gm2m("zoo.Visitor", "sights",
                       {.related = {"zoo.Animal", "zoo.OldAnimal"}, .layout = configuration.layout})),
      proxies(models.gm2m("zoo.Visitor", "proxies",
                          {.for_concrete_model = false, .related_name = "proxy_fans", .layout = configuration.layout})),
      links(models.gm2m("zoo.Named", "links",
                        {.related = {"zoo.Dog"}, .related_name = "%(class)s_links", .layout = configuration.layout})),
      toys(models.gm2m("zoo.Animal", "toys", {.related = {"zoo.Place"}, .layout = configuration.layout})),
      dens(models.many_to_many("zoo.Animal", "dens", "zoo.Place",
                               {.related_name = "denizens", .layout = configuration.layout})),
      walks(models.many_to_many("zoo.Visitor", "walks", "zoo.Dog",
                                {.related_name = "walkers", .layout = configuration.layout})) {}

ZooTest::ZooTest() : scratch(GetParam().engine), zoo(GetParam()), db(Database::open(zoo.models, scratch.url())) {
    db.create_tables();
}

std::string ZooTest::names(const std::vector<Object>& objects) {
    std::vector<std::string> all = names_in_order(objects);
    std::ranges::sort(all);
    std::string text;
    for (const std::string& name : all)
        text += (text.empty() ? "" : " ") + name;
    return text;
}

std::string ZooTest::list(const std::vector<Object>& objects, const char* field) {
    std::string text;
    for (const Object& object : objects)
        text += (text.empty() ? "" : " ") + object[field].to_string();
    return text;
}

std::string ZooTest::rows(const Deleted& deleted) {
    std::vector<std::string> all;
    for (const ModelCount& count : deleted.by_model)
        all.push_back(count.label + " " + std::to_string(count.count));
    std::ranges::sort(all);
    std::string text;
    for (const std::string& each : all)
        text += (text.empty() ? "" : ", ") + each;
    return text;
}

}  // namespace gm2m::test
