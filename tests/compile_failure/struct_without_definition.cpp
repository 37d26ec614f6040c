// Expected: gm2m: the struct is only declared so far: models come after the definitions of structs
#include <gm2m/gm2m.hpp>

struct Movie;
#ifndef MISTAKE
struct Movie {
    std::int64_t id{};
};
#endif

gm2m::ModelBuilder<Movie> declare(gm2m::Registry& models) {
    return models.model<Movie>("cinema.Movie");
}
