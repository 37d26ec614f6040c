// Expected: gm2m: a visitor takes one argument
#include <gm2m/gm2m.hpp>

struct Movie {
    std::int64_t id{};
};

void look_at(const gm2m::Object& video) {
#ifdef MISTAKE
    video.visit([](const Movie&, const gm2m::Object&) {});
#else
    video.visit([](const Movie&) noexcept {}, [](const gm2m::Object&) {});
#endif
}
