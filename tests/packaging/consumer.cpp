// One model and one relation, as the smallest program that uses the library.
#include <gm2m/gm2m.hpp>

#include <iostream>

struct Person {
    std::int64_t id{};
    std::string name;
};

int main() {
    gm2m::Registry models;
    models.model<Person>("people.Person").primary_key("id", &Person::id).field("name", &Person::name);
    const gm2m::GM2MField friends = models.gm2m("people.Person", "friends");

    auto db = gm2m::Database::open(models, "sqlite3://:memory:");
    db.create_tables();
    const auto jack = db.insert(Person{.name = "Jack"});
    const auto jill = db.insert(Person{.name = "Jill"});
    db.related(jack, friends).add(jill);

    const auto found = db.related(jack, friends).all<Person>();
    const bool right = found.size() == 1 && found[0]->name == "Jill" && db.related(jill, "person_set").contains(jack);
    std::cout << (right ? "right" : "wrong") << '\n';
    return right ? 0 : 1;
}
