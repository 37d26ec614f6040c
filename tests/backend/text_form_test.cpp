#include <gtest/gtest.h>

#include <random>

#include "backend/text_form.hpp"

namespace gm2m::test {
namespace {

TEST(TextFormTest, ReadsDatesAndTimes) {
    EXPECT_EQ(text::parse_date("1970-01-02"), 1);
    EXPECT_EQ(text::parse_date("1969-12-31"), -1);
    EXPECT_EQ(text::parse_time("00:00:01.5"), 1'500'000);
    EXPECT_EQ(text::parse_time("01:00"), 3'600'000'000);
    EXPECT_EQ(text::parse_date_time("1970-01-01 00:00:01"), 1'000'000);
    EXPECT_EQ(text::parse_date_time("1970-01-01T00:00:01Z"), 1'000'000);
    EXPECT_EQ(text::parse_date_time("1970-01-01 02:00:01+02:00"), 1'000'000);
    EXPECT_EQ(text::parse_date_time("1969-12-31 22:00:01-0200"), 1'000'000);
}

TEST(TextFormTest, RefusesWhatIsNoDateOrTime) {
    for (const char* text : {"", "2026", "2026-13-01", "2026-02-30", "2026-02-3", "2026-02-03x", "-026-02-03"})
        EXPECT_FALSE(text::parse_date(text)) << text;
    for (const char* text : {"", "24:00:00", "12:60", "12:00:61", "12:00:00.", "1:00", "12:00:00 "})
        EXPECT_FALSE(text::parse_time(text)) << text;
    for (const char* text : {"", "2026-11-20 ", "2026-11-20_12:00", "2026-11-20 12:00+", "2026-11-20 12:00:00+0x:00"})
        EXPECT_FALSE(text::parse_date_time(text)) << text;
}

TEST(TextFormTest, ReadsKeysOfTheirKindAlone) {
    char buffer[16];
    EXPECT_TRUE(text::parse_value(Kind::integer, "-5", buffer));
    for (const char* text : {"", "abc", "5 ", " 5", "+5", "5.0", "99999999999999999999"})
        EXPECT_FALSE(text::parse_value(Kind::big_integer, text, buffer)) << text;
    EXPECT_FALSE(text::parse_value(Kind::integer, "2147483648", buffer));
    EXPECT_FALSE(text::parse_value(Kind::small_integer, "32768", buffer));
    EXPECT_FALSE(text::parse_value(Kind::uuid, "xyz", buffer));
}

TEST(TextFormTest, ReadsIntegersOfAllLengths) {
    for (std::int64_t value = 1;; value = value * 10 + 7) {
        EXPECT_EQ(text::parse_integer(std::to_string(value)), value);
        EXPECT_EQ(text::parse_integer(std::to_string(-value)), -value);
        EXPECT_FALSE(text::parse_integer(std::to_string(value) + ":"));
        EXPECT_FALSE(text::parse_integer("/" + std::to_string(value)));
        if (value > INT64_MAX / 10 - 1)
            break;
    }
    EXPECT_EQ(text::parse_integer("0"), 0);
    EXPECT_EQ(text::parse_integer("999999999999999999"), 999'999'999'999'999'999);
    EXPECT_EQ(text::parse_integer("9223372036854775807"), INT64_MAX);
    EXPECT_EQ(text::parse_integer("-9223372036854775808"), INT64_MIN);
    for (const char* text : {"", "-", "9223372036854775808", "-9223372036854775809"})
        EXPECT_FALSE(text::parse_integer(text)) << text;
}

TEST(TextFormTest, KnowsUtf8) {
    for (const char* text : {"", "plain", "Zürich", "日本", "🎬 is outside the basic plane", "12345678ü"})
        EXPECT_TRUE(text::is_valid_utf8(text)) << text;
    for (const char* text : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "12345678\x80",
                             "\xf0\x8f\xbf\xbf"})
        EXPECT_FALSE(text::is_valid_utf8(text));
    EXPECT_EQ(text::count_characters("Zürich 🎬"), 8U);
}

// Whatever is written reads back, over the range of the kind.
TEST(TextFormTest, ReadsWhatItWrites) {
    std::mt19937_64 random(20261120);
    std::uniform_int_distribution<std::int64_t> instants(-62'135'596'800'000'000, 253'402'300'799'999'999);
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t instant = instants(random);
        std::string text;
        text::append_date_time(text, instant);
        ASSERT_EQ(text::parse_date_time(text), instant) << text;
        text.clear();
        text::append_value(text, Kind::date_time, ValueView::of_integer(instant));
        ASSERT_EQ(text::parse_date_time(text), instant) << text;
    }
}

// Parsers meet text that anybody may have put into a table: nothing may happen but a refusal.
TEST(TextFormTest, SurvivesNoise) {
    std::mt19937_64 random(20261120);
    const std::string alphabet = "0123456789-:. T+Zabf\xff\xc3";
    char buffer[16];
    for (int i = 0; i < 100'000; ++i) {
        std::string noise(random() % 40, ' ');
        for (char& c : noise)
            c = alphabet[random() % alphabet.size()];
        for (const Kind kind : {Kind::boolean, Kind::big_integer, Kind::real, Kind::uuid, Kind::date, Kind::time,
                                Kind::date_time}) {
            if (const auto value = text::parse_value(kind, noise, buffer)) {
                std::string text;
                text::append_value(text, kind, *value);
                ASSERT_TRUE(text::parse_value(kind, text, buffer)) << noise;
            }
        }
        text::is_valid_utf8(noise);
    }
}

}  // namespace
}  // namespace gm2m::test
