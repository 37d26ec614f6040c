#include "support/cinema.hpp"

namespace gm2m::test {

/// How PostgreSQL executes what it is sent.
class PlanTest : public CinemaTest {
protected:
    /// The plan of a statement whose parameters are these literals.
    std::string plan(std::string statement, const std::vector<std::string>& literals) {
        for (std::size_t i = literals.size(); i > 0; --i) {
            const std::string parameter = "$" + std::to_string(i);
            for (std::size_t at = statement.find(parameter); at != std::string::npos;
                 at = statement.find(parameter, at))
                statement.replace(at, parameter.size(), literals[i - 1]);
        }
        std::string lines;
        for (const std::string& line : scratch.sql("EXPLAIN " + statement))
            lines += line + "\n";
        return lines;
    }
};

std::vector<Configuration> planned_configurations() {
    std::vector<Configuration> configurations = layout_configurations();
    std::erase_if(configurations, [](const Configuration& each) { return each.is_sqlite(); });
    return configurations;
}
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PlanTest);
GM2M_INSTANTIATE(PlanTest, planned_configurations);

// DESIGN 6: none is quadratic. A list that the planner knows to be long would be searched from its beginning for each
// link.
TEST_P(PlanTest, SetHashesItsListHoweverLong) {
    const Object me = user("Me");
    preferred_by(me).set(movies(2));
    StatementCounter counter(db);
    preferred_by(me).set(movies(2));
    std::string content_types = "'{1", keys = "'{1";
    for (int key = 2; key <= 300'000; ++key) {
        content_types += ",1";
        keys += "," + std::to_string(key);
    }
    keys += "}'";
    const std::string found = plan(counter.texts().back(), {"1", content_types + "}'", keys, keys});
    EXPECT_NE(found.find("hashed SubPlan"), std::string::npos) << found.substr(0, 2'000);
    EXPECT_EQ(found.find("(SubPlan"), std::string::npos) << found.substr(0, 4'000);
}

}  // namespace gm2m::test
