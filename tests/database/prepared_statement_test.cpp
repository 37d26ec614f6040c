#include <gm2m/interop/soci.hpp>

#include <soci/postgresql/soci-postgresql.h>

#include "support/cinema.hpp"

namespace gm2m::test {

/// What is prepared on a PostgreSQL session.
class PreparedStatementTest : public CinemaTest {
protected:
    PreparedStatementTest() {
        session.open(soci::postgresql, "options='" + std::string("-csearch_path=") +
                                           scratch.sql("SELECT current_schema()").front() + "'");
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
TEST_P(PreparedStatementTest, ManyObjectsAreLoadedByAPlanOfTheirOwn) {
    Database borrowed = borrow(cinema.registry, session);
    const Object me = borrowed.insert(cinema.registry["cinema.User"].make({{"name", "Me"}}));
    std::vector<Object> movies;
    for (int i = 0; i < 300; ++i)
        movies.push_back(cinema.registry["cinema.Movie"].make({{"title", "movie"}}));
    borrowed.insert_many(movies);
    RelatedManager mine = borrowed.related(me, cinema.preferred);
    const std::string load = "SELECT%FROM%cinema_movie%WHERE%= ANY%", add = "%INSERT INTO%preferred_videos%";

    mine.add(movies);
    for (int again = 0; again < 8; ++again)
        borrowed.prefetch(std::vector{me}, cinema.preferred);
    EXPECT_EQ(borrowed.related(me, cinema.preferred).all().size(), 300U);
    EXPECT_EQ(prepared(load), 0);
    EXPECT_EQ(prepared(add), 1);

    mine.set(std::vector(movies.begin(), movies.begin() + 10));
    borrowed.prefetch(std::vector{me}, cinema.preferred);
    EXPECT_EQ(prepared(load), 1);
}

// Likewise: in a large table links to many objects go in the order of its pages, if the planner sees how many there
// are.
TEST_P(PreparedStatementTest, ManyObjectsAreDeletedByPlansOfTheirOwn) {
    Database borrowed = borrow(cinema.registry, session);
    const Object me = borrowed.insert(cinema.registry["cinema.User"].make({{"name", "Me"}}));
    std::vector<Object> many, few;
    for (int i = 0; i < 310; ++i)
        (i < 300 ? many : few).push_back(cinema.registry["cinema.Movie"].make({{"title", "movie"}}));
    borrowed.insert_many(many);
    borrowed.insert_many(few);
    borrowed.related(me, cinema.preferred).add(many);
    borrowed.related(me, cinema.preferred).add(few);
    const std::string list = "%= ANY%";
    const int before = prepared(list);

    EXPECT_EQ(borrowed.explain_remove(many).would.links, 300U);
    EXPECT_EQ(borrowed.remove(many).links, 300U);
    EXPECT_EQ(prepared(list), before);

    EXPECT_EQ(borrowed.remove(few).links, 10U);
    EXPECT_EQ(prepared(list), before + 3);  // locks the rows, deletes the links, deletes the rows
}

// What is worth another attempt is no reason to prepare a statement once more.
TEST_P(PreparedStatementTest, StayWhenTheyFail) {
    Database borrowed = borrow(cinema.registry, session);
    const Object me = borrowed.insert(cinema.registry["cinema.User"].make({{"name", "Me"}}));
    const Object alien = borrowed.insert(cinema.registry["cinema.Movie"].make({{"title", "Alien"}}));
    RelatedManager mine = borrowed.related(me, cinema.preferred);
    session << "SET lock_timeout = '10ms'";
    {
        Transaction locks(db);
        db.update(me);
        for (int again = 0; again < 3; ++again)
            EXPECT_THROW(mine.add(alien), Busy);
    }
    EXPECT_EQ(mine.add(alien).added.size(), 1U);
    EXPECT_EQ(prepared("%INSERT INTO%preferred_videos%"), 1);
}

// A plan that no longer fits its table is made anew, once.
TEST_P(PreparedStatementTest, AreMadeAnewWhenTheirTableHasChanged) {
    Database borrowed = borrow(cinema.registry, session);
    borrowed.insert(cinema.registry["cinema.Movie"].make({{"title", "Alien"}}));
    const auto title = [&] { return borrowed.get("cinema.Movie", 1)["title"].get<std::string>(); };
    EXPECT_EQ(title(), "Alien");
    session << "ALTER TABLE cinema_movie ALTER COLUMN title TYPE varchar(300)";
    EXPECT_THROW(title(), DatabaseError);
    EXPECT_EQ(title(), "Alien");
    EXPECT_EQ(prepared("SELECT%title%FROM%cinema_movie%"), 1);
    session << "DEALLOCATE ALL";
    EXPECT_THROW(title(), DatabaseError);
    EXPECT_EQ(title(), "Alien");
    EXPECT_EQ(prepared("SELECT%title%FROM%cinema_movie%"), 1);
}

}  // namespace gm2m::test
