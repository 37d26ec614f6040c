#include <stdexcept>

#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// Notes what the signals of a relation tell: "adding cinema.User:1 [cinema.Movie:1 cinema.Opera:1]".
class LinkSignalTest : public CinemaTest {
protected:
    LinkSignalTest() {
        LinkSignals& signals = cinema.preferred.signals();
        for (const auto& [name, signal] :
             std::initializer_list<std::pair<std::string, Signal<LinkChange>*>>{{"adding", &signals.adding},
                                                                                {"added", &signals.added},
                                                                                {"removing", &signals.removing},
                                                                                {"removed", &signals.removed},
                                                                                {"clearing", &signals.clearing},
                                                                                {"cleared", &signals.cleared}})
            connections.emplace_back(signal->connect([this, name = name](const LinkChange& change) {
                EXPECT_EQ(change.relation, "cinema.User.preferred_videos");
                EXPECT_EQ(&change.database, &db);
                EXPECT_TRUE(change.database.in_transaction());
                heard += name + " " + change.object.to_string() + (change.reverse ? " in reverse" : "");
                heard += name.starts_with("clear")
                             ? " " + std::to_string(change.count)
                             : " [" + names(std::vector(change.objects.begin(), change.objects.end())) + "]";
                heard += "\n";
            }));
    }

    /// What was told since the last time.
    std::string told() { return std::exchange(heard, ""); }

    std::vector<ScopedConnection> connections;
    std::string heard;
};
GM2M_INSTANTIATE(LinkSignalTest, all_configurations);

// 6.7: exactly what changes, before and after
TEST_P(LinkSignalTest, TellWhatIsAddedAndRemoved) {
    const Object me = user("Me"), alien = movie("Alien"), brazil = movie("Brazil"), carmen = opera("Carmen");
    preferred_by(me).add(alien, alien);
    EXPECT_EQ(told(), "adding cinema.User:1 [cinema.Movie:1]\nadded cinema.User:1 [cinema.Movie:1]\n");
    preferred_by(me).add(alien, brazil, carmen);
    EXPECT_EQ(told(), "adding cinema.User:1 [cinema.Movie:2 cinema.Opera:1]\n"
                      "added cinema.User:1 [cinema.Movie:2 cinema.Opera:1]\n");
    preferred_by(me).remove(carmen, movie("Citizen Kane"));
    EXPECT_EQ(told(), "removing cinema.User:1 [cinema.Opera:1]\nremoved cinema.User:1 [cinema.Opera:1]\n");
}

TEST_P(LinkSignalTest, TellTheDifferenceThatSetAndToggleMake) {
    const Object me = user("Me"), alien = movie("Alien"), brazil = movie("Brazil");
    preferred_by(me).add(alien);
    told();
    preferred_by(me).set(brazil);
    EXPECT_EQ(told(), "removing cinema.User:1 [cinema.Movie:1]\nadding cinema.User:1 [cinema.Movie:2]\n"
                      "removed cinema.User:1 [cinema.Movie:1]\nadded cinema.User:1 [cinema.Movie:2]\n");
    preferred_by(me).toggle(alien, brazil);
    EXPECT_EQ(told(), "removing cinema.User:1 [cinema.Movie:2]\nadding cinema.User:1 [cinema.Movie:1]\n"
                      "removed cinema.User:1 [cinema.Movie:2]\nadded cinema.User:1 [cinema.Movie:1]\n");
    preferred_by(me).set(alien);
    preferred_by(me).add(alien);
    preferred_by(me).remove(brazil);
    EXPECT_EQ(told(), "") << "nothing is sent for nothing";
}

TEST_P(LinkSignalTest, TellOfTheReverseSideAndOfClearing) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien");
    preferred_by(me).add(alien);
    told();
    users_of(alien).set(you);
    EXPECT_EQ(told(),
              "removing cinema.Movie:1 in reverse [cinema.User:1]\nadding cinema.Movie:1 in reverse [cinema.User:2]\n"
              "removed cinema.Movie:1 in reverse [cinema.User:1]\nadded cinema.Movie:1 in reverse [cinema.User:2]\n");
    EXPECT_EQ(users_of(alien).clear(), 1U);
    EXPECT_EQ(told(), "clearing cinema.Movie:1 in reverse 0\ncleared cinema.Movie:1 in reverse 1\n");
    EXPECT_EQ(rows_in_join_table(), 0U);
}

