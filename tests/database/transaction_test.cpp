#include <gm2m/error.hpp>
#include <gm2m/interop/soci.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class TransactionTest : public CinemaTest {};
GM2M_INSTANTIATE(TransactionTest, engine_configurations);

TEST_P(TransactionTest, CommitsOrRollsBack) {
    {
        Transaction transaction(db);
        movie("lost");
    }
    EXPECT_FALSE(db.find("cinema.Movie", 1));
    {
        Transaction transaction(db);
        movie("kept");
        transaction.commit();
    }
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "1");
    {
        Transaction transaction(db);
        movie("lost");
        transaction.rollback();
        transaction.rollback();  // harmless
        movie("outside");
    }
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "2");
}

TEST_P(TransactionTest, Nests) {
    Transaction outer(db);
    movie("kept");
    {
        Transaction inner(db);
        movie("lost");
        {
            Transaction innermost(db);
            movie("lost too");
            innermost.commit();
        }
    }
    {
        Transaction inner(db);
        movie("kept");
        inner.commit();
    }
    outer.commit();
    EXPECT_EQ(scratch.sql("SELECT title FROM cinema_movie"), (std::vector<std::string>{"kept", "kept"}));
}

// The same on both engines: after an error a transaction can only be rolled back, a nested one spares the outer.
// What is rolled back has not happened to the objects either.
TEST_P(TransactionTest, EndsOnce) {
    Transaction committed(db), rolled_back(db);
    rolled_back.rollback();
    EXPECT_THROW(rolled_back.commit(), TransactionAborted);
    movie("kept");
    committed.commit();
    EXPECT_THROW(committed.commit(), TransactionAborted);
    committed.rollback();  // too late
    EXPECT_FALSE(db.in_transaction());
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "1");
}

TEST_P(TransactionTest, EndsWithThoseInsideIt) {
    {
        Transaction outer(db);
        movie("lost");
        Transaction inner(db);
        EXPECT_THROW(outer.commit(), TransactionAborted);
        outer.rollback();
        EXPECT_THROW(inner.commit(), TransactionAborted);
        Transaction next(db);  // as deep as the outer one was
        Transaction inside_next(db);
        movie("kept");
        inner.rollback();  // which is none of these
        inside_next.commit();
        next.commit();
    }
    EXPECT_EQ(scratch.sql("SELECT title FROM cinema_movie"), std::vector<std::string>{"kept"});
}

TEST_P(TransactionTest, TellsObjectsWhetherTheyAreStored) {
    const Object kept = movie("kept"), gone = movie("gone");
    const Object in_outer = db.models()["cinema.Movie"].make({{"title", "outer"}}),
                 in_inner = db.models()["cinema.Movie"].make({{"title", "inner"}}),
                 in_released = db.models()["cinema.Movie"].make({{"title", "released"}}),
                 saved = db.models()["cinema.Movie"].make({{"id", 77}, {"title", "saved"}});
    {
        Transaction outer(db);
        db.insert(in_outer);
        db.remove(gone);
        {
            Transaction inner(db);
            db.insert(in_inner);
            db.remove(in_outer);
            EXPECT_FALSE(in_outer.is_stored());
        }
        EXPECT_TRUE(in_outer.is_stored());
        EXPECT_FALSE(in_inner.is_stored() || gone.is_stored());
        {
            Transaction inner(db);
            db.insert(in_released);
            inner.commit();
        }
        db.save(saved);
        db.save(kept);
        EXPECT_TRUE(in_released.is_stored() && saved.is_stored());
    }
    EXPECT_FALSE(in_outer.is_stored() || in_inner.is_stored() || in_released.is_stored() || saved.is_stored());
    EXPECT_TRUE(kept.is_stored() && gone.is_stored());
    {
        Transaction transaction(db);
        db.insert(in_inner);
        db.remove(gone);
        transaction.commit();
    }
    {
        Transaction transaction(db);
    }
    EXPECT_TRUE(in_inner.is_stored());
    EXPECT_FALSE(gone.is_stored());
}

// Handles that nobody else has are not kept until the end, and the others are not forgotten.
TEST_P(TransactionTest, TellsThoseOfManyThatAreStillThere) {
    std::vector<Object> some;
    {
        Transaction transaction(db);
        for (int i = 0; i < 40; ++i) {
            const std::vector<Object> made = movies(100);
            some.push_back(made[static_cast<std::size_t>(i)]);
        }
    }
    for (const Object& object : some)
        EXPECT_FALSE(object.is_stored());
}

TEST_P(TransactionTest, IsAbortedByAnError) {
    country("CH");
    {
        Transaction transaction(db);
        movie("lost");
        EXPECT_THROW(country("CH"), IntegrityError);
        EXPECT_THROW(movie("refused"), TransactionAborted);
        EXPECT_THROW(db.find("cinema.Movie", 1), TransactionAborted);
        EXPECT_THROW(transaction.commit(), TransactionAborted);
    }
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "0");
    {
        Transaction transaction(db);
        movie("kept");
        EXPECT_THROW(atomically(db, [&] { country("CH"); }), IntegrityError);
        movie("kept");
        transaction.commit();
    }
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "2");
}

