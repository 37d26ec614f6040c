#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <unordered_map>

#include "relation/distinct_keys.hpp"
#include "relation/sorted_order.hpp"

namespace gm2m::test {
namespace {

using relation::DistinctKeys;
using relation::KeyIndex;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

/// Keys as databases and programs make them, and as nobody would.
std::vector<std::vector<std::int64_t>> key_sequences() {
    std::mt19937_64 random(20261126);
    const auto between = [&](std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random);
    };
    std::vector<std::vector<std::int64_t>> sequences(9);
    for (std::int64_t i = 0; i < 5000; ++i) {
        sequences[0].push_back(i + 1);                                        // in order
        sequences[1].push_back(5000 - i);                                     // backwards
        sequences[2].push_back(between(1, 8000));                             // close together, mixed, with repeats
        sequences[3].push_back(between(-100, 3000));                          // on both sides of zero
        sequences[4].push_back(between(least, greatest));                     // nowhere close
        sequences[5].push_back(least + between(0, 4000));                     // at the lower end
        sequences[6].push_back(greatest - between(0, 4000));                  // at the upper end
        sequences[7].push_back(i % 100 == 0 ? between(least, greatest) : i);  // close together but for a few
        sequences[8].push_back(1'000'000 + (i % 2 == 0 ? i : -i));            // growing on both sides
    }
    return sequences;
}

TEST(KeyIndexTest, NumbersEachIntegerOnce) {
    for (const std::vector<std::int64_t>& sequence : key_sequences()) {
        DistinctKeys keys(Kind::big_integer);
        std::unordered_map<std::int64_t, std::uint32_t> expected;
        for (const std::int64_t key : sequence) {
            const auto number = expected.try_emplace(key, static_cast<std::uint32_t>(expected.size())).first->second;
            ASSERT_EQ(keys.insert(ValueView::of_integer(key)), number) << key << " first " << sequence.front();
        }
        ASSERT_EQ(keys.size(), expected.size());
        for (const auto& [key, number] : expected) {
            ASSERT_EQ(keys.find(ValueView::of_integer(key)), number);
            ASSERT_EQ(keys.list().integer_at(number), key);
            for (const std::int64_t other :
                 {key == greatest ? key : key + 1, key == least ? key : key - 1, least, greatest})
                ASSERT_EQ(keys.contains(ValueView::of_integer(other)), expected.contains(other)) << other;
        }
    }
}

TEST(KeyIndexTest, NumbersEachTextOnce) {
    DistinctKeys keys(Kind::text);
    EXPECT_FALSE(keys.contains(ValueView::of_text("")));
    std::unordered_map<std::string, std::uint32_t> expected;
    const std::vector<std::vector<std::int64_t>> sequences = key_sequences();
    for (const std::int64_t i : sequences[2]) {
        const std::string key = "key " + std::to_string(i);
        const auto number = expected.try_emplace(key, static_cast<std::uint32_t>(expected.size())).first->second;
        ASSERT_EQ(keys.insert(ValueView::of_text(key)), number);
    }
    EXPECT_FALSE(keys.contains(ValueView::of_text("key")));
}

// The list may be longer from one question to the next.
TEST(KeyIndexTest, FollowsAListThatGrows) {
    KeyIndex index;
    backend::ValueList keys(Kind::big_integer);
    EXPECT_EQ(index.find(keys, ValueView::of_integer(0)), KeyIndex::none);
    for (const std::int64_t key : {7, 8, -5'000'000, 9, 12}) {
        EXPECT_EQ(index.find_next(keys, ValueView::of_integer(key)), KeyIndex::none) << key;
        keys.push_integer(key);
        EXPECT_EQ(index.find_next(keys, ValueView::of_integer(key)), keys.size() - 1) << key;
    }
    EXPECT_EQ(index.find(keys, ValueView::of_integer(-5'000'000)), 2U);
}

TEST(SortedOrderTest, SortsIntegersAndTexts) {
    std::vector<std::vector<std::int64_t>> sequences = key_sequences();
    sequences.push_back({});
    for (std::vector<std::int64_t>& sequence : sequences) {
        std::ranges::sort(sequence);
        sequence.erase(std::ranges::unique(sequence).begin(), sequence.end());
        std::vector<std::int64_t> shuffled = sequence;
        std::ranges::shuffle(shuffled, std::mt19937(1));
        backend::ValueList keys(Kind::big_integer), texts(Kind::text);
        for (const std::int64_t key : shuffled) {
            keys.push_integer(key);
            texts.push_text(std::to_string(key));
        }
        std::vector<std::int64_t> sorted;
        for (const std::uint32_t place : relation::sorted_order(keys))
            sorted.push_back(keys.integer_at(place));
        EXPECT_EQ(sorted, sequence);
        const std::vector<std::uint32_t> by_text = relation::sorted_order(texts);
        EXPECT_EQ(by_text.size(), sequence.size());
        EXPECT_TRUE(std::ranges::is_sorted(by_text, {}, [&](std::uint32_t place) { return texts.text_at(place); }));
    }
}

TEST(SortedDistinctTest, KeepsEachOnce) {
    std::vector<std::vector<std::int64_t>> sequences = key_sequences();
    sequences.push_back({});
    sequences.push_back({7});
    sequences.push_back({7, 7, 7});
    sequences.push_back({INT64_MAX, 0, INT64_MIN, INT64_MAX});
    sequences.push_back({-65, 63, -64, 0, 64, -1, 63});
    for (std::vector<std::int64_t>& sequence : sequences) {
        std::vector<std::int64_t> repeated = sequence;
        repeated.insert(repeated.end(), sequence.begin(), sequence.begin() + static_cast<long>(sequence.size() / 2));
        std::ranges::sort(sequence);
        sequence.erase(std::ranges::unique(sequence).begin(), sequence.end());
        backend::ValueList keys(Kind::big_integer), texts(Kind::text);
        for (const std::int64_t key : repeated) {
            keys.push_integer(key);
            texts.push_text(std::to_string(key));
        }
        const backend::ValueList distinct = relation::sorted_distinct(keys);
        EXPECT_TRUE(std::ranges::equal(distinct.integers(), sequence));
        const backend::ValueList by_text = relation::sorted_distinct(texts);
        EXPECT_EQ(by_text.size(), sequence.size());
        for (std::size_t i = 1; i < by_text.size(); ++i)
            EXPECT_LT(by_text.text_at(i - 1), by_text.text_at(i));
    }
}

}  // namespace
}  // namespace gm2m::test
