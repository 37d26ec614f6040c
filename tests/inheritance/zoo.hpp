#pragma once

#include "support/cinema.hpp"

namespace gm2m::test {

/// Abstract: what has a name. Its relation goes to each child.
struct Named {
    std::string name;
};
struct Keeper : Named {
    std::int64_t id{};
};
struct Place : Named {
    std::string code;
};
/// Has a base before the one that is its parent, so that the parent does not begin where the object does.
struct Animal {
    std::int64_t id{};
    std::string name;
    std::optional<std::int64_t> keeper;
};
struct Weighed {
    std::int32_t weight{};
};
struct Dog : Weighed, Animal {
    std::string breed;
};
struct Puppy : Dog {
    std::int32_t weeks{};
};
struct Cat : Animal {};
/// A proxy.
struct OldAnimal : Animal {};
struct Visitor {
    std::int64_t id{};
    std::string name;
    std::optional<std::int64_t> favourite;  // a dog
};

/// A zoo, as structs or at run time: an abstract model, parents and children with tables of their own, a proxy.
struct Zoo {
    explicit Zoo(const Configuration& configuration);

    Registry models;
    GM2MField sights;       // of visitors: of any models
    GM2MField proxies;      // the same for proxies by their own content types
    GM2MField links;        // of named ones, which are abstract
    GM2MField toys;         // of animals
    ManyToManyField dens;   // of animals, places
    ManyToManyField walks;  // of visitors, dogs
};

/// A test with the zoo in a database of its own. Objects are made by name, so that one body serves structs and run-time
/// models.
class ZooTest : public testing::TestWithParam<Configuration> {
protected:
    ZooTest();

    Object make(const char* label, std::initializer_list<std::pair<std::string_view, Value>> values) {
        return db.insert(zoo.models[label].make(values));
    }
    Object keeper(const char* name) { return make("zoo.Keeper", {{"name", name}}); }
    Object place(const char* code) { return make("zoo.Place", {{"code", code}, {"name", code}}); }
    Object animal(const char* name) { return make("zoo.Animal", {{"name", name}}); }
    Object dog(const char* name, const char* breed = "?") {
        return make("zoo.Dog", {{"name", name}, {"breed", breed}, {"weight", 7}});
    }
    Object puppy(const char* name) {
        return make("zoo.Puppy", {{"name", name}, {"breed", "?"}, {"weight", 1}, {"weeks", 8}});
    }
    Object cat(const char* name) { return make("zoo.Cat", {{"name", name}}); }
    Object visitor(const char* name) { return make("zoo.Visitor", {{"name", name}}); }
    /// The same row as an object of another model.
    Object as(const char* label, const Object& object) { return db.get(label, object.key()); }

    /// "zoo.Dog:1 zoo.Keeper:1", sorted.
    static std::string names(const std::vector<Object>& objects);
    /// The values of a field, in the order of the objects.
    static std::string list(const std::vector<Object>& objects, const char* field);
    std::string count_of(const char* table) {
        return scratch.sql(std::string("SELECT count(*) FROM ") + table).front();
    }
    /// "zoo.Animal 1, zoo.Dog 1", sorted.
    static std::string rows(const Deleted& deleted);

    ScratchDatabase scratch;
    Zoo zoo;
    Database db;
};

}  // namespace gm2m::test
