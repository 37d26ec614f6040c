#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <sstream>

#include <gm2m/error.hpp>
#include <gm2m/value.hpp>

namespace gm2m::test {
namespace {

using namespace std::chrono_literals;

enum class Colour : std::int32_t { red = 1, green = 2 };

TEST(ValueTest, TakesItsKindFromTheCppType) {
    EXPECT_EQ(Value(true).kind(), Kind::boolean);
    EXPECT_EQ(Value(std::int16_t{1}).kind(), Kind::small_integer);
    EXPECT_EQ(Value(1).kind(), Kind::integer);
    EXPECT_EQ(Value(std::int64_t{1}).kind(), Kind::big_integer);
    EXPECT_EQ(Value(1.5).kind(), Kind::real);
    EXPECT_EQ(Value("text").kind(), Kind::text);
    EXPECT_EQ(Value(std::string("text")).kind(), Kind::text);
    EXPECT_EQ(Value(Decimal("1.50")).kind(), Kind::decimal);
    EXPECT_EQ(Value(Bytes{std::byte{1}}).kind(), Kind::bytes);
    EXPECT_EQ(Value(Uuid::random()).kind(), Kind::uuid);
    EXPECT_EQ(Value(std::chrono::sys_days(2026y / 11 / 20)).kind(), Kind::date);
    EXPECT_EQ(Value(Time(12h)).kind(), Kind::time);
    EXPECT_EQ(Value(std::chrono::sys_seconds(1s)).kind(), Kind::date_time);
    EXPECT_EQ(Value(Json{"{}"}).kind(), Kind::json);
    EXPECT_EQ(Value(Colour::green).kind(), Kind::integer);
    // An unsigned type is kept where all of its values fit.
    EXPECT_EQ(Value(std::uint16_t{1}).kind(), Kind::integer);
    EXPECT_TRUE(Value().is_null());
    EXPECT_TRUE(Value(nullptr).is_null());
}

// 2.1: the text form of a key is the peer's
TEST(ValueTest, HasTheTextFormOfThePeer) {
    EXPECT_EQ(Value(5).to_string(), "5");
    EXPECT_EQ(Value("CH").to_string(), "CH");
    EXPECT_EQ(Value(std::chrono::sys_days(2026y / 11 / 20)).to_string(), "2026-11-20");
    EXPECT_EQ(Value(Time(12h)).to_string(), "12:00:00");
    EXPECT_EQ(Value(Time(12h + 34min + 56s + 7us)).to_string(), "12:34:56.000007");
    EXPECT_EQ(Value(DateTime(std::chrono::sys_days(2026y / 11 / 20) + 12h)).to_string(), "2026-11-20 12:00:00+00:00");
    EXPECT_EQ(Value(Uuid::parse("0123456789ABCDEF0123456789abcdef")).to_string(),
              "01234567-89ab-cdef-0123-456789abcdef");
}

TEST(ValueTest, GivesBackWhatItWasGiven) {
    const auto date = std::chrono::sys_days(1969y / 12 / 31);
    EXPECT_EQ(Value(date).get<std::chrono::sys_days>(), date);
    EXPECT_EQ(Value(date).get<std::chrono::year_month_day>(), 1969y / 12 / 31);
    EXPECT_EQ(Value(Colour::green).get<Colour>(), Colour::green);
    EXPECT_EQ(Value("text").get<std::string>(), "text");
    EXPECT_EQ(Value(7).get<std::int64_t>(), 7);
    const Bytes bytes{std::byte{0}, std::byte{255}};
    EXPECT_EQ(Value(bytes).get<Bytes>(), bytes);
}

TEST(ValueTest, IsNullWhereAnOptionalIsEmpty) {
    EXPECT_EQ(Value(std::optional<int>(5)), Value(5));
    EXPECT_TRUE(Value(std::optional<std::string>()).is_null());
    EXPECT_EQ(Value(5).get<std::optional<int>>(), 5);
    EXPECT_EQ(Value().get<std::optional<std::string>>(), std::nullopt);
    EXPECT_THROW((void)Value("five").get<std::optional<int>>(), InvalidValue);
}

TEST(ValueTest, RefusesWhatDoesNotFit) {
    EXPECT_THROW(Value("text").get<int>(), InvalidValue);
    EXPECT_THROW(Value(std::int64_t{1} << 40).get<std::int32_t>(), InvalidValue);
    EXPECT_THROW(Value(-1).get<std::uint8_t>(), InvalidValue);
    EXPECT_THROW(Value(std::int64_t{-1}).get<std::uint64_t>(), InvalidValue);
    EXPECT_THROW(Value(std::numeric_limits<std::uint64_t>::max()), InvalidValue);
    EXPECT_THROW(Value().get<int>(), InvalidValue);
    EXPECT_THROW(Value(std::chrono::sys_days(2026y / 11 / 20)).get<int>(), InvalidValue);
    EXPECT_THROW(Uuid::parse("0123"), InvalidValue);
    EXPECT_THROW(Uuid::parse("0123456789abcdef0123456789abcdefff"), InvalidValue);
    EXPECT_THROW(Decimal("1,5"), InvalidValue);
    EXPECT_THROW(Decimal(""), InvalidValue);
}

TEST(ValueTest, ComparesByValue) {
    EXPECT_EQ(Value(5), Value(std::int64_t{5}));
    EXPECT_NE(Value(5), Value("5"));
    EXPECT_EQ(Value(), Value(nullptr));
    EXPECT_NE(Value(0), Value());
    EXPECT_LT(Value(-1), Value(1));
    EXPECT_LT(Value("a"), Value("b"));
    EXPECT_EQ(Decimal("1.50"), Decimal("01.5"));
    EXPECT_EQ(Decimal("-0"), Decimal("0.0"));
    EXPECT_NE(Decimal("-1"), Decimal("1"));
    std::ostringstream out;
    out << Value(5);
    EXPECT_EQ(out.str(), "5");
}

TEST(UuidTest, IsRandom) {
    const Uuid a = Uuid::random(), b = Uuid::random();
    EXPECT_NE(a, b);
    EXPECT_EQ(a.to_string()[14], '4');  // the version
    EXPECT_FALSE(a.is_nil());
    EXPECT_TRUE(Uuid{}.is_nil());
}

}  // namespace
}  // namespace gm2m::test
