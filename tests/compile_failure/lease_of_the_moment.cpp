// Expected: use of deleted function
#include <gm2m/gm2m.hpp>

void use(gm2m::Pool& pool) {
#ifdef MISTAKE
    gm2m::Database& db = *pool.acquire();
    (void)db;
#else
    const gm2m::Pool::Lease lease = pool.acquire();
    gm2m::Database& db = *lease;
    (void)db;
#endif
}
