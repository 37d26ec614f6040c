// Expected: gm2m: the model's struct does not derive from its parent's struct
#include <gm2m/gm2m.hpp>

struct Video {
    std::int64_t id{};
};
struct Movie : Video {};
struct User {
    std::int64_t id{};
};

void declare(gm2m::Registry& models) {
    models.model<Video>("cinema.Video").primary_key("id", &Video::id);
    models.model<User>("cinema.User").primary_key("id", &User::id);
#ifdef MISTAKE
    models.model<Movie>("cinema.Movie").inherits<User>();
#else
    models.model<Movie>("cinema.Movie").inherits<Video>();
#endif
}
