// Expected: gm2m: an object is wanted: a model's struct, or a handle
#include <gm2m/gm2m.hpp>

struct Movie {
    std::int64_t id{};
};

void insert(gm2m::Database& db) {
#ifdef MISTAKE
    db.insert(5);
#else
    db.insert(Movie{5});
#endif
}
