#include <gm2m/error.hpp>
#include <gm2m/interop/soci.hpp>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "support/cinema.hpp"

namespace gm2m::test {

/// A session that is the program's own, lent to a Database.
class BorrowTest : public CinemaTest {
protected:
    BorrowTest() {
        if (GetParam().is_sqlite())
            session.open(soci::sqlite3, scratch.path());
        else
            // SOCI takes no URI: libpq's environment names the server, the search path the test's schema.
            session.open(soci::postgresql, "options='" + std::string("-csearch_path=") +
                                               scratch.sql("SELECT current_schema()").front() + "'");
    }
    int movies_in_session() {
        int count = 0;
        session << "SELECT count(*) FROM cinema_movie", soci::into(count);
        return count;
    }

    soci::session session;
};
GM2M_INSTANTIATE(BorrowTest, layout_configurations);

// DESIGN 4: a borrowed session's transaction is taken part in
TEST_P(BorrowTest, TakesPartInTheSessionsTransaction) {
    Database borrowed = borrow(cinema.registry, session);
    {
        soci::transaction transaction(session);
        borrowed.insert(cinema.registry["cinema.Movie"].make({{"title", "lost"}}));
        EXPECT_EQ(movies_in_session(), 1);
        transaction.rollback();
    }
    EXPECT_EQ(movies_in_session(), 0);
    {
        soci::transaction transaction(session);
        const Object me = borrowed.insert(cinema.registry["cinema.User"].make({{"name", "Me"}}));
        const Object kept = borrowed.insert(cinema.registry["cinema.Movie"].make({{"title", "kept"}}));
        borrowed.related(me, cinema.preferred).set(kept);
        {
            Transaction nested(borrowed);  // a savepoint in the session's transaction
            borrowed.related(me, cinema.preferred).clear();
        }
        transaction.commit();
        EXPECT_EQ(names(preferred_by(me).all()), kept.to_string());
    }
    EXPECT_EQ(movies_in_session(), 1);
}

// An operation of several statements that fails leaves nothing in the session's transaction (SQLite), or the
// transaction as its engine leaves it (PostgreSQL).
TEST_P(BorrowTest, AFailedOperationLeavesNothing) {
    Database borrowed = borrow(cinema.registry, session);
    session.begin();
    borrowed.insert(cinema.registry["cinema.Movie"].make({{"title", "mine"}}));
    const std::vector<Object> some{cinema.registry["cinema.Country"].make({{"code", "A"}, {"name", ""}}),
                                   cinema.registry["cinema.Country"].make({{"code", "A"}, {"name", ""}})};
    EXPECT_THROW(borrowed.insert_many(some), IntegrityError);
    if (GetParam().is_sqlite()) {
        session.commit();
        EXPECT_EQ(movies_in_session(), 1);
        EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_country").front(), "0");
    } else {
        EXPECT_THROW(borrowed.find("cinema.Movie", 1), TransactionAborted);
        session.rollback();
        EXPECT_EQ(movies_in_session(), 0);
    }
}

// 1.4: a content type created in a transaction that somebody else rolls back is forgotten
TEST_P(BorrowTest, ContentTypesFollowTheSessionsTransaction) {
    Database borrowed = borrow(cinema.registry, session);
    const Object me = user("Me"), alien = movie("Alien");
    session.begin();
    borrowed.related(me, cinema.preferred).add(alien);
    EXPECT_EQ(borrowed.related(me, cinema.preferred).count(), 1U);
    session.rollback();
    scratch.sql("INSERT INTO gm2m_content_type (app_label, model) VALUES ('other', 'thing')");
    EXPECT_FALSE(borrowed.related(me, cinema.preferred).contains(alien));
    session.begin();
    borrowed.related(me, cinema.preferred).add(alien);
    session.commit();
    EXPECT_EQ(scratch.sql("SELECT model FROM gm2m_content_type AS c JOIN cinema_user_preferred_videos AS l "
                          "ON l.gm2m_ct_id = c.id"),
              std::vector<std::string>{"movie"});
    const ContentType movie_type = borrowed.content_types().get_for_model("cinema.Movie");
    EXPECT_EQ(db.content_types().get_for_model("cinema.Movie"), movie_type);
}

// The session is given back as it was: one can go on using it between the library's calls.
TEST_P(BorrowTest, TheSessionStaysUsable) {
    Database borrowed = borrow(cinema.registry, session);
    EXPECT_EQ(&session_of(borrowed), &session);
    for (int i = 0; i < 3; ++i) {
        borrowed.insert_many(std::vector<Object>{cinema.registry["cinema.Movie"].make({{"title", "x"}})});
        session << "INSERT INTO cinema_movie (title) VALUES ('y')";
    }
    EXPECT_EQ(movies_in_session(), 6);
    EXPECT_THROW(borrowed.get("cinema.Movie", 77), DoesNotExist);
    EXPECT_THROW(session << "SELECT nonsense", soci::soci_error);
    EXPECT_EQ(borrowed.get("cinema.Movie", 6)["title"], Value("y"));
}

// What the session is reading goes on.
TEST_P(BorrowTest, IsLentAgainWhileItIsBeingRead) {
    const Object alien = movie("Alien"), brazil = movie("Brazil");
    Database first = borrow(cinema.registry, session);
    EXPECT_EQ(first.query("cinema.Movie").filter(F("pk").in({1, 2})).count(), 2U);
    const soci::rowset<int> rows =
        (session.prepare << "SELECT (SELECT max(b.id) FROM cinema_movie b WHERE b.id >= a.id) FROM cinema_movie a");
    int sum = 0;
    for (const int greatest : rows) {
        Database again = borrow(cinema.registry, session);
        sum += greatest;
    }
    EXPECT_EQ(sum, 2 + 2);
}

/// Where a writer locks the file.
class BorrowFromFileTest : public BorrowTest {
protected:
    /// The session waits for a writer, who commits thereupon.
    void lend_a_handler(std::optional<Transaction>& writer) {
        sqlite_api::sqlite3_busy_handler(
            static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_,
            [](void* held, int) {
                auto& other = *static_cast<std::optional<Transaction>*>(held);
                if (!other)
                    return 0;
                other->commit();
                other.reset();
                return 1;
            },
            &writer);
    }
};
std::vector<Configuration> file_configurations() {
    return {{Engine::sqlite, Layout::standard}, {Engine::sqlite, Layout::compact}};
}
GM2M_INSTANTIATE(BorrowFromFileTest, file_configurations);

// Once the program's own transaction has read, SQLite lets it wait for nobody: what set() has to read comes later.
TEST_P(BorrowFromFileTest, SetWaitsForAnotherWriter) {
    Database borrowed = borrow(cinema.registry, session);
    const Object me = user("Me"), alien = movie("Alien"), brazil = movie("Brazil");
    borrowed.related(me, cinema.preferred).set(alien);
    std::optional<Transaction> writer(db);
    lend_a_handler(writer);
    session.begin();
    borrowed.related(me, cinema.preferred).set(brazil);
    EXPECT_FALSE(writer.has_value());
    session.commit();
    EXPECT_EQ(names(preferred_by(me).all()), brazil.to_string());
}

// The same of a deletion, which reads what goes.
TEST_P(BorrowFromFileTest, RemoveWaitsForAnotherWriter) {
    Database borrowed = borrow(cinema.registry, session);
    movie("Alien");
    std::optional<Transaction> writer(db);
    lend_a_handler(writer);
    session.begin();
    borrowed.remove(borrowed.query("cinema.Movie"));
    EXPECT_FALSE(writer.has_value());
    session.commit();
    EXPECT_EQ(db.query("cinema.Movie").count(), 0U);
}

// And of a deletion that reads nothing but content types, or the first links of many sources.
TEST_P(BorrowFromFileTest, RemoveOfAListWaitsForAnotherWriter) {
    Database borrowed = borrow(cinema.registry, session);
    for (const bool knows_content_types : {false, true}) {
        SCOPED_TRACE(knows_content_types);
        std::vector<Object> users;
        for (int i = 0; i < 100; ++i)
            users.push_back(user("?"));
        db.related(users.front(), cinema.preferred).add(movie("Alien"));
        if (knows_content_types)
            EXPECT_EQ(borrowed.related(users.front(), cinema.preferred).all().size(), 1U);
        std::optional<Transaction> writer(db);
        lend_a_handler(writer);
        session.begin();
        EXPECT_EQ(borrowed.remove(users).rows, 100U);
        EXPECT_FALSE(writer.has_value());
        session.commit();
        EXPECT_EQ(db.query("cinema.User").count(), 0U);
    }
}

TEST_P(BorrowFromFileTest, SetThroughAModelWaitsForAnotherWriter) {
    cinema.registry.model("cinema.Like")
        .primary_key("id", Kind::integer)
        .foreign_key("fan", "cinema.User")
        .field("of_type", Kind::integer)
        .field("of_key", Kind::text, {.max_length = 16})
        .generic_foreign_key("of", "of_type", "of_key");
    const GM2MField liked =
        cinema.registry.gm2m("cinema.User", "liked", {.related_name = "fans", .through = "cinema.Like"});
    liked.add_relation("cinema.Movie");
    db.create_tables();
    const Object me = user("Me"), alien = movie("Alien"), brazil = movie("Brazil");
    db.related(me, liked).add(alien);
    for (const bool reverse : {false, true}) {
        Database borrowed = borrow(cinema.registry, session);  // which knows no content type yet
        std::optional<Transaction> writer(db);
        db.related(me, liked).toggle(alien);
        lend_a_handler(writer);
        session.begin();
        if (reverse)
            EXPECT_EQ(borrowed.related(alien, "fans").set(me).added.size(), 0U);
        else
            EXPECT_EQ(borrowed.related(me, liked).set(brazil).removed.size(), 0U);
        EXPECT_FALSE(writer.has_value());
        session.commit();
    }
    EXPECT_EQ(db.related(me, liked).count(), 2U);
}

TEST(BorrowedSessionTest, HasToBeConnected) {
    soci::session closed;
    Registry models;
    EXPECT_THROW(borrow(models, closed), ConfigurationError);
}

// A Database is used by one thread at a time: SQLite's mutex would guard nothing. The program's sessions keep theirs.
TEST_P(BorrowTest, OnlyTheProgramsSessionsHaveAMutex) {
    if (!GetParam().is_sqlite() || sqlite_api::sqlite3_threadsafe() != 1)
        GTEST_SKIP() << "no connection has one";
    const auto mutex_of = [](soci::session& of) {
        return sqlite_api::sqlite3_db_mutex(static_cast<soci::sqlite3_session_backend*>(of.get_backend())->conn_);
    };
    EXPECT_EQ(mutex_of(session_of(db)), nullptr);
    Pool pool(cinema.registry, scratch.url(), 1);
    Pool::Lease lease = pool.acquire();
    EXPECT_EQ(mutex_of(session_of(*lease)), nullptr);
    Database memory = Database::open(cinema.registry, "sqlite3://:memory:");
    EXPECT_EQ(mutex_of(session_of(memory)), nullptr);

    Database borrowed = borrow(cinema.registry, session);
    EXPECT_NE(mutex_of(session_of(borrowed)), nullptr);
}

// Else it is as SOCI opens it.
TEST_P(BorrowTest, OtherFilesCanBeAttachedToAConnection) {
    if (!GetParam().is_sqlite())
        GTEST_SKIP() << "a server attaches no files";
    const ScratchDatabase other(GetParam().engine);
    session_of(db) << "ATTACH '" + other.path() + "' AS other";
    session_of(db) << "CREATE TABLE other.t (n integer)";
    EXPECT_EQ(other.sql("SELECT count(*) FROM t").front(), "0");
}

}  // namespace gm2m::test
