#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// What holds on PostgreSQL of a deletion and a link that is made meanwhile, by the isolation level of each; as
/// docs/integrity.md has it. The link is committed after the deletion's transaction has taken its snapshot, and before
/// it deletes.
class IsolationTest : public CinemaTest {
protected:
    explicit IsolationTest(GM2MOptions options = {}) : CinemaTest(std::move(options)) {
        me = user("Me");
        alien = movie("Alien");
        preferred_by(me).add(movie("Brazil"));
    }

    Database open(const std::string& level) {
        std::string value;
        for (const char c : level)
            value += c == ' ' ? "%5C%20" : std::string(1, c);
        return Database::open(cinema.registry, scratch.url() + "%20-cdefault_transaction_isolation%3D" + value);
    }
    void link(Database& in) { in.related(me.reference(), cinema.preferred).add(alien.reference()); }

    /// Links in a transaction of one level while an object is being deleted in one of another.
    void link_meanwhile(const std::string& linking, const std::string& deleting, const Object& object) {
        Database linker = open(linking), deleter = open(deleting);
        Transaction deletion(deleter);
        (void)deleter.query("cinema.Country").count();  // a snapshot is taken, where the transaction has one
        {
            Transaction other(linker);
            link(linker);
            other.commit();
        }
        deleter.remove(object.reference());
        deletion.commit();
    }
    /// Deletes the object while it is about to be linked in a transaction that began before.
    void remove_meanwhile(const std::string& linking) {
        Database linker = open(linking);
        Transaction other(linker);
        (void)linker.query("cinema.Country").count();
        db.remove(alien.reference());
        link(linker);
        other.commit();
    }

    Object me, alien;
};
GM2M_INSTANTIATE(IsolationTest, server_configurations);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(IsolationTest);

// 2.12: the default level; that of who links makes no difference.
TEST_P(IsolationTest, DeletesLinksThatItsSnapshotHasNot) {
    for (const char* linking : {"read committed", "repeatable read", "serializable"}) {
        link_meanwhile(linking, "read committed", alien);
        EXPECT_TRUE(verify(db).empty()) << linking;
        EXPECT_EQ(preferred_by(me).count(), 1U) << linking;
        alien = movie("Alien");
    }
}

TEST_P(IsolationTest, RefusesALinkToWhatHasGoneSinceTheSnapshot) {
    EXPECT_THROW(remove_meanwhile("read committed"), IntegrityError);
    for (const char* level : {"repeatable read", "serializable"}) {
        alien = movie("Alien");
        try {
            remove_meanwhile(level);
            ADD_FAILURE() << level;
        } catch (const SerializationFailure& error) {
            EXPECT_TRUE(error.retryable());
        }
    }
    EXPECT_TRUE(verify(db).empty());
}

TEST_P(IsolationTest, SerializableTransactionsFailInsteadOfLeavingALink) {
    try {
        link_meanwhile("serializable", "serializable", alien);
        ADD_FAILURE();
    } catch (const SerializationFailure& error) {
        EXPECT_TRUE(error.retryable());
    }
    EXPECT_TRUE(verify(db).empty());
    EXPECT_TRUE(preferred_by(me).contains(alien));
}

// What does not hold: the link is there that the deletion has not seen. verify() finds it.
TEST_P(IsolationTest, ASnapshotThatIsOlderThanTheLinkLeavesIt) {
    for (const auto& [linking, deleting] :
         {std::pair("read committed", "repeatable read"), std::pair("serializable", "repeatable read"),
          std::pair("read committed", "serializable")}) {
        link_meanwhile(linking, deleting, alien);
        EXPECT_EQ(preferred_by(me).count(), 2U) << deleting;
        EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:2") << "reads leave it out";
        EXPECT_EQ(verify(db, {.repair = true}).size(), 1U) << deleting;
        EXPECT_EQ(preferred_by(me).count(), 1U);
        alien = movie("Alien");
    }
}

// A source has the join table's foreign key, which sees what is committed whatever the snapshot.
TEST_P(IsolationTest, ASourceIsNotDeletedFromUnderItsLinks) {
    for (const char* deleting : {"repeatable read", "serializable"}) {
        try {
            link_meanwhile("read committed", deleting, me);
            ADD_FAILURE() << deleting;
        } catch (const IntegrityError& error) {
            EXPECT_EQ(error.constraint(), IntegrityError::Constraint::foreign_key);
        }
        EXPECT_TRUE(verify(db).empty());
        preferred_by(me).remove(alien);
    }
}

}  // namespace gm2m::test
