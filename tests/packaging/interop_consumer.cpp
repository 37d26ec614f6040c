// A program that has a soci::session and lends it.
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <gm2m/interop/soci.hpp>

int main() {
    gm2m::Registry models;
    soci::session session(soci::sqlite3, ":memory:");
    gm2m::Database db = gm2m::borrow(models, session);
    db.create_tables();
    return &gm2m::session_of(db) == &session ? 0 : 1;
}
