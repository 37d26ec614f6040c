#include "support/cinema.hpp"

#include <gm2m/error.hpp>

namespace gm2m::test {

class ObjectsTest : public CinemaTest {};
GM2M_INSTANTIATE(ObjectsTest, all_configurations);

TEST_P(ObjectsTest, AreInsertedWithGeneratedKeys) {
    const Object alien = movie("Alien"), brazil = movie("Brazil");
    EXPECT_EQ(alien.key(), Value(1));
    EXPECT_EQ(brazil.key(), Value(2));
    EXPECT_TRUE(alien.is_stored());
    EXPECT_EQ(db.get("cinema.Movie", 2)["title"], Value("Brazil"));
}

TEST_P(ObjectsTest, KeepTheKeyThatTheyCome) {
    const Object alien = db.insert(cinema.registry["cinema.Movie"].make({{"id", 1979}, {"title", "Alien"}}));
    EXPECT_EQ(alien.key(), Value(1979));
    EXPECT_THROW(db.insert(cinema.registry["cinema.Movie"].make({{"id", 1979}, {"title", "Again"}})), IntegrityError);
    EXPECT_EQ(db.get("cinema.Movie", 1979)["title"], Value("Alien"));
}

TEST_P(ObjectsTest, AreInsertedManyAtOnce) {
    const std::vector<Object> made = movies(1'000);
    StatementCounter counter(db);
    const std::vector<Object> more = movies(1'000);
    EXPECT_EQ(counter.statements(), 1U);
    for (std::size_t i = 0; i < more.size(); ++i)
        ASSERT_EQ(db.get("cinema.Movie", more[i].key())["title"], more[i]["title"]);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "2000");
    EXPECT_NO_THROW(db.insert_many(std::vector<Object>{}));
}

// models, and objects with and without keys, mixed
TEST_P(ObjectsTest, OfSeveralModelsAreInsertedTogether) {
    const Registry& models = cinema.registry;
    const std::vector<Object> mixed{models["cinema.Movie"].make({{"title", "a"}}),
                                    models["cinema.User"].make({{"name", "b"}}),
                                    models["cinema.Movie"].make({{"id", 77}, {"title", "c"}}),
                                    models["cinema.Country"].make({{"code", "CH"}, {"name", "d"}})};
    db.insert_many(mixed);
    for (const Object& object : mixed)
        EXPECT_TRUE(db.find(object.model().label(), object.key())) << object.to_string();
}

// Either all or none, and nothing looks saved that is not.
TEST_P(ObjectsTest, AreInsertedAllOrNone) {
    const Registry& models = cinema.registry;
    movie("taken");
    const std::vector<Object> some{models["cinema.Movie"].make({{"title", "new"}}),
                                   models["cinema.Movie"].make({{"id", 1}, {"title", "taken"}})};
    EXPECT_THROW(db.insert_many(some), IntegrityError);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "1");
    EXPECT_FALSE(some[0].is_stored());
    const std::vector<Object> unfit{models["cinema.Movie"].make({{"title", "new"}}),
                                    models["cinema.Country"].make({{"name", "no key"}})};
    EXPECT_THROW(db.insert_many(unfit), UnsavedObject);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_movie").front(), "1");
}

TEST_P(ObjectsTest, AreFoundByKey) {
    const Object ch = country("CH"), quoted = country("it's \"ü\" \\ {x}");
    EXPECT_EQ(db.get("cinema.Country", "CH").key(), ch.key());
    EXPECT_EQ(db.get("cinema.Country", quoted.key()).key(), quoted.key());
    EXPECT_FALSE(db.find("cinema.Country", "XX"));
    EXPECT_FALSE(db.find("cinema.Movie", 1));
    EXPECT_FALSE(db.find("cinema.Country", std::string(41, 'x')));  // a key that no row can have
    EXPECT_THROW(db.get("cinema.Country", std::string(41, 'x')), DoesNotExist);
    try {
        db.get("cinema.Movie", 5);
        FAIL();
    } catch (const DoesNotExist& error) {
        EXPECT_STREQ(error.what(), "there is no cinema.Movie:5");
    }
    EXPECT_THROW(db.get("cinema.Movie", "five"), InvalidValue);
    EXPECT_FALSE(db.find("cinema.Movie", "1"));  // text reads as a key
    EXPECT_THROW(db.get("cinema.Film", 5), UnknownModel);
}

TEST_P(ObjectsTest, AreUpdated) {
    const Object alien = movie("Alien"), brazil = movie("Brazil");
    alien.set("title", "Aliens");
    db.update(alien);
    EXPECT_EQ(db.get("cinema.Movie", 1)["title"], Value("Aliens"));
    EXPECT_EQ(db.get("cinema.Movie", 2)["title"], Value("Brazil"));
    db.update(brazil, {"title"});
    EXPECT_THROW(db.update(brazil, {"titel"}), UnknownField);
    EXPECT_THROW(db.update(brazil, {"id"}), InvalidValue);
    EXPECT_THROW(db.update(cinema.registry["cinema.Movie"].make({{"title", "x"}})), UnsavedObject);
    EXPECT_THROW(db.update(cinema.registry["cinema.Movie"].make({{"id", 99}, {"title", "x"}})), DoesNotExist);
    EXPECT_THROW(db.update(brazil.reference()), ObjectError);
}

TEST_P(ObjectsTest, AreSaved) {
    const Object alien = cinema.registry["cinema.Movie"].make({{"title", "Alien"}});
    db.save(alien);
    EXPECT_EQ(alien.key(), Value(1));
    alien.set("title", "Aliens");
    StatementCounter counter(db);
    db.save(alien);
    EXPECT_EQ(counter.statements(), 1U);
    EXPECT_EQ(db.get("cinema.Movie", 1)["title"], Value("Aliens"));
    const Object ch = cinema.registry["cinema.Country"].make({{"code", "CH"}, {"name", "Switzerland"}});
    db.save(ch);
    db.save(ch);
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM cinema_country").front(), "1");
}

TEST_P(ObjectsTest, AMissingColumnIsSaidToBeMissing) {
    scratch.sql("ALTER TABLE cinema_movie RENAME COLUMN title TO titel");
    try {
        (void)db.query("cinema.Movie").fetch();
        FAIL();
    } catch (const DatabaseError& error) {
        EXPECT_NE(std::string_view(error.what()).find("Database::check()"), std::string_view::npos) << error.what();
    }
}

TEST_P(ObjectsTest, AMissingTableIsSaidToBeMissing) {
    db.drop_tables();
    try {
        movie("Alien");
        FAIL();
    } catch (const MissingTable& error) {
        EXPECT_NE(std::string(error.what()).find("create_tables()"), std::string::npos);
    }
    db.create_tables();
    EXPECT_NO_THROW(movie("Alien"));
}

class StructsTest : public CinemaTest {};
GM2M_INSTANTIATE(StructsTest, engine_configurations);

// A struct is accepted wherever an object is; its key comes back.
TEST_P(StructsTest, GetTheirKeysBack) {
    Movie alien{{.title = "Alien"}};
    const Instance<Movie> instance = db.insert(alien);
    EXPECT_EQ(alien.id, 1);
    EXPECT_EQ(instance->id, 1);
    const Movie constant{{.title = "Brazil"}};
    EXPECT_EQ(db.insert(constant)->id, 2);
    alien.title = "Aliens";
    db.update(alien);
    EXPECT_EQ(db.get<Movie>(1)->title, "Aliens");
    alien.title = "Alien 3";
    db.save(alien);
    EXPECT_EQ(db.get<Movie>(1)->title, "Alien 3");
    EXPECT_FALSE(db.find<Movie>(3));
    const auto many = db.insert_many(std::vector<Movie>{{{.title = "a"}}, {{.title = "b"}}});
    EXPECT_EQ(many[1]->id, 4);
    EXPECT_EQ(db.get<Movie>(4)->title, "b");
    const std::vector<Instance<Movie>> handles{Instance<Movie>(cinema.registry["cinema.Movie"].make())};
    db.insert_many(handles);
    EXPECT_EQ(handles[0]->id, 5);
    db.remove(alien);
    EXPECT_FALSE(db.find<Movie>(1));
    struct Stranger {};
    EXPECT_THROW(db.update(Stranger{}), UnknownModel);
    EXPECT_THROW(db.insert(Stranger{}), UnknownModel);
}

}  // namespace gm2m::test
