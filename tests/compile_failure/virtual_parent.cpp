// Expected: gm2m: the parent's struct is a virtual base, whose members cannot be mapped
#include <gm2m/gm2m.hpp>

struct Video {
    std::int64_t id{};
};
#ifdef MISTAKE
struct Movie : virtual Video {};
#else
struct Movie : Video {};
#endif

void declare(gm2m::Registry& models) {
    models.model<Video>("cinema.Video").primary_key("id", &Video::id);
    models.model<Movie>("cinema.Movie").proxy<Video>();
}
