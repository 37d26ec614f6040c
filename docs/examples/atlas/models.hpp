#pragma once

// The atlas as Django declared it: plain structs, and how they map to the tables that are there.

#include <string>

#include <gm2m/gm2m.hpp>

namespace atlas {

struct Country {
    std::string code;  // "CH"
    std::string name;
};

struct Subdivision {
    int id = 0;
    std::string code;  // "CH-ZH"
    std::string name;
    std::string country;  // the key of its Country
};

struct TimeZone {
    int id = 0;
    std::string name;         // "Europe/Zurich"
    std::string coordinates;  // "+4723+00832"
};

struct Currency {
    std::string code;  // "CHF"
    std::string name;
};

struct Language {
    int id = 0;
    std::string code;  // "gsw"
    std::string name;
};

struct Script {
    std::string code;  // "Latn"
    std::string name;
};

/// By how many of a country's people a language or a script is used: a row of the through model.
struct Usage {
    int id = 0;
    std::string country;  // the key of its Country
    int target_ct = 0;    // the content type of what is used
    std::string target_fk;
    double population_percent = 0;
};

inline void declare_models(gm2m::Registry& models, bool managed) {
    models.model<Country>("atlas.Country")
        .managed(managed)
        .primary_key("code", &Country::code, {.max_length = 2})
        .field("name", &Country::name, {.max_length = 255});
    models.model<Subdivision>("atlas.Subdivision")
        .managed(managed)
        .primary_key("id", &Subdivision::id)
        .field("code", &Subdivision::code, {.max_length = 10, .unique = true})
        .field("name", &Subdivision::name, {.max_length = 255})
        .foreign_key("country", &Subdivision::country, "atlas.Country", {.related_name = "subdivisions"});
    models.model<TimeZone>("atlas.TimeZone")
        .managed(managed)
        .primary_key("id", &TimeZone::id)
        .field("name", &TimeZone::name, {.max_length = 64, .unique = true})
        .field("coordinates", &TimeZone::coordinates, {.max_length = 20});
    models.model<Currency>("atlas.Currency")
        .managed(managed)
        .primary_key("code", &Currency::code, {.max_length = 3})
        .field("name", &Currency::name, {.max_length = 255});
    models.model<Language>("atlas.Language")
        .managed(managed)
        .primary_key("id", &Language::id)
        .field("code", &Language::code, {.max_length = 8, .unique = true})
        .field("name", &Language::name, {.max_length = 255});
    models.model<Script>("atlas.Script")
        .managed(managed)
        .primary_key("code", &Script::code, {.max_length = 4})
        .field("name", &Script::name, {.max_length = 255});
    models.model<Usage>("atlas.Usage")
        .managed(managed)
        .primary_key("id", &Usage::id)
        .foreign_key("country", &Usage::country, "atlas.Country", {.related_name = "usages"})
        .foreign_key("target_ct", &Usage::target_ct, "contenttypes.ContentType")
        .field("target_fk", &Usage::target_fk, {.max_length = 16})
        .field("population_percent", &Usage::population_percent)
        .generic_foreign_key("target", "target_ct", "target_fk")
        .ordering({"-population_percent", "id"});
}

/// A country is related to objects of five models; each of these has its `countries`.
inline gm2m::GM2MField declare(gm2m::Registry& models, bool managed) {
    declare_models(models, managed);
    return models.gm2m(
        "atlas.Country", "related",
        {.related = {"atlas.Subdivision", "atlas.TimeZone", "atlas.Currency", "atlas.Language", "atlas.Script"},
         .related_name = "countries"});
}

/// What a country speaks and writes, those that most people use first.
inline gm2m::GM2MField declare_spoken(gm2m::Registry& models) {
    return models.gm2m("atlas.Country", "spoken",
                       {.related = {"atlas.Language"}, .related_name = "spoken_in", .through = "atlas.Usage"});
}

/// The models and their relations.
struct Atlas {
    /// Not managed: the tables are Django's, and create_tables() keeps away from them.
    explicit Atlas(bool managed = false) : related(declare(models, managed)), spoken(declare_spoken(models)) {}

    gm2m::Registry models;
    gm2m::GM2MField related;
    gm2m::GM2MField spoken;
};

}  // namespace atlas
