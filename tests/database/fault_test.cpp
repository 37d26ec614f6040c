#include <algorithm>
#include <functional>
#include <stdexcept>

#include <gm2m/error.hpp>

#include "database/database_impl.hpp"
#include "database/faulty_connection.hpp"
#include "support/cinema.hpp"

namespace gm2m::test {

/// Every operation that writes, and a fault at each of its statements in turn: afterwards the database is as before or
/// as after, and never in between; and the Database goes on, or says that it cannot.
class FaultTest : public testing::TestWithParam<Configuration> {
protected:
    using Operation = std::function<void(Database&)>;

    FaultTest() {
        cinema.registry.model("cinema.Ticket")
            .primary_key("id", Kind::integer)
            .foreign_key("movie", "cinema.Movie", {.on_delete = ForeignKeyPolicy::cascade})
            .foreign_key("owner", "cinema.User", {.null = true, .on_delete = ForeignKeyPolicy::set_null});
        friends.emplace(cinema.registry.many_to_many("cinema.User", "friends", "cinema.User"));
        open();
        db->create_tables();
    }

    void open() {
        auto session = std::make_unique<backend::Session>(backend::parse_url(scratch.url()), std::chrono::seconds(10));
        session->wrap([&](std::unique_ptr<backend::Connection> inner) {
            auto made = std::make_unique<FaultyConnection>(std::move(inner));
            connection = made.get();
            return made;
        });
        db = std::make_unique<Database>(std::make_unique<Database::Impl>(
            cinema.registry, std::move(session), DatabaseOptions(), std::make_shared<detail::ContentTypeCache>()));
    }

    /// All that the tables hold; of links, not their ids.
    std::vector<std::string> contents() const {
        std::string sql;
        for (const std::string rows :
             {"gm2m_src_id || '-' || gm2m_ct_id || '-' || gm2m_pk FROM cinema_user_preferred_videos",
              "from_user_id || '-' || to_user_id FROM cinema_user_friends", "id || model FROM gm2m_content_type",
              "id || name FROM cinema_user", "id || title FROM cinema_movie", "id || title FROM cinema_opera",
              "id || '-' || movie_id || '-' || coalesce(owner_id, 0) FROM cinema_ticket",
              "code || name FROM cinema_country"})
            sql +=
                (sql.empty() ? "SELECT '" : " UNION ALL SELECT '") + rows.substr(rows.find("FROM")) + ": ' || " + rows;
        std::vector<std::string> all = scratch.sql(sql);
        std::ranges::sort(all);
        return all;
    }

    /// An object by its key, whether it exists or not.
    Reference at(const std::string& name, int key) const {
        return {&cinema.registry["cinema." + name], Value(std::int64_t{key})};
    }
    Object made(const std::string& name, std::initializer_list<std::pair<std::string_view, Value>> values) const {
        return cinema.registry["cinema." + name].make(values);
    }
    RelatedManager mine(Database& database) const { return database.related(at("User", 1), cinema.preferred); }

    /// Fails each statement of the operation in turn, by itself and inside a transaction of the caller; in the end the
    /// operation is carried out.
    void withstand(const std::string& name, const Operation& operation) {
        SCOPED_TRACE(name);
        const std::vector<std::string> before = contents();
        for (const Fault fault : {Fault::error, Fault::busy, Fault::serialization, Fault::lost})
            for (std::size_t statements = 0; fails(operation, fault, statements, true); ++statements)
                ASSERT_EQ(contents(), before) << "inside a transaction, after " << statements << " statements";
        ASSERT_EQ(contents(), before);
        for (std::size_t statements = 0;; ++statements)
            for (const Fault fault : {Fault::error, Fault::busy, Fault::serialization, Fault::lost}) {
                if (!fails(operation, fault, statements, false)) {
                    EXPECT_NE(contents(), before) << "the operation did nothing";
                    return;
                }
                ASSERT_EQ(contents(), before) << "by itself, after " << statements << " statements";
            }
    }

    /// Whether the fault came; what it left open is rolled back.
    bool fails(const Operation& operation, Fault fault, std::size_t statements, bool in_transaction) {
        std::optional<Transaction> around;
        if (in_transaction)
            around.emplace(*db);
        connection->arm(fault, statements);
        bool failed = false;
        try {
            operation(*db);
        } catch (const DatabaseError& error) {
            failed = true;
            EXPECT_EQ(error.retryable(), fault != Fault::error);
        }
        EXPECT_EQ(connection->disarm(), !failed) << "an error was swallowed";
        if (around)
            around->rollback();
        around.reset();
        EXPECT_FALSE(db->in_transaction());
        if (failed && fault == Fault::lost) {
            EXPECT_FALSE(db->is_usable());
            open();
        }
        EXPECT_TRUE(db->is_usable());
        EXPECT_NO_THROW((void)db->query("cinema.Movie").count());
        return failed;
    }

