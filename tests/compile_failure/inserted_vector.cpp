// Expected: gm2m: one object is wanted: insert_many() takes a vector
#include <gm2m/gm2m.hpp>

struct Movie {
    std::int64_t id{};
};

void insert(gm2m::Database& db) {
#ifdef MISTAKE
    db.insert(std::vector{Movie{5}, Movie{6}});
#else
    db.insert_many(std::vector{Movie{5}, Movie{6}});
#endif
}
