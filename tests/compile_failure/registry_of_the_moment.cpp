// Expected: use of deleted function
#include <gm2m/gm2m.hpp>

void open() {
#ifdef MISTAKE
    const gm2m::Database db = gm2m::Database::open(gm2m::Registry(), "sqlite3://cinema.db");
#else
    const gm2m::Registry models;
    const gm2m::Database db = gm2m::Database::open(models, "sqlite3://cinema.db");
#endif
}
