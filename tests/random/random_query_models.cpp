#include "random/random_query_models.hpp"

namespace gm2m::test {
namespace {

struct QueryCountry {
    std::string code;
    std::string name;
    std::optional<std::string> region;
    std::optional<std::int32_t> population;
};
struct QueryStudio {
    std::int64_t id{};
    std::string name;
    std::optional<std::int32_t> founded;
    std::optional<std::string> country;
};
struct QueryMovie {
    std::int64_t id{};
    std::string title;
    std::int32_t minutes{};
    std::optional<std::int32_t> year;
    std::optional<double> rating;
    std::optional<Date> released;
    std::optional<bool> colour;
    std::optional<std::int64_t> studio;
    std::optional<std::int64_t> sequel_of;
};
struct QueryOpera {
    Uuid id;
    std::string title;
    std::optional<std::int32_t> minutes;
    std::string country;
};
struct QueryUser {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> nick;
    std::optional<std::int32_t> age;
    std::optional<std::string> home;
    std::optional<std::int64_t> mentor;
};

}  // namespace

void declare_compiled_query_models(Registry& models) {
    models.model<QueryCountry>("world.Country")
        .primary_key("code", &QueryCountry::code, {.max_length = 8})
        .field("name", &QueryCountry::name)
        .field("region", &QueryCountry::region)
        .field("population", &QueryCountry::population);
    models.model<QueryStudio>("world.Studio")
        .primary_key("id", &QueryStudio::id)
        .field("name", &QueryStudio::name)
        .field("founded", &QueryStudio::founded)
        .foreign_key("country", &QueryStudio::country, "world.Country");
    models.model<QueryMovie>("world.Movie")
        .primary_key("id", &QueryMovie::id)
        .field("title", &QueryMovie::title)
        .field("minutes", &QueryMovie::minutes)
        .field("year", &QueryMovie::year)
        .field("rating", &QueryMovie::rating)
        .field("released", &QueryMovie::released)
        .field("colour", &QueryMovie::colour)
        .foreign_key("studio", &QueryMovie::studio, "world.Studio")
        .foreign_key("sequel_of", &QueryMovie::sequel_of, "world.Movie", {.related_name = "sequel"});
    models.model<QueryOpera>("world.Opera")
        .primary_key("id", &QueryOpera::id)
        .field("title", &QueryOpera::title)
        .field("minutes", &QueryOpera::minutes)
        .foreign_key("country", &QueryOpera::country, "world.Country");
    models.model<QueryUser>("world.User")
        .primary_key("id", &QueryUser::id)
        .field("name", &QueryUser::name)
        .field("nick", &QueryUser::nick)
        .field("age", &QueryUser::age)
        .foreign_key("home", &QueryUser::home, "world.Country", {.related_name = "resident"})
        .foreign_key("mentor", &QueryUser::mentor, "world.User", {.related_name = "pupil"});
}

void declare_run_time_query_models(Registry& models) {
    models.model("world.Country")
        .primary_key("code", Kind::text, {.max_length = 8})
        .field("name", Kind::text)
        .field("region", Kind::text, {.null = true})
        .field("population", Kind::integer, {.null = true});
    models.model("world.Studio")
        .primary_key("id", Kind::big_integer)
        .field("name", Kind::text)
        .field("founded", Kind::integer, {.null = true})
        .foreign_key("country", "world.Country", {.null = true});
    models.model("world.Movie")
        .primary_key("id", Kind::integer)
        .field("title", Kind::text)
        .field("minutes", Kind::integer)
        .field("year", Kind::integer, {.null = true})
        .field("rating", Kind::real, {.null = true})
        .field("released", Kind::date, {.null = true})
        .field("colour", Kind::boolean, {.null = true})
        .foreign_key("studio", "world.Studio", {.null = true})
        .foreign_key("sequel_of", "world.Movie", {.null = true, .related_name = "sequel"});
    models.model("world.Opera")
        .primary_key("id", Kind::uuid)
        .field("title", Kind::text)
        .field("minutes", Kind::integer, {.null = true})
        .foreign_key("country", "world.Country");
    models.model("world.User")
        .primary_key("id", Kind::big_integer)
        .field("name", Kind::text)
        .field("nick", Kind::text, {.null = true})
        .field("age", Kind::integer, {.null = true})
        .foreign_key("home", "world.Country", {.null = true, .related_name = "resident"})
        .foreign_key("mentor", "world.User", {.null = true, .related_name = "pupil"});
}

}  // namespace gm2m::test
