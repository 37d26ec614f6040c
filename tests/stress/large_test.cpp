#include <algorithm>
#include <numeric>
#include <utility>

#include "support/cinema.hpp"

namespace gm2m::test {

/// Very many links in one call. (DESIGN 6, BEHAVIOUR 10)
class LargeTest : public CinemaTest {
protected:
    static constexpr int many = 100'000;

    /// Rows from key 1 on, made by the engine itself.
    void make_movies() { make("cinema_movie", "title", many); }
    void make(const std::string& table, const std::string& column, int count) {
        scratch.sql("INSERT INTO " + table + " (" + column + ") WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
                    "SELECT i + 1 FROM n WHERE i < " + std::to_string(count) + ") SELECT 'x' FROM n");
    }
    std::vector<Reference> references(const std::string& model, int first, int last) {
        std::vector<Reference> all;
        for (int key = first; key <= last; ++key)
            all.push_back({&cinema.registry[model], Value(key)});
        return all;
    }
    /// What a reference to its content type costs is not what is counted here.
    void learn_content_types() { (void)db.content_types().get_for_model("cinema.Movie"); }
};
GM2M_INSTANTIATE(LargeTest, layout_configurations);

TEST_P(LargeTest, ForwardSide) {
    make_movies();
    learn_content_types();
    const Object me = user("Me");
    const RelatedManager mine = preferred_by(me);
    const StatementCounter counter(db);
    auto statements = [&, before = std::size_t{0}]() mutable {
        return counter.statements() - std::exchange(before, counter.statements());
    };

    EXPECT_EQ(mine.add(references("cinema.Movie", 1, many)).added.size(), 100'000U);
    EXPECT_EQ(statements(), 1U);
    EXPECT_EQ(rows_in_join_table(), 100'000U);
    EXPECT_TRUE(mine.add(references("cinema.Movie", 1, many)).empty());
    EXPECT_EQ(statements(), 1U);

    const std::vector<Object> all = mine.all();
    EXPECT_EQ(statements(), 2U);
    ASSERT_EQ(all.size(), 100'000U);
    std::vector<std::int64_t> keys;
    for (const Object& movie : all)
        keys.push_back(movie.key().get<std::int64_t>());
    std::ranges::sort(keys);
    EXPECT_EQ(std::accumulate(keys.begin(), keys.end(), std::int64_t{0}), std::int64_t{many} * (many + 1) / 2);
    EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());

    // 50,001 to 100,000 stay
    const Changes set = mine.set(references("cinema.Movie", many / 2 + 1, many));
    EXPECT_EQ(statements(), 2U);
    EXPECT_EQ(set.removed.size(), 50'000U);
    EXPECT_TRUE(set.added.empty());

    const Changes toggled = mine.toggle(references("cinema.Movie", 1, many));
    EXPECT_EQ(statements(), 2U);
    EXPECT_EQ(toggled.added.size(), 50'000U);
    EXPECT_EQ(toggled.removed.size(), 50'000U);
    EXPECT_EQ(mine.count(), 50'000U);
    EXPECT_TRUE(mine.contains(references("cinema.Movie", 1, 1)[0]));
    EXPECT_EQ(statements(), 2U);

    EXPECT_EQ(mine.remove(references("cinema.Movie", 1, many)).removed.size(), 50'000U);
    EXPECT_EQ(statements(), 1U);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

TEST_P(LargeTest, ClearTouchesOneSourceAlone) {
    make_movies();
    const Object me = user("Me"), other = user("Other");
    preferred_by(me).add(references("cinema.Movie", 1, many));
    preferred_by(other).add(references("cinema.Movie", 1, 10));
    EXPECT_EQ(preferred_by(me).clear(), 100'000U);
    EXPECT_EQ(rows_in_join_table(), 10U);
}

TEST_P(LargeTest, ReverseSide) {
    constexpr int users = 20'000;
    const Object movie = this->movie("shared"), other = this->movie("other");
    make("cinema_user", "name", users);
    preferred_by(Object(db.get("cinema.User", 1))).add(movie, other);
    const RelatedManager theirs = users_of(movie);
    const StatementCounter counter(db);
    auto statements = [&, before = std::size_t{0}]() mutable {
        return counter.statements() - std::exchange(before, counter.statements());
    };

    EXPECT_EQ(theirs.add(references("cinema.User", 1, users)).added.size(), 19'999U);
    EXPECT_EQ(statements(), 1U);
    const Changes set = theirs.set(references("cinema.User", users / 2, users));
    EXPECT_EQ(statements(), 2U);
    EXPECT_EQ(set.removed.size(), 9'999U);
    EXPECT_TRUE(set.added.empty());
    EXPECT_EQ(theirs.all().size(), 10'001U);
    EXPECT_EQ(statements(), 1U);
    EXPECT_EQ(theirs.toggle(references("cinema.User", 1, users)).added.size(), 9'999U);
    EXPECT_EQ(theirs.remove(references("cinema.User", 1, users)).removed.size(), 9'999U);
    EXPECT_EQ(users_of(other).count(), 1U);
    EXPECT_EQ(rows_in_join_table(), 1U);
}

// BEHAVIOUR 10: a link of a target to very many sources, and of a source to very many targets, goes with either
TEST_P(LargeTest, Deletion) {
    make_movies();
    make("cinema_user", "name", 5'000);
    const Object me = user("Me");
    preferred_by(me).add(references("cinema.Movie", 1, many));
    const Object movie = db.get("cinema.Movie", 1);
    users_of(movie).add(references("cinema.User", 1, 5'000));
    const Deleted movie_deleted = db.remove(movie);
    EXPECT_EQ(movie_deleted.links, 5'001U);
    const Deleted user_deleted = db.remove(me);
    EXPECT_EQ(user_deleted.rows, 1U);
    EXPECT_EQ(user_deleted.links, 99'999U);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

/// The same where an operation has to be split into many statements.
class SplitLargeTest : public LargeTest {
protected:
    SplitLargeTest() {
        DatabaseOptions options;
        options.keys_per_statement = 999;
        db = Database::open(cinema.registry, scratch.url(), options);
    }
};
GM2M_INSTANTIATE(SplitLargeTest, layout_configurations);

TEST_P(SplitLargeTest, IsOneOperationAllTheSame) {
    make_movies();
    const Object me = user("Me");
    const RelatedManager mine = preferred_by(me);
    EXPECT_EQ(mine.add(references("cinema.Movie", 1, many)).added.size(), 100'000U);
    EXPECT_EQ(mine.all().size(), 100'000U);
    const Changes set = mine.set(references("cinema.Movie", 20'001, many));
    EXPECT_EQ(set.removed.size(), 20'000U);
    EXPECT_TRUE(set.added.empty());
    const Changes toggled = mine.toggle(references("cinema.Movie", 1, many));
    EXPECT_EQ(toggled.added.size(), 20'000U);
    EXPECT_EQ(toggled.removed.size(), 80'000U);
    EXPECT_EQ(mine.remove(references("cinema.Movie", 1, many)).removed.size(), 20'000U);
    EXPECT_EQ(rows_in_join_table(), 0U);
}

}  // namespace gm2m::test
