#include "support/cinema.hpp"

namespace gm2m::test {

/// DESIGN 6: what each operation costs. k = 3 models.
class StatementCountTest : public CinemaTest {
protected:
    StatementCountTest() {
        preferred_by(me).add(made, carmen, doc);
        preferred_by(me).remove(doc);
    }
    /// Statements, and round trips where there are any.
    void expect(const auto& operation, std::size_t statements, std::size_t round_trips) {
        StatementCounter counter(db);
        operation();
        EXPECT_EQ(counter.statements(), statements);
        if (GetParam().has_round_trips()) {
            EXPECT_EQ(counter.round_trips(), round_trips);
        }
    }

    Object me = user("Me");
    std::vector<Object> made = movies(50);
    Object carmen = opera("Carmen"), doc = documentary("doc");
};
GM2M_INSTANTIATE(StatementCountTest, all_configurations);

TEST_P(StatementCountTest, Writes) {
    expect([&] { preferred_by(me).add(made, carmen, doc); }, 1, 1);
    expect([&] { preferred_by(me).remove(made[0], carmen); }, 1, 1);
    const bool looks = GetParam().looks_before_setting();
    expect([&] { preferred_by(me).set(doc, carmen); }, looks ? 3 : 2, 1);
    expect([&] { preferred_by(me).set(doc, carmen, made); }, 2, 1);
    expect([&] { preferred_by(me).set(made, carmen); }, 2, 1);
    expect([&] { preferred_by(me).set(made, carmen); }, looks ? 1 : 2, 1);
    expect([&] { preferred_by(me).set({}); }, looks ? 1 : 2, 1);
    expect([&] { preferred_by(me).add(made); }, 1, 1);
    expect([&] { preferred_by(me).toggle(made[0], doc); }, 2, 1);
    expect([&] { preferred_by(me).clear(); }, 1, 1);
}

TEST_P(StatementCountTest, Reads) {
    expect([&] { preferred_by(me).contains(carmen); }, 1, 1);
    expect([&] { preferred_by(me).count(); }, 1, 1);
    expect([&] { preferred_by(me).exists(); }, 1, 1);
    expect([&] { preferred_by(me).count_by_model(); }, 1, 1);
    preferred_by(me).add(doc);
    expect([&] { preferred_by(me).all(); }, 1 + 3, 2);
    expect([&] { preferred_by(me).of_type({"cinema.Opera"}).all(); }, 1 + 1, 2);
}

TEST_P(StatementCountTest, ReverseSide) {
    const Object you = user("You");
    expect([&] { users_of(carmen).all(); }, 1, 1);
    expect([&] { users_of(carmen).count(); }, 1, 1);
    expect([&] { users_of(carmen).contains(me); }, 1, 1);
    expect([&] { users_of(carmen).add(you); }, 1, 1);
    expect([&] { users_of(carmen).remove(you); }, 1, 1);
    expect([&] { users_of(carmen).set(you, me); }, 2, 1);
    expect([&] { users_of(carmen).clear(); }, 1, 1);
}

// The statement is executed twice where executions cost no round trip, and is one statement all the same.
TEST_P(StatementCountTest, Prefetches) {
    const auto operas = [&] { return db.query("cinema.Opera"); };
    expect([&] { db.query("cinema.User").prefetch(cinema.preferred).fetch(); }, 1 + 1 + 2, 3);
    expect([&] { operas().prefetch("user_set").fetch(); }, 2, 2);
    std::size_t executions = 0;
    db.listen([&](const StatementEvent& event) { executions += event.executions; });
    operas().prefetch("user_set").fetch();
    EXPECT_EQ(executions, GetParam().has_round_trips() ? 2U : 1U + 2U);
    db.listen({});
}

// +1 per unseen content type
TEST_P(StatementCountTest, ContentTypesCostOneStatementOnce) {
    const Object ch = country("CH");
    StatementCounter counter(db);
    preferred_by(me).add(ch);
    EXPECT_EQ(counter.statements(), 2U);
    counter.reset();
    preferred_by(me).remove(ch);
    preferred_by(me).add(ch);
    EXPECT_EQ(counter.statements(), 2U);

    // Another connection reads them all with one.
    Database other = Database::open(cinema.registry, scratch.url());
    StatementCounter others(other);
    other.related(me, cinema.preferred).add(made, carmen, doc, ch);
    EXPECT_EQ(others.statements(), 2U);
}

// one relation, both sides of which can hold links of the object: f + 1 for one that only this side holds
TEST_P(StatementCountTest, Deletion) {
    expect([&] { db.remove(carmen); }, 1 + 1, 1);
    expect([&] { db.remove(made[0]); }, 1 + 1, 1);
}

// No statement grows with the number of objects: the SQL is constant.
TEST_P(StatementCountTest, TheSqlIsConstant) {
    StatementCounter counter(db);
    preferred_by(me).set(made);
    preferred_by(me).all();
    const auto texts = counter.texts();
    counter.reset();
    preferred_by(me).set(std::vector(made.begin(), made.begin() + 2));
    preferred_by(me).all();
    EXPECT_EQ(counter.texts(), texts);
}

}  // namespace gm2m::test
