#include <gtest/gtest.h>

#include <gm2m/error.hpp>

#include "backend/dialect.hpp"
#include "backend/nearest.hpp"

namespace gm2m::test {
namespace {

using backend::postgresql_dialect;
using backend::sqlite_dialect;

TEST(DialectTest, QuotesIdentifiers) {
    EXPECT_EQ(sqlite_dialect().quote("title"), "\"title\"");
    EXPECT_EQ(postgresql_dialect().quote("a\"b; DROP TABLE x"), "\"a\"\"b; DROP TABLE x\"");
    EXPECT_EQ(postgresql_dialect().quote("\"a\"\""), "\"\"\"a\"\"\"\"\"");
    EXPECT_THROW(sqlite_dialect().quote(""), ConfigurationError);
    EXPECT_THROW(sqlite_dialect().quote(std::string_view("a\0b", 3)), ConfigurationError);
}

// DESIGN 5: names longer than the engine's limit are cut to fit with a 4-character hash at the end; the peer cuts them
// with the MD5 of the whole, so that its tables are found.
TEST(DialectTest, CutsNamesAsThePeerDoes) {
    const std::string name(70, 'x');
    EXPECT_EQ(postgresql_dialect().fit(name), std::string(59, 'x') + "7d56");
    EXPECT_EQ(postgresql_dialect().fit(std::string(63, 'x')), std::string(63, 'x'));
    EXPECT_EQ(sqlite_dialect().fit(name), name);
}

TEST(DialectTest, CutsBetweenCharacters) {
    std::string name = std::string(58, 'x');
    for (int i = 0; i < 10; ++i)
        name += "ü";
    const std::string cut = postgresql_dialect().fit(name);
    EXPECT_LE(cut.size(), 63U);
    EXPECT_EQ(cut.substr(0, 58), std::string(58, 'x'));
    EXPECT_EQ(cut.size(), 62U);
}

TEST(NearestTest, OffersTheNearestNames) {
    EXPECT_EQ(did_you_mean("titel", {"title", "id", "name"}), "; did you mean 'title'?");
    EXPECT_EQ(did_you_mean("cinema.movie", {"cinema.Movie", "cinema.Movies", "x.Y"}),
              "; did you mean 'cinema.Movie' or 'cinema.Movies'?");
    EXPECT_EQ(did_you_mean("movie", {"cinema.Movie", "cinema.User"}), "; did you mean 'cinema.Movie'?");
    EXPECT_EQ(did_you_mean("quite another", {"title"}), "");
    EXPECT_EQ(did_you_mean(std::string(10'000, 'x'), {"title"}), "");
}

}  // namespace
}  // namespace gm2m::test
