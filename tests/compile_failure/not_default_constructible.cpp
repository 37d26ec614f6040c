// Expected: gm2m: a model's struct must be default-constructible
#include <gm2m/gm2m.hpp>

struct Movie {
#ifndef MISTAKE
    Movie() = default;
#endif
    explicit Movie(std::string named) : title(std::move(named)) {}

    std::int64_t id{};
    std::string title;
};

void declare(gm2m::Registry& models) {
    models.model<Movie>("cinema.Movie").primary_key("id", &Movie::id);
}
