#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backend/dialect.hpp"
#include "support/configuration.hpp"

namespace gm2m::test {

class KeyFromTextTest : public testing::TestWithParam<Engine> {
protected:
    /// Those of the texts, none of which has a quote, that are the key of a number in the table.
    std::vector<std::string> found(const std::vector<std::string>& texts, Kind kind, const char* column = "key") {
        const backend::Dialect& dialect =
            GetParam() == Engine::sqlite ? backend::sqlite_dialect() : backend::postgresql_dialect();
        return scratch.sql(
            fmt::format("WITH texts (key) AS (VALUES ('{}')) SELECT key FROM texts JOIN numbers ON number = {}",
                        fmt::join(texts, "'), ('"), dialect.key_from_text(column, kind)));
    }

    ScratchDatabase scratch{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Engines, KeyFromTextTest, testing::ValuesIn(engines()),
                         [](const auto& engine) { return engine.param == Engine::sqlite ? "sqlite" : "postgresql"; });

// BEHAVIOUR 3.6: what another program wrote into the key column, if it is no key, leads nowhere and is no error.
TEST_P(KeyFromTextTest, EveryNumberOfTheKindIsFoundAndNothingElse) {
    struct Ends {
        Kind kind;
        std::string type, least, most;
    };
    for (const auto& [kind, type, least, most] :
         {Ends{Kind::small_integer, "smallint", "-32768", "32767"},
          Ends{Kind::integer, "integer", "-2147483648", "2147483647"},
          Ends{Kind::big_integer, "bigint", "-9223372036854775808", "9223372036854775807"}}) {
        const std::string nines(most.size() - 1, '9');
        std::vector<std::string> numbers{"0", "7", "-1", nines, "-" + nines, "-" + most, least, most};
        std::vector<std::string> others{"",
                                        "-",
                                        "--1",
                                        "1-",
                                        "+1",
                                        "1e",
                                        "seven",
                                        "1; DROP TABLE x",
                                        "٣",
                                        "1" + most,
                                        "-1" + most,
                                        nines + "9",
                                        std::string(40, '7')};
        for (std::string end : {least, most}) {
            ++end.back();  // neither has a 9 there
            // SQLite compares what is beyond 64 bits as a real number, which is the least of them.
            if (GetParam() != Engine::sqlite || end != "-9223372036854775809")
                others.push_back(end);
        }
        scratch.sql(fmt::format("CREATE TABLE numbers (number {} PRIMARY KEY)", type));
        scratch.sql(fmt::format("INSERT INTO numbers VALUES ({})", fmt::join(numbers, "), (")));

        std::vector<std::string> keys = found(numbers, kind);
        std::ranges::sort(keys);
        std::ranges::sort(numbers);
        EXPECT_EQ(keys, numbers) << type;
        EXPECT_EQ(found(others, kind), std::vector<std::string>()) << type;
        if (GetParam() == Engine::postgresql) {
            // Blanks at its end mean nothing.
            keys = found(numbers, kind, "CAST(key AS char(60))");
            std::ranges::sort(keys);
            EXPECT_EQ(keys, numbers) << type;
            EXPECT_EQ(found(others, kind, "CAST(key AS char(60))"), std::vector<std::string>()) << type;
        }
        scratch.sql("DROP TABLE numbers");
    }
}

}  // namespace gm2m::test
