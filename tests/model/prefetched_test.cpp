#include "model/prefetched.hpp"

#include <gm2m/registry.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace gm2m::test {

using detail::Prefetched;

// BEHAVIOUR 5.3: writes are noted for the sake of what is held, and of nothing else.
TEST(PrefetchedTest, IsInUseWhileAnyObjectHasSome) {
    Registry registry;
    registry.model("cinema.Movie").primary_key("id", Kind::big_integer);
    const Model& model = registry["cinema.Movie"];
    const int likes = 0, tags = 0;
    ASSERT_FALSE(Prefetched::is_in_use());

    std::optional<Object> movie = model.make({{"id", 1}});
    Prefetched::store(*movie->row(), &likes, false, {model.make({{"id", 2}})});
    Prefetched::store(*movie->row(), &likes, false, {});  // in its place
    Prefetched::store(*movie->row(), &tags, true, {});
    EXPECT_TRUE(Prefetched::is_in_use());
    Prefetched::drop(movie->row(), &likes, false);
    EXPECT_TRUE(Prefetched::is_in_use());
    {
        const Object other = model.make({{"id", 3}});
        Prefetched::copy(*movie->row(), *other.row());
        movie.reset();
        EXPECT_TRUE(Prefetched::is_in_use());
    }
    EXPECT_FALSE(Prefetched::is_in_use());
}

}  // namespace gm2m::test
