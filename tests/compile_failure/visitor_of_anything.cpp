// Expected: gm2m: a visitor takes one argument
#include <gm2m/gm2m.hpp>

void look_at(const gm2m::Object& video) {
#ifdef MISTAKE
    video.visit([](const auto&) {});
#else
    video.visit([](const gm2m::Object&) {});
#endif
}
