#include <gm2m/error.hpp>

#include <random>

#include "deletion/linked_cinema.hpp"
#include "deletion/shop.hpp"

namespace gm2m::test {
namespace {

using enum ForeignKeyPolicy::Action;

/// Everything that the database of a shop holds, in one text.
std::string contents(const Shop& shop) {
    std::string all;
    for (const char* sql : {"SELECT 'author ' || id || ' mentor ' || coalesce(mentor_id, 0) || ' debut ' || "
                            "coalesce(debut_id, 0) FROM shop_author",
                            "SELECT 'book ' || id || ' author ' || coalesce(author_id, 0) || ' editor ' || "
                            "coalesce(editor_id, 0) FROM shop_book",
                            "SELECT 'chapter ' || id || ' book ' || coalesce(book_id, 0) || ' reviewer ' || "
                            "coalesce(reviewer_id, 0) FROM shop_chapter",
                            "SELECT 'like ' || gm2m_src_id || ' ' || model || ' ' || gm2m_pk FROM shop_author_likes "
                            "JOIN gm2m_content_type ct "
                            "ON ct.id = gm2m_ct_id"}) {
        std::vector<std::string> rows = shop.scratch.sql(sql);
        std::ranges::sort(rows);
        for (const std::string& row : rows)
            all += row + "\n";
    }
    return all;
}

/// A small shop with foreign keys and links at random, the same for the same seed.
void fill(Shop& shop, unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
    std::vector<Object> authors, books, all;
    const auto any = [&](const std::vector<Object>& of) {
        return of.empty() || below(4) == 0 ? Value()
                                           : of[static_cast<std::size_t>(below(static_cast<int>(of.size())))].key();
    };
    for (int i = 0; i < 14; ++i)
        authors.push_back(shop.author("?", any(authors)));
    for (int i = 0; i < 14; ++i)
        books.push_back(shop.book(any(authors), any(authors)));
    for (const Object& author : authors) {
        author.set("debut", any(books));
        shop.db.update(author);
    }
    all = authors;
    all.insert(all.end(), books.begin(), books.end());
    for (int i = 0; i < 14; ++i)
        all.push_back(shop.chapter(any(books), any(authors)));
    for (const Object& author : authors) {
        std::vector<Object> liked;
        for (const Object& object : all)
            if (below(4) == 0)
                liked.push_back(object);
        shop.like(author, liked);
    }
}

}  // namespace

class QueryDeletionTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(QueryDeletionTest, all_configurations);

// 6.5: a query's whole set goes, and nothing else
TEST_P(QueryDeletionTest, DeletesWhatTheQueryFinds) {
    const auto remove = [&](const char* model, const auto& narrow) {
        LinkedCinema linked(GetParam());
        const std::string deleted = told(linked.db.remove(narrow(linked.db.query(model))));
        return deleted + ", left " + std::to_string(count_links(linked.db));
    };
    const auto all = [](const QuerySet& query) { return query; };
    EXPECT_EQ(remove("cinema.User", all), "User 3; User.preferred_videos 12, left 0");
    EXPECT_EQ(remove("cinema.Movie", all), "Movie 2; User.preferred_videos 6, left 6");
    EXPECT_EQ(remove("cinema.Country", all), "Country 1; User.preferred_videos 3, left 9");
    EXPECT_EQ(remove("cinema.Documentary", all), ", left 12");
    EXPECT_EQ(remove("cinema.User", [](const QuerySet& q) { return q.filter(F("name") == "Bob"); }),
              "User 1; User.preferred_videos 4, left 8");
    EXPECT_EQ(remove("cinema.User", [](const QuerySet& q) { return q.filter(F("name") == "Zoe"); }), ", left 12");
    EXPECT_EQ(remove("cinema.User", [](const QuerySet& q) { return q.filter(F("pk").in({})); }), ", left 12");
    EXPECT_EQ(remove("cinema.User", [](const QuerySet& q) { return q.exclude(F("name") == "Bob"); }),
              "User 2; User.preferred_videos 8, left 4");
}

// 3.6, 6.5: … by conditions over relations, whose links go with it
TEST_P(QueryDeletionTest, ByConditionsOverRelations) {
    LinkedCinema linked(GetParam());
    Database& db = linked.db;
    linked.preferred_by(linked.user(1)).remove(linked.movie(2));
    linked.preferred_by(linked.user(2)).remove(linked.opera(), linked.movie(1), linked.movie(2));
    EXPECT_EQ(told(db.remove(db.query("cinema.User").filter(F("preferred_videos__movie__title") == "Brazil"))),
              "User 1; User.preferred_videos 4");  // Cid
    EXPECT_EQ(told(db.remove(db.query("cinema.Movie").filter(F("user__name") == "Ann"))),
              "Movie 1; User.preferred_videos 1");
    EXPECT_EQ(told(db.remove(linked.preferred_by(linked.user(1)).where("cinema.Opera"))),
              "Opera 1; User.preferred_videos 1");
    EXPECT_EQ(told(db.remove(
                  db.query("cinema.User").annotate("n", Count("preferred_videos")).filter(F("n") == 1).order_by("-n"))),
              "User 2; User.preferred_videos 2");
    EXPECT_EQ(count_links(db), 0U);
}

// 6.5: a slice is of the objects that it would fetch
TEST_P(QueryDeletionTest, DeletesASlice) {
    LinkedCinema linked(GetParam());
    const auto users = linked.db.query("cinema.User");
    EXPECT_EQ(told(linked.db.remove(users.order_by("-name").limit(1))), "User 1; User.preferred_videos 4");
    EXPECT_FALSE(users.filter(F("name") == "Cid").exists());
    EXPECT_EQ(told(linked.db.remove(users.order_by("name").slice(1, 5))), "User 1; User.preferred_videos 4");
    EXPECT_EQ(users.get()["name"], Value("Ann"));
    EXPECT_EQ(told(linked.db.remove(users.limit(0))), "");
    EXPECT_EQ(told(linked.db.remove(users.offset(1))), "");
    EXPECT_EQ(told(linked.db.remove(
                  linked.db.query("cinema.Movie").annotate("n", Count("user")).order_by("-n", "-title").limit(1))),
              "Movie 1; User.preferred_videos 1");
    EXPECT_EQ(told(linked.db.remove(linked.preferred_by(linked.user(1)).where("cinema.Movie").limit(1))),
              "Movie 1; User.preferred_videos 1");
}

// A query that makes no sense, or is of rows that are not to be deleted: nothing has happened.
TEST_P(QueryDeletionTest, RefusesWhatMakesNoSense) {
    LinkedCinema linked(GetParam());
    EXPECT_THROW(linked.db.remove(linked.db.query("cinema.User").filter(F("nmae") == "Bob")), UnknownField);
    EXPECT_THROW(linked.db.remove(linked.db.query("cinema.User_preferred_videos")), ObjectError);
    EXPECT_THROW(linked.db.remove(linked.db.query("contenttypes.ContentType")), ObjectError);
    EXPECT_EQ(count_links(linked.db), 12U);
}

// 6.1: by object, by list and by query; structs, handles and references of any models
TEST_P(QueryDeletionTest, ByObjectByListByQuery) {
    const auto expect = [&](std::size_t left, const auto& remove) {
        LinkedCinema linked(GetParam());
        remove(linked);
        EXPECT_EQ(count_links(linked.db), left);
    };
    expect(8, [](LinkedCinema& in) { in.db.remove(in.user(1)); });
    expect(8, [](LinkedCinema& in) { in.db.remove(in.user(1).reference()); });
    expect(2, [](LinkedCinema& in) {
        in.db.remove(in.user(1), in.movie(1), in.country(), std::vector{in.user(3), in.user(1)});
    });
    expect(2, [](LinkedCinema& in) { in.db.remove({in.user(1), in.movie(1), in.country(), in.user(3)}); });
    expect(4, [](LinkedCinema& in) { in.db.remove(in.db.query("cinema.User").limit(2).fetch()); });
    expect(12, [](LinkedCinema& in) { EXPECT_EQ(in.db.remove(std::vector<Object>()).rows, 0U); });
    if (GetParam().models == Models::compiled) {
        expect(8, [](LinkedCinema& in) { in.db.remove(User{.id = 2, .name = {}}); });
        expect(6, [](LinkedCinema& in) { in.db.remove(in.db.query<Movie>().fetch()); });
        expect(6, [](LinkedCinema& in) { in.db.remove(in.db.query<Movie>()); });
    }
    // Handles that were given say that their rows are gone; one that was never saved stops all.
    LinkedCinema linked(GetParam());
    const std::vector<Object> given{linked.user(1), linked.movie(1)};
    EXPECT_THROW(linked.db.remove(given, linked.db.models()["cinema.Movie"].make()), UnsavedObject);
    EXPECT_TRUE(given[0].is_stored());
    linked.db.remove(given);
    EXPECT_FALSE(given[0].is_stored() || given[1].is_stored());
}

// 6.5: the same as one by one, whatever refers to what; also where each statement takes a few keys alone
TEST_P(QueryDeletionTest, IsTheSameAsOneByOne) {
    const ShopPolicies policies{.author_mentor = set_null,
                                .author_debut = set_null,
                                .book_author = cascade,
                                .book_editor = set_default,
                                .chapter_book = cascade,
                                .chapter_reviewer = cascade,
                                .default_author = {}};
    for (unsigned seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Shop at_once(GetParam(), policies), split(GetParam(), policies, {.keys_per_statement = 3}),
            each(GetParam(), policies);
        for (Shop* shop : {&at_once, &split, &each})
            atomically(shop->db, [&] { fill(*shop, seed); });
        ASSERT_EQ(contents(at_once), contents(each));
        for (const char* model : {"shop.Chapter", "shop.Author", "shop.Book"}) {
            const auto doomed = [&](Shop& shop) {
                return shop.db.query(model).filter(F("pk").in({1, 2, 3, 5, 8, 9, 10, 11}));
            };
            const Deleted deleted = at_once.db.remove(doomed(at_once)), parts = split.db.remove(doomed(split));
            std::size_t rows = 0, links = 0;
            for (const Object& object : doomed(each).fetch()) {
                const Deleted one = each.db.remove(object);
                rows += one.rows;
                links += one.links;
            }
            EXPECT_EQ(deleted.rows, rows);
            EXPECT_EQ(deleted.links, links);
            EXPECT_EQ(told(parts), told(deleted));
            EXPECT_EQ(contents(at_once), contents(each));
            EXPECT_EQ(contents(split), contents(each));
        }
    }
}

// 6.1: links of one model to itself, whose both ends go, whatever a statement takes
TEST_P(QueryDeletionTest, BothEndsInSeveralStatements) {
    for (const std::size_t most : {1'000'000U, 2U, 1U}) {
        Shop shop(GetParam(), {}, {.keys_per_statement = most});
        std::vector<Object> authors;
        for (int i = 0; i < 5; ++i)
            authors.push_back(shop.author("?"));
        for (const Object& author : authors)
            shop.like(author, authors);
        EXPECT_EQ(told(shop.db.remove(shop.db.query("shop.Author").filter(F("pk") > 1))), "Author 4; Author.likes 24");
        EXPECT_EQ(shop.rows(), 2U);
    }
}

// DESIGN 6: f + 1 statements for any number of objects; where rows are locked first, one more, and a round trip: only
// those that are there then go. The rows of a query go as it finds them on PostgreSQL; else, or where something has to
// go before them, it takes one to find them.
TEST_P(QueryDeletionTest, Statements) {
    LinkedCinema linked(GetParam());
    const std::size_t lock = GetParam().is_sqlite() ? 0 : 1;
    const auto expect = [&](std::size_t statements, std::size_t round_trips, const auto& remove) {
        Transaction transaction(linked.db);
        StatementCounter counter(linked.db);
        remove(linked.db);
        EXPECT_EQ(counter.statements(), statements);
        if (GetParam().has_round_trips()) {
            EXPECT_EQ(counter.round_trips(), round_trips);
        }
    };
    const std::vector<Object> movies{linked.movie(1), linked.movie(2)}, users{linked.user(1), linked.user(2)};
    const auto all_movies = linked.db.query("cinema.Movie");
    expect(1 + 1, 1, [&](Database& db) { db.remove(movies[0]); });
    expect(1 + 1 + lock, 1 + lock, [&](Database& db) { db.remove(movies); });
    // A user is a source of the relation, and could be a target of it.
    const std::size_t both_sides = GetParam().is_sqlite() ? 2 : 1;
    expect(both_sides + 1 + lock, 1 + lock, [&](Database& db) { db.remove(users[0]); });
    expect(both_sides + 1 + lock, 1 + lock, [&](Database& db) { db.remove(users); });
    const std::size_t find = GetParam().is_sqlite() ? 1 : 0;
    expect(find + 1 + 1, 2, [&](Database& db) { db.remove(all_movies); });
    expect(find + 1 + 1, 2, [&](Database& db) { db.remove(all_movies.filter(F("user__name") == "Ann").limit(1)); });
    expect(1, 1, [&](Database& db) { db.remove(linked.db.query("cinema.Documentary")); });
    expect(0, 0, [&](Database& db) { db.remove(std::vector<Object>()); });
}

/// Links by the 100,000.
class ManyLinksTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(ManyLinksTest, layout_configurations);

// 6.5, 10: no number of objects or links is too many
TEST_P(ManyLinksTest, GoInAFewStatements) {
    const ScratchDatabase scratch(GetParam().engine);
    Cinema cinema(GetParam());
    Database db = Database::open(cinema.registry, scratch.url());
    db.create_tables();
    std::vector<Object> users, movies;
    for (int i = 0; i < 100; ++i)
        users.push_back(cinema.registry["cinema.User"].make({{"name", "?"}}));
    for (int i = 0; i < 1'000; ++i)
        movies.push_back(cinema.registry["cinema.Movie"].make({{"title", "?"}}));
    atomically(db, [&] {
        db.insert_many(users);
        db.insert_many(movies);
        for (const Object& user : users)
            db.related(user, cinema.preferred).add(movies);
    });
    {
        Transaction transaction(db);
        StatementCounter counter(db);
        EXPECT_EQ(told(db.remove(db.query("cinema.Movie"))), "Movie 1000; User.preferred_videos 100000");
        EXPECT_EQ(counter.statements(), GetParam().is_sqlite() ? 3U : 2U);
    }
    {
        Transaction transaction(db);
        EXPECT_EQ(told(db.remove(movies, users)), "Movie 1000, User 100; User.preferred_videos 100000");
    }
    EXPECT_EQ(told(db.remove(db.query("cinema.User").exclude(F("pk") == 1))), "User 99; User.preferred_videos 99000");
    EXPECT_EQ(db.query("cinema.User_preferred_videos").count(), 1'000U);
}

// Where the engine runs in the process, many links of sources go by content type: those that the first links have, and
// then all that are left.
TEST_P(ManyLinksTest, ToSeveralModels) {
    const ScratchDatabase scratch(GetParam().engine);
    Cinema cinema(GetParam());
    Database db = Database::open(cinema.registry, scratch.url());
    db.create_tables();
    const auto some = [&](const char* model, const char* name, int count) {
        std::vector<Object> all;
        for (int i = 0; i < count; ++i)
            all.push_back(cinema.registry[model].make({{name, "?"}}));
        db.insert_many(all);
        return all;
    };
    const std::vector<Object> users = some("cinema.User", "name", 121), movies = some("cinema.Movie", "title", 12),
                              documentaries = some("cinema.Documentary", "title", 8),
                              operas = some("cinema.Opera", "title", 1);
    const auto like = [&](const Object& user, const std::vector<Object>& videos) {
        db.related(user, cinema.preferred).add(videos);
    };
    atomically(db, [&] {
        for (const Object& user : users) {
            like(user, movies);
            like(user, documentaries);
        }
        like(users[119], operas);
    });
    {
        Transaction transaction(db);
        StatementCounter counter(db);
        EXPECT_EQ(told(db.remove(db.query("cinema.User").filter(F("pk") <= 120))),
                  "User 120; User.preferred_videos 2401");
        // The users; the content types, of which users have none yet, so that no links lead to them; a look at the
        // links, those to movies, those to documentaries; the others; the rows.
        EXPECT_EQ(counter.statements(), GetParam().is_sqlite() ? 2U + 3U + 2U : 2U + 2U);
        EXPECT_EQ(db.query("cinema.User_preferred_videos").count(), 20U);
        transaction.rollback();
    }
    // Not of fewer sources, which seldom have as many links.
    {
        Transaction transaction(db);
        StatementCounter counter(db);
        EXPECT_EQ(told(db.remove(std::vector<Object>(users.begin(), users.begin() + 99))),
                  "User 99; User.preferred_videos 1980");
        EXPECT_EQ(counter.statements(), 3U);
    }
    EXPECT_EQ(db.query("cinema.User_preferred_videos").count(), 2'421U);
}

}  // namespace gm2m::test
