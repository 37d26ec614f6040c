// Expected: gm2m: an object, or a range of objects, is wanted
#include <gm2m/gm2m.hpp>

void link(const gm2m::RelatedManager& videos, const gm2m::Object& movie) {
#ifdef MISTAKE
    videos.add(movie, 5);
#else
    videos.add(movie, std::vector<gm2m::Object>{movie});
#endif
}
