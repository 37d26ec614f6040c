#include <gm2m/interop/soci.hpp>

#include <soci/postgresql/soci-postgresql.h>

#include "support/cinema.hpp"

namespace gm2m::test {

/// What is prepared on a PostgreSQL session.
class PreparedStatementTest : public CinemaTest {
protected:
    PreparedStatementTest() {
        session.open(soci::postgresql,
                     "options='" + std::string("-csearch_path=") + scratch.sql("SELECT current_schema()").front() + "'");
    }
    int prepared(const std::string& pattern) {
        int count = 0;
        session << "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'gm2m%' AND statement LIKE :pattern",
            soci::use(pattern), soci::into(count);
        return count;
    }

    soci::session session;
};
GM2M_INSTANTIATE(PreparedStatementTest, server_configurations);

// The plan of a prepared statement does not know how long a list is: read by it, 6,000 objects of a table without
// statistics took 80 ms instead of 2.
TEST_P(PreparedStatementTest, WhatHasALongListIsPlannedEachTime) {
    Database borrowed = borrow(cinema.registry, session);
    std::vector<Object> users, movies;
    for (int i = 0; i < 300; ++i) {
        users.push_back(cinema.registry["cinema.User"].make({{"name", "user"}}));
        movies.push_back(cinema.registry["cinema.Movie"].make({{"title", "movie"}}));
    }
    borrowed.insert_many(users);
    borrowed.insert_many(movies);
    const std::string links = "SELECT%gm2m_src_id%cinema_user_preferred_videos%= ANY%";

    for (int again = 0; again < 8; ++again)
        borrowed.prefetch(users, cinema.preferred);
    EXPECT_EQ(prepared(links), 0);
    borrowed.prefetch(std::vector(users.begin(), users.begin() + 10), cinema.preferred);
    EXPECT_EQ(prepared(links), 1);

    for (const std::size_t count : {300U, 100U})
        borrowed.related(users[count - 1], cinema.preferred).add(std::vector(movies.begin(), movies.begin() + static_cast<std::ptrdiff_t>(count)));
    EXPECT_EQ(borrowed.related(users[299], cinema.preferred).count(), 300U);
    EXPECT_EQ(borrowed.related(users[99], cinema.preferred).count(), 100U);
    EXPECT_EQ(prepared("%INSERT INTO%cinema_user_preferred_videos%"), 1);
}

}  // namespace gm2m::test
