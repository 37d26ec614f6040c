#include <array>
#include <functional>
#include <stdexcept>

#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

// 6.6: what other programs delete, here by plain SQL, takes its links along.
class TriggerTest : public CinemaTest {
protected:
    explicit TriggerTest(GM2MOptions options = {}) : CinemaTest(with_triggers(std::move(options))) {}

    static GM2MOptions with_triggers(GM2MOptions options) {
        options.db_triggers = true;
        return options;
    }
    void remove_by_sql(const char* table, const std::string& condition) {
        scratch.sql(std::string("DELETE FROM ") + table + " WHERE " + condition);
    }
};
GM2M_INSTANTIATE(TriggerTest, all_configurations);

TEST_P(TriggerTest, DeletesTheLinksOfTargets) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien, opera("Carmen"), movies(2), country("CH"));
    remove_by_sql("cinema_movie", "id < 3");
    remove_by_sql("cinema_country", "code = 'CH'");
    EXPECT_EQ(rows_in_join_table(), 2U);
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:3 cinema.Opera:1");
    EXPECT_TRUE(verify(db).empty());
}

TEST_P(TriggerTest, DeletesTheLinksOfSources) {
    preferred_by(user("Me")).add(movie("Alien"), user("You"));
    remove_by_sql("cinema_user", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// The library's own deletions report what they have always reported.
TEST_P(TriggerTest, LeaveNothingToCountTwice) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien, opera("Carmen"));
    preferred_by(user("You")).add(alien);
    EXPECT_EQ(db.remove(alien).links, 2U);
    EXPECT_EQ(db.remove(me).links, 1U);
}

