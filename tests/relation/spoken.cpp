#include "relation/spoken.hpp"

namespace gm2m::test {
namespace {

void declare_compiled(Registry& models) {
    models.model<Land>("world.Land").primary_key("code", &Land::code, {.max_length = 2}).field("name", &Land::name);
    models.model<Language>("world.Language").primary_key("id", &Language::id).field("name", &Language::name);
    models.model<Script>("world.Script")
        .primary_key("code", &Script::code, {.max_length = 4})
        .field("name", &Script::name);
    models.model<Usage>("world.Usage")
        .primary_key("id", &Usage::id)
        .foreign_key("land", &Usage::land, "world.Land")
        .foreign_key("target_type", &Usage::target_type, "contenttypes.ContentType")
        .field("target_key", &Usage::target_key, {.max_length = 16})
        .field("percent", &Usage::percent)
        .field("note", &Usage::note)
        .generic_foreign_key("target", "target_type", "target_key")
        .ordering({"-percent"});
}

void declare_run_time(Registry& models) {
    models.model("world.Land").primary_key("code", Kind::text, {.max_length = 2}).field("name", Kind::text);
    models.model("world.Language").primary_key("id", Kind::big_integer).field("name", Kind::text);
    models.model("world.Script").primary_key("code", Kind::text, {.max_length = 4}).field("name", Kind::text);
    models.model("world.Usage")
        .primary_key("id", Kind::big_integer)
        .foreign_key("land", "world.Land")
        .foreign_key("target_type", "contenttypes.ContentType")
        .field("target_key", Kind::text, {.max_length = 16})
        .field("percent", Kind::real)
        .field("note", Kind::text, {.null = true})
        .generic_foreign_key("target", "target_type", "target_key")
        .ordering({"-percent"});
}

}  // namespace

std::vector<Configuration> through_configurations() {
    std::vector<Configuration> configurations = all_configurations();
    std::erase_if(configurations, [](const Configuration& each) { return each.layout != Layout::standard; });
    return configurations;
}

GM2MField SpokenTest::declare(Registry& models, GM2MOptions options) {
    // The relation may precede all that it names. (BEHAVIOUR 1.1)
    options.through = "world.Usage";
    options.related_name = "spoken_in";
    const GM2MField field = models.gm2m("world.Land", "spoken", std::move(options));
    GetParam().models == Models::compiled ? declare_compiled(models) : declare_run_time(models);
    return field;
}

SpokenTest::SpokenTest(GM2MOptions options)
    : scratch(GetParam().engine),
      spoken(declare(models, std::move(options))),
      db(Database::open(models, scratch.url())) {
    db.create_tables();
    ch = land("CH");
    de = land("DE");
    german = language("German");
    french = language("French");
    latin = script("Latn");
}

Object SpokenTest::land(const std::string& code) {
    return db.insert(models["world.Land"].make({{"code", code}, {"name", code}}));
}
Object SpokenTest::language(const std::string& name) {
    return db.insert(models["world.Language"].make({{"name", name}}));
}
Object SpokenTest::script(const std::string& code) {
    return db.insert(models["world.Script"].make({{"code", code}, {"name", code}}));
}

std::string SpokenTest::names(const std::vector<Object>& objects) {
    std::string all;
    for (const Object& object : objects)
        all += (all.empty() ? "" : " ") + object["name"].to_string();
    return all;
}

std::string SpokenTest::all(const RelatedSet& related) {
    return names(related.all());
}

std::size_t SpokenTest::rows() {
    return std::stoul(scratch.sql("SELECT count(*) FROM world_usage").front());
}

}  // namespace gm2m::test