    ScratchDatabase scratch{GetParam().engine};
    Cinema cinema{GetParam()};
    std::optional<ManyToManyField> friends;
    FaultyConnection* connection = nullptr;
    std::unique_ptr<Database> db;
};
GM2M_INSTANTIATE(FaultTest, layout_configurations);

// One after the other, each on what those before have left.
TEST_P(FaultTest, LeaveEverythingAsItWas) {
    withstand("insert", [&](Database& in) { in.insert(made("User", {{"id", 1}, {"name", "Me"}})); });
    withstand("insert many", [&](Database& in) {
        in.insert_many({made("User", {{"id", 2}, {"name", "You"}}), made("Movie", {{"id", 1}, {"title", "Alien"}}),
                        made("Movie", {{"id", 2}, {"title", "Brazil"}}),
                        made("Opera", {{"id", 1}, {"title", "Carmen"}}),
                        made("Movie", {{"id", 3}, {"title", "Citizen Kane"}})});
    });
    withstand("update", [&](Database& in) { in.update(made("User", {{"id", 2}, {"name", "Thee"}})); });
    withstand("save", [&](Database& in) { in.save(made("User", {{"id", 3}, {"name", "Them"}})); });
    withstand("update of a query", [&](Database& in) {
        in.query("cinema.Movie").filter(F("id") < 3).update({{"title", "new"}});
    });
    // With new content types.
    withstand("add", [&](Database& in) { mine(in).add(at("Movie", 1), at("Opera", 1)); });
    withstand("set", [&](Database& in) { mine(in).set(at("Movie", 2), at("Movie", 3)); });
    withstand("toggle", [&](Database& in) { mine(in).toggle(at("Movie", 1), at("Movie", 2)); });
    withstand("remove", [&](Database& in) { mine(in).remove(at("Movie", 1), at("Movie", 2)); });
    withstand("reverse add",
              [&](Database& in) { in.related(at("Movie", 1), "user_set").add(at("User", 1), at("User", 2)); });
    withstand("reverse set",
              [&](Database& in) { in.related(at("Movie", 1), "user_set").set(at("User", 3), at("User", 2)); });
    withstand("reverse toggle",
              [&](Database& in) { in.related(at("Movie", 1), "user_set").toggle(at("User", 1), at("User", 2)); });
    withstand("reverse clear", [&](Database& in) { in.related(at("Movie", 1), "user_set").clear(); });
    withstand("many-to-many add",
              [&](Database& in) { in.related(at("User", 1), *friends).add(at("User", 2), at("User", 3)); });
    withstand("many-to-many set",
              [&](Database& in) { in.related(at("User", 1), *friends).set(at("User", 1), at("User", 3)); });
    {
        // What a receiver makes the operation do besides.
        LinkSignals& signals = cinema.preferred.signals();
        const ScopedConnection adding = signals.adding.connect([](const LinkChange&) {});
        const ScopedConnection added = signals.added.connect(
            [&](const LinkChange& change) { change.database.related(at("User", 2), *friends).add(at("User", 1)); });
        withstand("add with receivers",
                  [&](Database& in) { mine(in).add(at("Movie", 1), at("Movie", 2), at("Opera", 1)); });
    }
    withstand("clear", [&](Database& in) { mine(in).clear(); });

    mine(*db).add(at("Movie", 1), at("Movie", 2), at("Opera", 1));
    db->related(at("User", 2), cinema.preferred).add(at("Movie", 1), at("User", 1));
    for (int id = 1; id <= 3; ++id)
        db->insert(made("Ticket", {{"id", id}, {"movie", id}, {"owner", 1}}));
    withstand("delete a target", [&](Database& in) { in.remove(at("Opera", 1)); });
    withstand("delete with a cascade", [&](Database& in) { in.remove(at("Movie", 1)); });
    {
        const ScopedConnection deleted =
            cinema.registry["cinema.Movie"].signals().deleted.connect([&](const ObjectsDeleted& event) {
                event.database.remove(Reference{&cinema.registry["cinema.Country"], "XX"});
                event.database.insert(made("Country", {{"code", "CH"}, {"name", "x"}}));
            });
        withstand("delete by a query, with a receiver",
                  [&](Database& in) { in.remove(in.query("cinema.Movie").filter(F("id") == 2)); });
    }
    withstand("delete what is both source and target", [&](Database& in) { in.remove(at("User", 1), at("User", 2)); });
    scratch.sql("INSERT INTO gm2m_content_type (id, app_label, model) VALUES (77, 'cinema', 'radio')");
    scratch.sql("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) VALUES (3, 77, '1')");
    withstand("remove stale content types", [&](Database& in) { in.remove_stale_content_types(); });
}

// A connection that is lost before it answers COMMIT: everything has happened, and the program knows that it does not
// know.
TEST_P(FaultTest, NobodyKnowsWhetherALostCommitHasHappened) {
    db->insert(made("User", {{"id", 1}, {"name", "Me"}}));
    int attempts = 0;
    EXPECT_THROW(retry(*db, 5,
                       [&] {
                           ++attempts;
                           db->insert(made("Movie", {{"id", 1}, {"title", "Alien"}}));
                           connection->arm(Fault::lost_after, 0);
                       }),
                 ConnectionError);
    EXPECT_EQ(attempts, 1);
    EXPECT_FALSE(db->is_usable());
    open();
    EXPECT_TRUE(db->find("cinema.Movie", 1));
}

TEST_P(FaultTest, RetryGoesOnAfterWhatIsRetryable) {
    for (const Fault fault : {Fault::busy, Fault::serialization}) {
        int attempts = 0;
        retry(*db, 5, [&] {
            if (++attempts < 3)
                connection->arm(fault, 1);
            db->insert(made("Movie", {{"title", "Alien"}}));
            db->insert(made("Movie", {{"title", "Brazil"}}));
        });
        EXPECT_EQ(attempts, 3);
    }
    EXPECT_EQ(db->query("cinema.Movie").count(), 4U);
    EXPECT_THROW(retry(*db, 5,
                       [&] {
                           connection->arm(Fault::error, 0);
                           (void)db->query("cinema.Movie").count();
                       }),
                 DatabaseError);
}

}  // namespace gm2m::test
