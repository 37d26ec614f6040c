#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gm2m/gm2m.hpp>
#include <gm2m/interop/soci.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

TEST(OpenTest, RefusesUrlsThatMakeNoSense) {
    Registry models;
    for (const char* url : {"", "cinema.db", "mysql://x", "sqlite3://", "postgresql://h?nonsense=1"})
        EXPECT_THROW(Database::open(models, url), ConfigurationError) << url;
    EXPECT_THROW(Pool(models, "mysql://x", 2), ConfigurationError);
    EXPECT_THROW(Pool(models, "sqlite3://:memory:", 0), ConfigurationError);
    EXPECT_THROW(Database::open(models, "sqlite3://:memory:", {.keys_per_statement = 0}), ConfigurationError);
}

TEST(OpenTest, RefusesARegistryThatIsNotComplete) {
    Registry models;
    models.model("x.NoKey").field("name", Kind::text);
    EXPECT_THROW(Database::open(models, "sqlite3://:memory:"), ConfigurationError);
}

// "an unreachable server"
TEST(OpenTest, SaysThatAServerCannotBeReached) {
    Registry models;
    try {
        Database::open(models, "postgresql://nobody:secret@127.0.0.1:1/nowhere");
        FAIL();
    } catch (const ConnectionError& error) {
        EXPECT_TRUE(error.retryable());
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
    }
    EXPECT_THROW(Database::open(models, "sqlite3:///no/such/folder/cinema.db"), ConnectionError);
    EXPECT_THROW(Database::open(models, "sqlite3:///tmp/no-such-file.db?create=false"), ConnectionError);
    EXPECT_FALSE(std::filesystem::exists("/tmp/no-such-file.db"));
    EXPECT_THROW(Pool(models, "postgresql://127.0.0.1:1/nowhere", 1).acquire(), ConnectionError);
}

TEST(OpenTest, SaysThatAFileIsNoDatabase) {
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("gm2m_no_db_" + std::to_string(getpid()));
    std::ofstream(path)
        << "this is a text, and a rather long one, which no database begins with: not at all, indeed not";
    Registry models;
    models.model("x.Y").primary_key("id", Kind::integer);
    EXPECT_THROW(Database::open(models, "sqlite3://" + path.string()).create_tables(), ConnectionError);
    std::filesystem::remove(path);
}

TEST(OpenTest, OpensADatabaseInMemory) {
    Registry models;
    models.model("x.Y").primary_key("id", Kind::integer);
    Database db = Database::open(models, "sqlite3://:memory:");
    db.create_tables();
    EXPECT_EQ(db.insert(models["x.Y"].make()).key(), Value(1));
    Database moved = std::move(db);
    EXPECT_EQ(moved.insert(models["x.Y"].make()).key(), Value(2));
}

// "a read-only database file"
TEST(OpenTest, AReadOnlyFileCanBeReadAndNotWritten) {
    const Configuration configuration;
    ScratchDatabase scratch(configuration.engine);
    Cinema cinema(configuration);
    {
        Database db = Database::open(cinema.registry, scratch.url());
        db.create_tables();
        db.insert(User{.name = "Me"});
    }
    Database db = Database::open(cinema.registry, scratch.url() + "?readonly=true");
    EXPECT_EQ(db.get<User>(1)->name, "Me");
    EXPECT_EQ(db.related(db.get<User>(1), cinema.preferred).count(), 0U);
    EXPECT_THROW(db.insert(User{.name = "You"}), ReadOnlyDatabase);
    EXPECT_THROW(db.drop_tables(), ReadOnlyDatabase);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_user").front(), "1");
}

class FullDiskTest : public CinemaTest {};
GM2M_INSTANTIATE(FullDiskTest, engine_configurations);

// "a full disk (simulated)": an error of its own, nothing is written, and the database goes on once there is room
TEST_P(FullDiskTest, WritesNothing) {
    const Object me = user("Me");
    const std::vector<Object> objects = movies(5'000);
    preferred_by(me).add(objects[0]);
    if (GetParam().is_sqlite()) {
        session_of(db) << "PRAGMA max_page_count = 1";  // not less than there are
    } else {
        scratch.sql("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN IF NEW.gm2m_pk = '4000' THEN RAISE disk_full; END IF; RETURN NEW; END $$");
        scratch.sql("CREATE TRIGGER no_room BEFORE INSERT ON cinema_user_preferred_videos FOR EACH ROW "
                    "EXECUTE FUNCTION no_room()");
    }
    EXPECT_THROW(preferred_by(me).add(objects), DiskFull);
    EXPECT_EQ(preferred_by(me).count(), 1U);
    {
        Transaction outer(db);
        EXPECT_THROW(preferred_by(me).set(objects), DiskFull);
        EXPECT_THROW(preferred_by(me).count(), TransactionAborted);
    }
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
    if (GetParam().is_sqlite())
        session_of(db) << "PRAGMA max_page_count = 1000000";
    else
        scratch.sql("DROP TRIGGER no_room ON cinema_user_preferred_videos");
    EXPECT_EQ(preferred_by(me).add(objects).added.size(), 4'999U);
}

}  // namespace gm2m::test
