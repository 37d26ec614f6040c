#include <stdexcept>

#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

class ObjectSignalTest : public CinemaTest {
protected:
    const Model& movies_model() { return cinema.registry["cinema.Movie"]; }
};
GM2M_INSTANTIATE(ObjectSignalTest, all_configurations);

// 6.7: inserted and updated objects, each
TEST_P(ObjectSignalTest, TellWhatIsSaved) {
    std::string heard;
    const ScopedConnection saved = movies_model().signals().saved.connect([&](const ObjectSaved& event) {
        EXPECT_TRUE(event.database.in_transaction());
        heard += event.reference.to_string() + (event.created ? " created" : "") + " " +
                 event.object["title"].to_string() + "\n";
    });
    const Object alien = movie("Alien");
    EXPECT_EQ(std::exchange(heard, ""), "cinema.Movie:1 created Alien\n");
    alien.set("title", "Aliens");
    db.update(alien);
    EXPECT_EQ(std::exchange(heard, ""), "cinema.Movie:1 Aliens\n");
    db.save(alien);
    EXPECT_EQ(std::exchange(heard, ""), "cinema.Movie:1 Aliens\n");
    movies(2);
    EXPECT_EQ(std::exchange(heard, ""), "cinema.Movie:2 created movie 0\ncinema.Movie:3 created movie 1\n");
    opera("Carmen");
    EXPECT_EQ(heard, "") << "of this model alone";
}

// … and what is deleted, also along with others, as it was
TEST_P(ObjectSignalTest, TellWhatIsDeleted) {
    std::string heard;
    const ScopedConnection deleted = movies_model().signals().deleted.connect([&](const ObjectsDeleted& event) {
        EXPECT_EQ(&event.model, &movies_model());
        EXPECT_EQ(event.database.query("cinema.Movie").count(), 1U) << "they are gone already";
        for (const Object& object : event.objects)
            heard += object.to_string() + " " + object["title"].to_string() + "\n";
    });
    movies(3);
    db.remove(db.query("cinema.Movie").filter(F("id") < 3));
    EXPECT_EQ(heard, "cinema.Movie:1 movie 0\ncinema.Movie:2 movie 1\n");
    heard.clear();
    db.remove(Reference{&movies_model(), 77});
    EXPECT_EQ(heard, "");
}

TEST_P(ObjectSignalTest, AReceiverThatThrowsUndoesTheOperation) {
    const Object alien = movie("Alien");
    const ScopedConnection saved =
        movies_model().signals().saved.connect([](const ObjectSaved&) { throw std::runtime_error("no"); });
    const ScopedConnection deleted =
        movies_model().signals().deleted.connect([](const ObjectsDeleted&) { throw std::runtime_error("no"); });
    const Object brazil = movies_model().make({{"title", "Brazil"}}), norma = movies_model().make({{"title", "Norma"}});
    EXPECT_THROW(db.insert(brazil), std::runtime_error);
    norma.set("id", 77);
    EXPECT_THROW(db.save(norma), std::runtime_error);
    EXPECT_FALSE(brazil.is_stored() || norma.is_stored());
    EXPECT_THROW(db.update(alien), std::runtime_error);
    EXPECT_THROW(db.remove(alien), std::runtime_error);
    EXPECT_TRUE(alien.is_stored());
    EXPECT_EQ(db.query("cinema.Movie").count(), 1U);
}

TEST_P(ObjectSignalTest, CostNothingUnheard) {
    const Object alien = movie("Alien"), carmen = opera("Carmen");
    StatementCounter counter(db);
    db.update(alien);
    db.insert(movies_model().make({{"title", "Brazil"}}));
    EXPECT_EQ(counter.statements(), 2U);
}

}  // namespace gm2m::test
