#include "support/cinema.hpp"

namespace gm2m::test {

class AddTest : public CinemaTest {};
GM2M_INSTANTIATE(AddTest, all_configurations);

// 2.4: objects of mixed models in one call
TEST_P(AddTest, LinksObjectsOfMixedModels) {
    const Object me = user("Me");
    const Object vendetta = movie("V for Vendetta"), citizenfour = documentary("Citizenfour"), carmen = opera("Carmen");
    const Changes changes = preferred_by(me).add(vendetta, citizenfour, carmen);
    EXPECT_EQ(names(changes.added), "cinema.Documentary:1 cinema.Movie:1 cinema.Opera:1");
    EXPECT_TRUE(changes.removed.empty());
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Documentary:1 cinema.Movie:1 cinema.Opera:1");
}

// 2.4: what is linked already, and repeats within the call, are no error and create nothing
TEST_P(AddTest, IgnoresWhatIsLinkedAlready) {
    const Object me = user("Me");
    const Object first = movie("first"), second = movie("second");
    preferred_by(me).add(first);
    const Changes changes = preferred_by(me).add(first, second, second);
    EXPECT_EQ(names(changes.added), "cinema.Movie:2");
    EXPECT_EQ(rows_in_join_table(), 2U);
}

}  // namespace gm2m::test