// What is refused before a statement goes out aborts nothing.
TEST_P(TransactionTest, IsNotAbortedByABadObject) {
    Transaction transaction(db);
    EXPECT_THROW(movie(std::string(300, 'x')), InvalidValue);
    EXPECT_THROW(db.get("cinema.Movie", 77), DoesNotExist);
    movie("kept");
    transaction.commit();
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "1");
}

TEST_P(TransactionTest, AtomicallyReturnsWhatItsWorkReturns) {
    const Object made = atomically(db, [&] { return movie("kept"); });
    EXPECT_TRUE(db.find("cinema.Movie", made.key()));
    EXPECT_THROW(atomically(db, [&] { movie("lost"); throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "1");
}

// Where there are round trips, BEGIN takes none of its own, and what does nothing begins nothing.
TEST_P(TransactionTest, BeginsWithTheFirstStatement) {
    std::vector<std::uint64_t> trips;
    db.listen([&](const StatementEvent& event) { trips.push_back(event.round_trip); });
    atomically(db, [&] { movie("kept"); });
    ASSERT_EQ(trips.size(), 3U);  // BEGIN, INSERT, COMMIT
    EXPECT_EQ(trips[0] == trips[1], GetParam().has_round_trips());
    EXPECT_NE(trips[1], trips[2]);

    trips.clear();
    atomically(db, [] {});
    { const Transaction abandoned(db); }
    EXPECT_EQ(trips.size(), GetParam().has_round_trips() ? 0U : 4U);

    trips.clear();
    {
        Transaction outer(db);
        Transaction inner(db);
        movie("lost");
        inner.commit();
    }
    EXPECT_EQ(trips.size(), 5U);  // BEGIN, SAVEPOINT, INSERT, RELEASE, ROLLBACK
    db.listen({});
    EXPECT_EQ(scratch.sql("SELECT title FROM cinema_movie"), std::vector<std::string>{"kept"});
}

// Statements that are not kept any more are let go by the way, but not before the isolation level is set.
TEST_P(TransactionTest, BeginsAfterManyStatements) {
    const Object kept = movie("kept");
    Condition any = F("title") == "";
    for (int i = 0; i < 300; ++i) {
        any = any || F("title") == "kept";
        EXPECT_EQ(db.query("cinema.Movie").filter(any).count(), 1U);
        if (i % 50 == 49) {
            EXPECT_EQ(db.explain_remove(kept).would.rows, 1U);
        }
    }
}

// Also by who reads in transactions of one round trip alone
TEST_P(TransactionTest, LetsStatementsGo) {
    if (GetParam().is_sqlite())
        GTEST_SKIP() << "SQLite has no server that would keep them";
    Condition any = F("title") == "";
    for (int i = 0; i < 300; ++i) {
        any = any || F("title") == "kept";
        atomically(db, [&] { db.query("cinema.Movie").filter(any).count(); });
    }
    int kept = 0;
    session_of(db) << "SELECT count(*) FROM pg_prepared_statements", soci::into(kept);
    EXPECT_LE(kept, 260);
}

// SQL of one's own is part of the transaction, whether it comes first or not.
TEST_P(TransactionTest, BeginsBeforeStatementsOfOnesOwn) {
    movie("kept");
    for (int i = 0; i < 2; ++i) {
        const Transaction lost(db);
        session_of(db) << "UPDATE cinema_movie SET title = 'lost'";
    }
    soci::session& session = session_of(db);
    {
        const Transaction lost(db);
        session << "UPDATE cinema_movie SET title = 'lost'";
    }
    EXPECT_EQ(scratch.sql("SELECT title FROM cinema_movie"), std::vector<std::string>{"kept"});
    atomically(db, [&] { session << "UPDATE cinema_movie SET title = 'changed'"; });
    EXPECT_EQ(scratch.sql("SELECT title FROM cinema_movie"), std::vector<std::string>{"changed"});
}

// After an error in what went out with BEGIN
TEST_P(TransactionTest, FailsWithTheFirstStatement) {
    const Object ch = country("CH");
    {
        Transaction transaction(db);
        EXPECT_THROW(country("CH"), IntegrityError);
        EXPECT_THROW(movie("lost"), TransactionAborted);
        EXPECT_THROW(transaction.commit(), TransactionAborted);
    }
    atomically(db, [&] { movie("kept"); });
    EXPECT_EQ(scratch.sql("SELECT title FROM cinema_movie"), std::vector<std::string>{"kept"});
}

// The listener sees every statement, with what it did.
TEST_P(TransactionTest, ListenersSeeEveryStatement) {
    std::vector<std::string> seen;
    std::size_t rows = 0, failures = 0, controls = 0;
    db.listen([&](const StatementEvent& event) {
        seen.emplace_back(event.sql);
        rows += event.transaction_control ? 0 : event.rows;
        failures += event.failed;
        controls += event.transaction_control;
        EXPECT_GT(event.duration.count(), 0);
        EXPECT_EQ(event.executions, 1U);
    });
    atomically(db, [&] { country("CH"); });
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_EQ(controls, 2U);
    EXPECT_EQ(rows, 1U);
    EXPECT_THROW(country("CH"), IntegrityError);
    EXPECT_EQ(failures, 1U);
    for (const std::string& sql : seen)
        EXPECT_EQ(sql.find("CH"), std::string::npos) << sql;  // values are bound, never pasted
    db.listen({});
    movie("unseen");
    EXPECT_EQ(seen.size(), 4U);
}

}  // namespace gm2m::test
