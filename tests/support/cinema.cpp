#include "support/cinema.hpp"

#include <algorithm>
#include <set>

namespace gm2m::test {
namespace {

void declare_compiled(Registry& models) {
    models.model<Movie>("cinema.Movie")
        .primary_key("id", &Movie::id)
        .field("title", &Movie::title, {.max_length = 255});
    models.model<Documentary>("cinema.Documentary")
        .primary_key("id", &Documentary::id)
        .field("title", &Documentary::title);
    models.model<User>("cinema.User").primary_key("id", &User::id).field("name", &User::name);
    models.model<Country>("cinema.Country")
        .primary_key("code", &Country::code, {.max_length = 40})
        .field("name", &Country::name);
}

void declare_run_time(Registry& models) {
    models.model("cinema.Movie").primary_key("id", Kind::big_integer).field("title", Kind::text, {.max_length = 255});
    models.model("cinema.Documentary").primary_key("id", Kind::big_integer).field("title", Kind::text);
    models.model("cinema.User").primary_key("id", Kind::big_integer).field("name", Kind::text);
    models.model("cinema.Country").primary_key("code", Kind::text, {.max_length = 40}).field("name", Kind::text);
}

std::string joined(std::vector<std::string> names) {
    std::ranges::sort(names);
    std::string all;
    for (const std::string& name : names)
        all += (all.empty() ? "" : " ") + name;
    return all;
}

}  // namespace

Cinema::Cinema(const Configuration& configuration, GM2MOptions options)
    : preferred(declare(registry, configuration, std::move(options))) {}

GM2MField Cinema::declare(Registry& registry, const Configuration& configuration, GM2MOptions options) {
    // There are tests of keys that are too long for a join table. A warning with each database would hide what a test
    // that fails has to say.
    registry.silence("gm2m.W001");
    if (configuration.models == Models::compiled)
        declare_compiled(registry);
    else
        declare_run_time(registry);
    registry.model("cinema.Opera").primary_key("id", Kind::integer).field("title", Kind::text);
    options.layout = configuration.layout;
    return registry.gm2m("cinema.User", "preferred_videos", std::move(options));
}

CinemaTest::CinemaTest(GM2MOptions options)
    : scratch(GetParam().engine), cinema(GetParam(), std::move(options)),
      db(Database::open(cinema.registry, scratch.url())) {
    db.create_tables();
}

Object CinemaTest::user(const std::string& name) {
    return db.insert(cinema.registry["cinema.User"].make({{"name", name}}));
}
Object CinemaTest::movie(const std::string& title) {
    return db.insert(cinema.registry["cinema.Movie"].make({{"title", title}}));
}
Object CinemaTest::documentary(const std::string& title) {
    return db.insert(cinema.registry["cinema.Documentary"].make({{"title", title}}));
}
Object CinemaTest::opera(const std::string& title) {
    return db.insert(cinema.registry["cinema.Opera"].make({{"title", title}}));
}
Object CinemaTest::country(const std::string& code) {
    return db.insert(cinema.registry["cinema.Country"].make({{"code", code}, {"name", "?"}}));
}

std::vector<Object> CinemaTest::movies(int count) {
    std::vector<Object> made;
    for (int i = 0; i < count; ++i)
        made.push_back(cinema.registry["cinema.Movie"].make({{"title", "movie " + std::to_string(i)}}));
    db.insert_many(made);
    return made;
}

std::string CinemaTest::names(const std::vector<Object>& objects) {
    return joined(names_in_order(objects));
}

std::string CinemaTest::names(const std::vector<Reference>& references) {
    return joined(names_in_order(references));
}

std::size_t CinemaTest::rows_in_join_table() {
    return std::stoul(scratch.sql("SELECT count(*) FROM cinema_user_preferred_videos").front());
}

StatementCounter::StatementCounter(Database& database) : database_(database) {
    database_.listen([this](const StatementEvent& event) {
        if (event.transaction_control)
            return;
        statements_.emplace_back(event.sql);
        round_trips_.push_back(event.round_trip);
    });
}

StatementCounter::~StatementCounter() {
    database_.listen({});
}

std::size_t StatementCounter::round_trips() const {
    return std::set(round_trips_.begin(), round_trips_.end()).size();
}

void StatementCounter::reset() {
    statements_.clear();
    round_trips_.clear();
}

}  // namespace gm2m::test
