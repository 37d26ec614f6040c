#pragma once

#include "support/cinema.hpp"

namespace gm2m::test {

// What is spoken and written where: the links are rows of a model, and say by how many.
struct Land {
    std::string code;
    std::string name;
};
struct Language {
    std::int64_t id{};
    std::string name;
};
struct Script {
    std::string code;
    std::string name;
};
struct Usage {
    std::int64_t id{};
    std::string land;
    int target_type{};
    std::string target_key;
    double percent{};
    std::optional<std::string> note;
};

/// Engines and kinds of models: a through model's table has no layout but its own.
std::vector<Configuration> through_configurations();

/// A database with lands, languages, scripts, and the relation `spoken` through world.Usage, ordered by its percentage.
class SpokenTest : public testing::TestWithParam<Configuration> {
protected:
    explicit SpokenTest(GM2MOptions options = {});

    Object land(const std::string& code);
    Object language(const std::string& name);
    Object script(const std::string& code);
    RelatedManager spoken_in(const Object& land) { return db.related(land, spoken); }
    /// "German Latn": what is linked, in order.
    std::string all(const RelatedSet& related);
    static std::string names(const std::vector<Object>& objects);
    static FieldValues percent(double value) { return {{"percent", value}}; }
    std::size_t rows();

    ScratchDatabase scratch;
    Registry models;
    GM2MField spoken;
    Database db;

    Object ch, de;
    Object german, french, latin;

private:
    static GM2MField declare(Registry& models, GM2MOptions options);
};

}  // namespace gm2m::test
