#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

/// 2.12, 4.2: what holds on PostgreSQL of two transactions that link the same through a model, by their isolation level
/// and by whether the model has a unique constraint; as docs/through_models.md has it. Both have begun when the first
/// links.
class ThroughIsolationTest : public testing::TestWithParam<Configuration> {
protected:
    void declare(bool is_unique) {
        (void)models.model("x.User").primary_key("id", Kind::big_integer);
        auto like = models.model("x.Like");
        like.primary_key("id", Kind::big_integer)
            .foreign_key("user", "x.User")
            .field("ct", Kind::integer)
            .field("key", Kind::text, {.max_length = 16})
            .generic_foreign_key("target", "ct", "key");
        if (is_unique)
            like.unique_together({"user", "ct", "key"});
        likes.emplace(models.gm2m("x.User", "likes", {.through = "x.Like"}));
        db.emplace(Database::open(models, scratch.url()));
        db->create_tables();
        ann = db->insert(models["x.User"].make());
        bob = db->insert(models["x.User"].make());
        db->related(bob, *likes).add(ann);  // the content type is there
    }
    RelatedManager of(Database& in, const Object& user) { return in.related(user.reference(), *likes); }

    /// Two transactions of that level link Bob to Ann, one after the other.
    void link_twice(const std::string& level) {
        const std::string url = scratch.url() + "%20-cdefault_transaction_isolation%3D" + level;
        Database one = Database::open(models, url), another = Database::open(models, url);
        Transaction first(one), second(another);
        (void)of(one, ann).count();  // a snapshot is taken, where the transaction has one
        (void)of(another, ann).count();
        EXPECT_EQ(of(one, ann).add(bob.reference()).added.size(), 1U);
        first.commit();
        of(another, ann).add(bob.reference());
        second.commit();
    }
    void expect_failure_at_serializable() {
        try {
            link_twice("serializable");
            ADD_FAILURE();
        } catch (const SerializationFailure& error) {
            EXPECT_TRUE(error.retryable());
        }
        EXPECT_EQ(of(*db, ann).count(), 1U);
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::optional<GM2MField> likes;
    std::optional<Database> db;
    Object ann, bob;
};

std::vector<Configuration> one_server() {
    std::vector<Configuration> servers = server_configurations();
    std::erase_if(servers, [](const Configuration& each) { return each.layout != Layout::standard; });
    return servers;
}
GM2M_INSTANTIATE(ThroughIsolationTest, one_server);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ThroughIsolationTest);

const std::string repeatable_read = "repeatable%5C%20read", read_committed = "read%5C%20committed";

TEST_P(ThroughIsolationTest, TheDefaultLevelMakesNoLinkTwice) {
    declare(false);
    link_twice(read_committed);
    EXPECT_EQ(of(*db, ann).count(), 1U);
}

// What does not hold: the second does not see what the first has made.
TEST_P(ThroughIsolationTest, RepeatableReadMakesALinkTwice) {
    declare(false);
    link_twice(repeatable_read);
    EXPECT_EQ(of(*db, ann).count(), 2U);
    EXPECT_TRUE(of(*db, ann).add(bob).empty());
    EXPECT_EQ(of(*db, ann).remove(bob).removed.size(), 1U);
    EXPECT_EQ(of(*db, ann).count(), 0U);
}

TEST_P(ThroughIsolationTest, UnlessAConstraintKeepsItUnique) {
    declare(true);
    try {
        link_twice(repeatable_read);
        ADD_FAILURE();
    } catch (const IntegrityError& error) {
        EXPECT_EQ(error.constraint(), IntegrityError::Constraint::unique);
    }
    EXPECT_EQ(of(*db, ann).count(), 1U);
}

TEST_P(ThroughIsolationTest, SerializableTransactionsFailInstead) {
    declare(false);
    expect_failure_at_serializable();
}

TEST_P(ThroughIsolationTest, SerializableTransactionsFailWithAConstraintToo) {
    declare(true);
    expect_failure_at_serializable();
}

}  // namespace
}  // namespace gm2m::test
