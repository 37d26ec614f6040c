// Expected: gm2m: a primary key is an integer, text, a UUID, a date, a time or a date-time
#include <gm2m/gm2m.hpp>

struct Movie {
    std::int64_t id{};
    double price{};
};

void declare(gm2m::Registry& models) {
#ifdef MISTAKE
    models.model<Movie>("cinema.Movie").primary_key("price", &Movie::price);
#else
    models.model<Movie>("cinema.Movie").primary_key("id", &Movie::id);
#endif
}