// Nothing is told of nothing; to know that costs a statement if somebody hears of it before, and else none.
TEST_P(LinkSignalTest, TellNothingOfClearingNothing) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(alien);
    EXPECT_EQ(preferred_by(me).clear(), 1U);
    told();
    EXPECT_EQ(users_of(alien).clear(), 0U);
    EXPECT_EQ(preferred_by(me).clear(), 0U);
    EXPECT_EQ(told(), "");
    connections.clear();
    std::size_t cleared = 0;
    const ScopedConnection after =
        cinema.preferred.signals().cleared.connect([&](const LinkChange& change) { cleared += change.count; });
    preferred_by(me).add(alien);
    StatementCounter counter(db);
    preferred_by(me).clear();
    EXPECT_EQ(counter.statements(), 1U);
    EXPECT_EQ(cleared, 1U);
}

// What is tried and undone outdates nothing but what it is about.
TEST_P(LinkSignalTest, LeaveWhatIsPrefetched) {
    const Object me = user("Me"), you = user("You"), alien = movie("Alien");
    preferred_by(me).add(alien);
    preferred_by(you).add(alien);
    const std::vector<Object> users = db.query("cinema.User").prefetch(cinema.preferred).fetch();
    db.prefetch({alien}, "user_set");
    preferred_by(me).add(movie("Brazil"));
    EXPECT_NE(heard, "");
    StatementCounter counter(db);
    EXPECT_EQ(names(preferred_by(users[1]).all()), "cinema.Movie:1");
    EXPECT_EQ(names(users_of(alien).all()), "cinema.User:1 cinema.User:2");
    EXPECT_EQ(counter.statements(), 0U);
    EXPECT_EQ(names(preferred_by(users[0]).all()), "cinema.Movie:1 cinema.Movie:2");
    EXPECT_GT(counter.statements(), 0U);
}

// … but if a receiver does not let it happen, what it may have read meanwhile is.
TEST_P(LinkSignalTest, OutdateWhatWasReadInVain) {
    const Object me = user("Me"), alien = movie("Alien");
    Object read;
    const ScopedConnection no = cinema.preferred.signals().added.connect([&](const LinkChange& change) {
        read = change.database.query("cinema.User").prefetch(cinema.preferred).fetch()[0];
        throw std::runtime_error("no");
    });
    EXPECT_THROW(preferred_by(me).add(alien), std::runtime_error);
    EXPECT_EQ(names(preferred_by(read).all()), "");
}

// What is told before has not happened yet; what is told after has.
TEST_P(LinkSignalTest, AreSentInsideTheTransaction) {
    const Object me = user("Me"), alien = movie("Alien");
    LinkSignals& signals = cinema.preferred.signals();
    std::vector<std::size_t> counts;
    const auto count = [&](const LinkChange& change) {
        counts.push_back(change.database.related(me, cinema.preferred).count());
    };
    const ScopedConnection before = signals.adding.connect(count), after = signals.added.connect(count);
    preferred_by(me).add(alien);
    EXPECT_EQ(counts, (std::vector<std::size_t>{0, 1}));
}

TEST_P(LinkSignalTest, AReceiverThatThrowsUndoesTheOperation) {
    const Object me = user("Me"), alien = movie("Alien"), brazil = movie("Brazil");
    preferred_by(me).add(alien);
    LinkSignals& signals = cinema.preferred.signals();
    for (Signal<LinkChange>* signal : {&signals.adding, &signals.added, &signals.removing, &signals.removed}) {
        const ScopedConnection no = signal->connect([](const LinkChange&) { throw std::runtime_error("no"); });
        EXPECT_THROW(preferred_by(me).set(brazil), std::runtime_error);
        EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:1");
    }
    const ScopedConnection no = signals.cleared.connect([](const LinkChange&) { throw std::runtime_error("no"); });
    EXPECT_THROW(preferred_by(me).clear(), std::runtime_error);
    EXPECT_EQ(preferred_by(me).count(), 1U);
}

// One statement more for nobody.
TEST_P(LinkSignalTest, CostNothingUnheard) {
    const Object me = user("Me"), alien = movie("Alien");
    preferred_by(me).add(movie("Brazil"));
    connections.clear();
    StatementCounter counter(db);
    preferred_by(me).add(alien);
    EXPECT_EQ(counter.statements(), 1U);
}

/// A relation of one model to one other.
TEST(ManyToManySignalTest, AreSentToo) {
    Registry models;
    models.model("shop.Book").primary_key("id", Kind::integer);
    models.model("shop.Author").primary_key("id", Kind::integer);
    const ManyToManyField authors = models.many_to_many("shop.Book", "authors", "shop.Author");
    Database db = Database::open(models, "sqlite3://:memory:");
    db.create_tables();
    const Object book = db.insert(models["shop.Book"].make()), author = db.insert(models["shop.Author"].make());
    std::string heard;
    const ScopedConnection added =
        authors.signals().added.connect([&](const LinkChange& change) { heard += change.objects[0].to_string(); });
    db.related(author, "book_set").add(book);
    EXPECT_EQ(heard, "shop.Book:1");
}

}  // namespace gm2m::test
