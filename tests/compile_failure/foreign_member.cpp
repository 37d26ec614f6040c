// Expected: gm2m: the member is not one of this model's struct
#include <gm2m/gm2m.hpp>

struct Movie {
    std::int64_t id{};
};
struct User {
    std::int64_t id{};
};

void declare(gm2m::Registry& models) {
#ifdef MISTAKE
    models.model<Movie>("cinema.Movie").primary_key("id", &User::id);
#else
    models.model<Movie>("cinema.Movie").primary_key("id", &Movie::id);
#endif
}
