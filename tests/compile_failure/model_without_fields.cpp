// Expected: gm2m: a model has a primary key: declare its fields
#include <gm2m/gm2m.hpp>

struct Movie {
    std::int64_t id{};
};

void declare(gm2m::Registry& models) {
#ifdef MISTAKE
    models.model<Movie>("cinema.Movie");
#else
    models.model<Movie>("cinema.Movie").primary_key("id", &Movie::id);
#endif
}
