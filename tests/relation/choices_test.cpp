#include "support/cinema.hpp"

namespace gm2m::test {

/// Users prefer movies with a title that begins with V, operas of the 19th century, and any documentaries.
class ChoicesTest : public CinemaTest {
protected:
    ChoicesTest()
        : CinemaTest({.limit_choices_to = {{"cinema.Movie", F("title").startswith("V")},
                                           {"cinema.Opera", F("title") != "Lulu"},
                                           {"cinema.Opera", F("title") != "Wozzeck"}}}) {}

    Object me = user("Me");
    Object vertigo = movie("Vertigo"), alien = movie("Alien");
    Object carmen = opera("Carmen"), lulu = opera("Lulu"), doc = documentary("doc");
};
GM2M_INSTANTIATE(ChoicesTest, all_configurations);

// 2.3: `add`, `set` and `toggle` refuse what does not fulfil the condition, and write nothing.
TEST_P(ChoicesTest, RefusesOthers) {
    EXPECT_EQ(preferred_by(me).add(vertigo, carmen, doc).added.size(), 3U);
    EXPECT_THROW(preferred_by(me).add(alien), InvalidChoice);
    EXPECT_THROW(preferred_by(me).add(documentary("another"), lulu), InvalidChoice);
    EXPECT_THROW(preferred_by(me).add(opera("Wozzeck")), InvalidChoice);
    EXPECT_THROW(preferred_by(me).set(vertigo, alien), InvalidChoice);
    EXPECT_THROW(preferred_by(me).toggle(vertigo, alien), InvalidChoice);
    EXPECT_EQ(preferred_by(me).count(), 3U);
    try {
        preferred_by(me).add(alien.reference());
        FAIL();
    } catch (const InvalidChoice& error) {
        EXPECT_NE(std::string(error.what()).find("cinema.Movie:" + alien.key().to_string()), std::string::npos)
            << error.what();
        EXPECT_NE(std::string(error.what()).find("cinema.User.preferred_videos"), std::string::npos) << error.what();
    }
}

// … also from the other side.
TEST_P(ChoicesTest, RefusesOnTheReverseSide) {
    cinema.preferred.add_relation("cinema.Movie");
    EXPECT_THROW(users_of(alien).add(me), InvalidChoice);
    EXPECT_THROW(users_of(alien).set(me), InvalidChoice);
    EXPECT_THROW(users_of(alien).toggle(me), InvalidChoice);
    EXPECT_EQ(users_of(alien).set({}).removed.size(), 0U);
    EXPECT_EQ(users_of(vertigo).add(me).added.size(), 1U);
    EXPECT_EQ(rows_in_join_table(), 1U);
}

// What does not fulfil it any more stays linked, and can be unlinked.
TEST_P(ChoicesTest, StaysWhatIsLinked) {
    preferred_by(me).add(vertigo, carmen);
    vertigo.set("title", "Sudor frio");
    db.update(vertigo);
    EXPECT_TRUE(preferred_by(me).contains(vertigo));
    EXPECT_EQ(preferred_by(me).remove(carmen).removed.size(), 1U);
    EXPECT_EQ(preferred_by(me).toggle(vertigo).removed.size(), 1U);
    EXPECT_THROW(preferred_by(me).toggle(vertigo), InvalidChoice);
}

// … with as many statements for many as for few.
TEST_P(ChoicesTest, UnlinksMany) {
    std::vector<Object> many = movies(12);  // whose titles do not fit
    for (const Object& each : many) {
        each.set("title", "V");
        db.update(each);
    }
    preferred_by(me).add(many);
    const Object you = user("You");
    users_of(many[0]).add(you);
    db.query("cinema.Movie").update({{"title", "x"}});
    StatementCounter counter(db);
    EXPECT_EQ(preferred_by(me).toggle(many).removed.size(), many.size());
    EXPECT_LE(counter.statements(), 4U + (GetParam().is_sqlite() ? 1 : 0));
    EXPECT_THROW(preferred_by(me).toggle(many), InvalidChoice);
    EXPECT_THROW(users_of(many[0]).toggle(me, you), InvalidChoice);
    EXPECT_EQ(users_of(many[0]).toggle(you, you).removed.size(), 1U);
    EXPECT_THROW(users_of(many[0]).toggle(many[1]), WrongModel);
}

// Lists of candidates honour it, whether they are linked or not.
TEST_P(ChoicesTest, ListsOfCandidates) {
    preferred_by(me).add(vertigo);
    EXPECT_EQ(names(preferred_by(me).candidates("cinema.Movie").fetch()), vertigo.to_string());
    EXPECT_EQ(names(preferred_by(me).candidates("cinema.Opera").fetch()), carmen.to_string());
    EXPECT_EQ(names(preferred_by(me).candidates("cinema.Documentary").fetch()), doc.to_string());
    EXPECT_EQ(preferred_by(me).candidates("cinema.Movie").filter(F("title") == "Alien").count(), 0U);
    EXPECT_EQ(names(users_of(vertigo).candidates("cinema.User").fetch()), me.to_string());
    EXPECT_THROW(users_of(vertigo).candidates("cinema.Movie"), WrongModel);
}

// 2.12: what was asked holds until the links are made, on SQLite and at SERIALIZABLE: who unlinks an object, so that it
// need not fulfil the condition any more, and who links it fail to do both at the same time.
TEST_P(ChoicesTest, HoldUntilTheLinksAreMade) {
    preferred_by(me).add(vertigo);
    const Object you = user("You");
    DatabaseOptions options;
    options.busy_timeout = std::chrono::milliseconds(1);
    const std::string url =
        GetParam().is_sqlite() ? scratch.url() : scratch.url() + "%20-cdefault_transaction_isolation%3Dserializable";
    Database linker = Database::open(cinema.registry, url, options),
             other = Database::open(cinema.registry, url, options);
    int failed = 0;
    const auto attempt = [&](const std::function<void()>& work) {
        try {
            work();
        } catch (const DatabaseError& error) {
            EXPECT_TRUE(error.retryable()) << error.what();
            ++failed;
        }
    };
    bool is_asked = false;
    linker.listen([&](const StatementEvent& event) {
        if (event.transaction_control || std::exchange(is_asked, true))
            return;
        attempt([&] {
            Transaction together(other);
            other.related(vertigo.reference(), "user_set").clear();
            other.query("cinema.Movie").update({{"title", "Sudor frio"}});
            together.commit();
        });
    });
    attempt([&] { linker.related(you.reference(), cinema.preferred).add(vertigo.reference()); });
    EXPECT_TRUE(is_asked);
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(users_of(vertigo).exists(), db.get("cinema.Movie", vertigo.key())["title"] == Value("Vertigo"));
}

// A condition that does not fit its model is an error of the query, and nothing is written.
TEST_P(ChoicesTest, ConditionThatDoesNotFit) {
    Registry models;
    models.model("a.A").primary_key("id", Kind::integer);
    const GM2MField field = models.gm2m("a.A", "links", {.limit_choices_to = {{"a.A", F("nmae") == "x"}}});
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    const Object a = other.insert(models["a.A"].make());
    EXPECT_THROW(other.related(a, field).add(a), UnknownField);
    EXPECT_EQ(other.related(a, field).count(), 0U);
}

}  // namespace gm2m::test
