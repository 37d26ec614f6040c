#pragma once

#include "support/cinema.hpp"

namespace gm2m::test {

/// The cinema with the options that a test is about. Each of users 1 to 3 prefers each of movies 1 and 2, opera 1 and
/// country GB: 12 links, 4 of each user, 3 to each target.
struct LinkedCinema {
    explicit LinkedCinema(const Configuration& configuration, GM2MOptions options = {}, DatabaseOptions database = {})
        : scratch(configuration.engine),
          cinema(configuration, std::move(options)),
          db(Database::open(cinema.registry, scratch.url(), database)) {
        db.create_tables();
        atomically(db, [&] { fill(); });
    }

    Object user(int key) { return db.get("cinema.User", key); }
    Object movie(int key) { return db.get("cinema.Movie", key); }
    Object opera() { return db.get("cinema.Opera", 1); }
    Object country() { return db.get("cinema.Country", "GB"); }
    RelatedManager preferred_by(const Object& user) { return db.related(user, cinema.preferred); }

    ScratchDatabase scratch;
    Cinema cinema;
    Database db;

private:
    void fill() {
        const auto insert = [&](const char* model, std::initializer_list<std::pair<std::string_view, Value>> values) {
            return db.insert(cinema.registry[model].make(values));
        };
        const std::vector<Object> targets{
            insert("cinema.Movie", {{"title", "Alien"}}), insert("cinema.Movie", {{"title", "Brazil"}}),
            insert("cinema.Opera", {{"title", "Carmen"}}), insert("cinema.Country", {{"code", "GB"}, {"name", "?"}})};
        for (const char* name : {"Ann", "Bob", "Cid"})
            db.related(insert("cinema.User", {{"name", name}}), cinema.preferred).add(targets);
    }
};

/// The rows of the join table, those of a transaction of `db` included.
inline std::size_t count_links(Database& db) {
    return db.query("cinema.User_preferred_videos").count();
}

/// The field of the registry that `db` works with.
inline GM2MField preferred_of(Database& db) {
    return *db.models().find_gm2m_field(db.models()["cinema.User"], "preferred_videos");
}

}  // namespace gm2m::test