TEST_P(TriggerTest, ComeAndGoWithTheTables) {
    db.create_tables();  // safe to repeat
    preferred_by(user("Me")).add(movie("Alien"));
    db.drop_tables();
    db.create_tables();
    preferred_by(user("Me")).add(movie("Alien"));
    remove_by_sql("cinema_movie", "id = id");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// A model that comes later has its trigger when the tables are created next.
TEST_P(TriggerTest, KeepUpWithTheModels) {
    Cinema later(GetParam(), with_triggers({}));
    later.registry.model("cinema.Radio").primary_key("day", Kind::date);
    Database again = Database::open(later.registry, scratch.url());
    again.create_tables();
    const Object me = user("Me"), radio = again.insert(later.registry["cinema.Radio"].make({{"day", "2026-11-21"}}));
    again.related(again.get("cinema.User", me.key()), later.preferred).add(radio);
    remove_by_sql("cinema_radio", "day = day");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// 1.3: a table that is not managed is left alone, also by triggers.
TEST_P(TriggerTest, StayAwayFromUnmanagedTables) {
    Registry models;
    models.model("shop.Author").primary_key("id", Kind::integer);
    models.model("shop.Book").primary_key("id", Kind::integer).managed(false);
    scratch.sql("CREATE TABLE shop_book (id integer PRIMARY KEY)");
    const GM2MField wrote = models.gm2m("shop.Author", "wrote", {.layout = GetParam().layout, .db_triggers = true});
    Database shop = Database::open(models, scratch.url());
    shop.create_tables();
    const Object author = shop.insert(models["shop.Author"].make());
    const Object book = shop.insert(models["shop.Book"].make({{"id", 5}}));
    shop.related(author, wrote).add(book);
    remove_by_sql("shop_book", "id = 5");
    EXPECT_EQ(verify(shop).size(), 1U);
}

/// The links of a target that is deleted are to stay.
class TriggerPolicyTest : public TriggerTest {
protected:
    TriggerPolicyTest() : TriggerTest({.on_delete_tgt = LinkPolicy::do_nothing}) {}
};
GM2M_INSTANTIATE(TriggerPolicyTest, layout_configurations);

TEST_P(TriggerPolicyTest, KeepToThePolicies) {
    preferred_by(user("Me")).add(movie("Alien"), opera("Carmen"));
    remove_by_sql("cinema_movie", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 2U);
    remove_by_sql("cinema_user", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

/// The tables are created by one registry, and then again by another, which says otherwise.
class TriggerUpdateTest : public TriggerTest {
protected:
    /// Creates the tables as another version of the program does.
    void update(const GM2MOptions& options, const std::function<void(Cinema&)>& declare = {}) {
        Cinema changed(GetParam(), options);
        if (declare)
            declare(changed);
        Database::open(changed.registry, scratch.url()).create_tables();
    }
    void fill() {
        preferred_by(user("Me")).add(movie("Alien"), opera("Carmen"));
        preferred_by(user("You")).add(movie("Brazil"));
    }
    std::size_t triggers() {
        return scratch
            .sql(GetParam().is_sqlite()
                     ? "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                     : "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM "
                       "pg_class WHERE relnamespace = current_schema()::regnamespace)")
            .size();
    }
};
GM2M_INSTANTIATE(TriggerUpdateTest, layout_configurations);

TEST_P(TriggerUpdateTest, FollowThePolicyOfASide) {
    fill();
    update(with_triggers({.on_delete_tgt = LinkPolicy::do_nothing}));
    remove_by_sql("cinema_movie", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 3U) << "the policy of targets says so now";
    remove_by_sql("cinema_user", "id = 2");
    EXPECT_EQ(rows_in_join_table(), 2U) << "that of sources is as it was";
    update(with_triggers({}));
    remove_by_sql("cinema_opera", "id = 1");
    EXPECT_EQ(rows_in_join_table(), 1U);
}

TEST_P(TriggerUpdateTest, FollowThePolicyOfAModel) {
    fill();
    update(with_triggers({}),
           [](Cinema& changed) { changed.preferred.add_relation("cinema.Movie", LinkPolicy::do_nothing); });
    remove_by_sql("cinema_movie", "id = id");
    EXPECT_EQ(rows_in_join_table(), 3U);
    remove_by_sql("cinema_opera", "id = id");
    EXPECT_EQ(rows_in_join_table(), 2U);
}

TEST_P(TriggerUpdateTest, GoWhenNobodyAsksForThem) {
    fill();
    EXPECT_GT(triggers(), 0U);
    update({});
    EXPECT_EQ(triggers(), 0U);
    remove_by_sql("cinema_movie", "id = id");
    EXPECT_EQ(rows_in_join_table(), 3U);
}

// Those that are right are left alone: to make one locks its table.
TEST_P(TriggerUpdateTest, StayWhereTheyAreRight) {
    StatementCounter counter(db);
    db.create_tables();
    for (const std::string& sql : counter.texts())
        EXPECT_EQ(sql.find("TRIGGER"), std::string::npos) << sql;
}

// A program with fewer models is no reason to drop what one with more has made; a join table that goes is.
TEST_P(TriggerUpdateTest, OfModelsThatAreNotKnownStayAsLongAsTheLinks) {
    update(with_triggers({}),
           [](Cinema& more) { more.registry.model("cinema.Radio").primary_key("id", Kind::integer); });
    const std::size_t all = triggers();
    db.create_tables();
    EXPECT_EQ(triggers(), all);
    db.drop_tables();
    EXPECT_EQ(triggers(), 0U);
    remove_by_sql("cinema_radio", "id = id");
}

// A table that was made anew has lost its trigger.
TEST_P(TriggerUpdateTest, ComeBackWithTheirTable) {
    fill();
    scratch.sql("DROP TABLE cinema_opera");
    db.create_tables();
    preferred_by(db.get("cinema.User", 2)).add(opera("Norma"));
    const std::size_t before = rows_in_join_table();
    remove_by_sql("cinema_opera", "id = id");
    EXPECT_LT(rows_in_join_table(), before);
}

/// Names of tables, of which those of triggers are made.
class TriggerNameTest : public testing::TestWithParam<Configuration> {
protected:
    /// Two relations to two models by such names of the join tables and of the targets'; what is deleted in one takes
    /// none of the links of the other.
    void expect_apart(const std::array<std::string, 2>& joins, const std::array<std::string, 2>& targets) {
        ScratchDatabase scratch(GetParam().engine);
        Registry models;
        models.model("shop.User").primary_key("id", Kind::integer);
        std::vector<GM2MField> fields;
        for (std::size_t i = 0; i < 2; ++i) {
            models.model("shop.Target" + std::to_string(i)).primary_key("id", Kind::integer).table(targets[i]);
            fields.push_back(models.gm2m(
                "shop.User", "field" + std::to_string(i),
                {.db_table = joins[i], .related_name = "+", .layout = GetParam().layout, .db_triggers = true}));
        }
        Database db = Database::open(models, scratch.url());
        db.create_tables();
        db.create_tables();
        const Object me = db.insert(models["shop.User"].make());
        for (int i = 0; i < 2; ++i) {
            const Object target = db.insert(models["shop.Target" + std::to_string(i)].make());
            for (const GM2MField& field : fields)
                db.related(me, field).add(target);
        }
        for (std::size_t i = 0; i < 2; ++i) {
            std::string quoted = targets[i];
            for (std::size_t at = 0; (at = quoted.find('"', at)) != std::string::npos; at += 2)
                quoted.insert(at, "\"");
            scratch.sql("DELETE FROM \"" + quoted + "\"");
            for (const GM2MField& field : fields)
                EXPECT_EQ(db.related(me, field).count(), 1 - i) << field.table() << " " << targets[i];
        }
        db.drop_tables();
    }
};
GM2M_INSTANTIATE(TriggerNameTest, layout_configurations);

TEST_P(TriggerNameTest, AreOfOneRelationAndModel) {
    expect_apart({"a", "a_b"}, {"b_c", "c"});
}

TEST_P(TriggerNameTest, AreNoLongerThanTheEngineTakes) {
    expect_apart({std::string(55, 'a') + "1", std::string(55, 'a') + "2"},
                 {std::string(55, 't') + "1", std::string(55, 't') + "2"});
}

TEST_P(TriggerNameTest, MayHoldWhatQuotes) {
    expect_apart({"links $gm2m$ 'of' \"$gm2m1$\" \\", "$gm2m$"}, {"a $gm2m$", "b ' \" \\ $gm2m1$"});
}

/// Another role of the server.
class TriggerRoleTest : public TriggerTest {
protected:
    TriggerRoleTest() {
        const std::string schema = scratch.path();
        scratch.sql("CREATE ROLE " + role + "; GRANT USAGE, CREATE ON SCHEMA " + schema + " TO " + role +
                    "; GRANT SELECT, DELETE ON cinema_movie, cinema_user TO " + role);
    }
    ~TriggerRoleTest() override { scratch.sql("DROP OWNED BY " + role + "; DROP ROLE " + role); }
    void as_role(const std::string& statements) { scratch.sql("SET ROLE " + role + "; " + statements); }

    const std::string role = scratch.path() + "_role";
};
GM2M_INSTANTIATE(TriggerRoleTest, server_configurations);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TriggerRoleTest);

TEST_P(TriggerRoleTest, ServeWhoMayNotTouchTheLinks) {
    preferred_by(user("Me")).add(movie("Alien"), movie("Brazil"));
    preferred_by(user("You")).add(movie("Psycho"));
    EXPECT_THROW(as_role("DELETE FROM cinema_user_preferred_videos"), std::runtime_error);
    as_role("DELETE FROM cinema_movie WHERE id = 1");
    EXPECT_EQ(rows_in_join_table(), 2U);
    as_role("DELETE FROM cinema_user WHERE id = 2");
    EXPECT_EQ(rows_in_join_table(), 1U);
}

// Tables of the same names, and operators, where the role's own search path finds them first.
TEST_P(TriggerRoleTest, LookNothingUpWhereTheRoleMayPutIt) {
    preferred_by(user("Me")).add(movie("Alien"), movie("Brazil"));
    as_role(
        "CREATE TEMP TABLE cinema_user_preferred_videos (gm2m_src_id bigint, gm2m_ct_id integer, gm2m_pk text); "
        "CREATE TEMP TABLE gm2m_content_type (id integer, app_label text, model text); "
        "DELETE FROM cinema_movie WHERE id = 1");
    EXPECT_EQ(rows_in_join_table(), 1U);
    as_role(
        "CREATE FUNCTION never(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'; "
        "CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = never); SET search_path = " +
        scratch.path() + ", pg_catalog; DELETE FROM cinema_movie WHERE id = 2");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// Or it could delete the links of rows that it may not delete.
TEST_P(TriggerRoleTest, ServeNoTableOfTheRoles) {
    const std::string function =
        scratch
            .sql(
                "SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_trigger AS t ON t.tgfoid = p.oid WHERE tgrelid = "
                "'cinema_movie'::regclass")
            .front();
    try {
        as_role(
            "CREATE TEMP TABLE own (id bigint); CREATE TRIGGER own BEFORE DELETE ON own FOR EACH ROW EXECUTE "
            "FUNCTION " +
            function);
        ADD_FAILURE();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("permission denied for function"), std::string::npos) << error.what();
    }
}

TEST(TriggerOptionsTest, TakeAJoinTableThatIsManaged) {
    Registry models;
    models.model("cinema.User").primary_key("id", Kind::integer);
    EXPECT_THROW(models.gm2m("cinema.User", "likes", {.db_triggers = true, .managed = false}), ConfigurationError);
}

// 4.2: two relations through one model have triggers of their own, and neither drops the other's.
TEST_P(TriggerTest, OfTwoRelationsThroughOneModel) {
    Registry models;
    models.model("shop.Person").primary_key("id", Kind::integer);
    models.model("shop.Thing").primary_key("id", Kind::integer);
    models.model("shop.Gift")
        .primary_key("id", Kind::integer)
        .foreign_key("giver", "shop.Person", {.null = true, .db_constraint = false})
        .foreign_key("receiver", "shop.Person", {.null = true, .db_constraint = false})
        .field("thing_type", Kind::integer)
        .field("thing_key", Kind::text, {.max_length = 16})
        .generic_foreign_key("thing", "thing_type", "thing_key");
    const auto relation = [&](const char* name, const char* person, bool triggers) {
        return models.gm2m("shop.Person", name, {.related_name = std::string(name) + "_by", .through = "shop.Gift",
                                                 .through_fields = {person, "thing"}, .db_triggers = triggers});
    };
    const GM2MField given = relation("given", "giver", true), received = relation("received", "receiver", true);
    relation("also_given", "giver", false);
    Database shop = Database::open(models, scratch.url());
    shop.create_tables();
    shop.create_tables();  // safe to repeat
    const Object ann = shop.insert(models["shop.Person"].make()), bob = shop.insert(models["shop.Person"].make());
    const Object ball = shop.insert(models["shop.Thing"].make());
    shop.related(ann, given).add(ball);
    shop.related(bob, received).add(ball);
    remove_by_sql("shop_person", "id = " + ann.key().to_string());
    EXPECT_EQ(shop.query("shop.Gift").count(), 1U);
    remove_by_sql("shop_person", "id = " + bob.key().to_string());
    EXPECT_EQ(shop.query("shop.Gift").count(), 0U);
}

}  // namespace gm2m::test
