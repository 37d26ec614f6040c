#include <gm2m/error.hpp>

#include "deletion/linked_cinema.hpp"
#include "deletion/shop.hpp"

namespace gm2m::test {
namespace {

using enum ForeignKeyPolicy::Action;

ShopPolicies mixed_policies() {
    return {.author_mentor = set_null,
            .author_debut = cascade,
            .book_author = cascade,
            .book_editor = set_null,
            .chapter_book = cascade,
            .chapter_reviewer = restrict};
}

/// None that writes, or that locks rows.
template <class Work>
void expect_only_selects(Database& db, Work&& work) {
    StatementCounter counter(db);
    work();
    for (const std::string& sql : counter.texts()) {
        EXPECT_TRUE(sql.starts_with("SELECT")) << sql;
        EXPECT_EQ(sql.find("FOR UPDATE"), std::string::npos) << sql;
    }
}

}  // namespace

class ExplainTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(ExplainTest, all_configurations);

// 6.4: what would go, without going; then it does
TEST_P(ExplainTest, CountsWhatRemoveThenDoes) {
    for (const std::size_t most : {1'000'000U, 2U, 1U}) {
        Shop shop(GetParam(), mixed_policies(), {.keys_per_statement = most});
        std::vector<Object> authors, all;
        for (int i = 0; i < 6; ++i)
            authors.push_back(shop.author("?", i == 0 ? Value() : authors.back().key()));
        all = authors;
        for (const Object& author : authors) {
            all.push_back(shop.book(author.key(), authors[0].key()));
            author.set("debut", all.back().key());
            shop.db.update(author);
            all.push_back(shop.chapter(all.back().key()));
        }
        for (const Object& author : authors)
            shop.like(author, all);
        const auto expect_the_same = [&](const DeletionPlan& plan, const auto& remove) {
            EXPECT_EQ(shop.rows(), 18U + 6U * 18U);
            EXPECT_TRUE(plan.refusals.empty() && plan.left_behind.empty());
            Transaction transaction(shop.db);
            const Deleted deleted = remove();
            EXPECT_EQ(plan.would.rows, deleted.rows);
            EXPECT_EQ(plan.would.links, deleted.links);
            EXPECT_EQ(told(plan.would), told(deleted));
            EXPECT_EQ(shop.rows(), 18U + 6U * 18U - deleted.rows - deleted.links);
        };
        Database& db = shop.db;
        expect_the_same(db.explain_remove(authors[1]), [&] { return db.remove(authors[1]); });
        expect_the_same(db.explain_remove(authors[5], authors[4], all[9]),
                        [&] { return db.remove(authors[5], authors[4], all[9]); });
        expect_the_same(db.explain_remove(authors), [&] { return db.remove(authors); });
        const auto some = db.query("shop.Author").filter(F("pk") > 2).order_by("-pk").limit(3);
        expect_the_same(db.explain_remove(some), [&] { return db.remove(some); });
        const auto chapters = db.query("shop.Chapter");
        expect_the_same(db.explain_remove(chapters), [&] { return db.remove(chapters); });
        EXPECT_EQ(told(db.explain_remove(db.query("shop.Author").filter(F("name") == "nobody")).would), "");
    }
}

// 6.2: links that would lead nowhere
TEST_P(ExplainTest, CountsWhatWouldBeLeft) {
    for (const std::size_t most : {1'000'000U, 1U}) {
        LinkedCinema linked(GetParam(), {.db_constraint = false, .on_delete_tgt = LinkPolicy::do_nothing},
                            {.keys_per_statement = most});
        const auto left = [&](const auto&... objects) {
            const DeletionPlan plan = linked.db.explain_remove(objects...);
            Transaction transaction(linked.db);
            linked.db.remove(objects...);
            EXPECT_EQ(plan.would.links, 12U - count_links(linked.db));
            if (plan.left_behind.empty())
                return std::size_t{0};
            EXPECT_EQ(plan.left_behind.size(), 1U);
            EXPECT_EQ(plan.left_behind[0].field, "cinema.User.preferred_videos");
            return plan.left_behind[0].count;
        };
        EXPECT_EQ(left(linked.user(1)), 0U);
        EXPECT_EQ(left(linked.movie(1)), 3U);
        EXPECT_EQ(left(linked.movie(1), linked.movie(2), linked.country()), 9U);
        // A link of a source that goes does not stay.
        EXPECT_EQ(left(linked.user(1), linked.movie(1)), 2U);
        EXPECT_EQ(left(linked.db.query("cinema.User").fetch(), linked.movie(1)), 0U);
    }
}

// 6.2, 6.4: why it would be refused
TEST_P(ExplainTest, SaysWhyItWouldBeRefused) {
    LinkedCinema linked(GetParam(), {.on_delete = LinkPolicy::protect});
    const DeletionPlan plan = linked.db.explain_remove(linked.opera());
    ASSERT_EQ(plan.refusals.size(), 1U);
    EXPECT_NE(plan.refusals[0].find("cinema.User.preferred_videos protects it: it has the link cinema.User:"),
              std::string::npos)
        << plan.refusals[0];
    EXPECT_THROW(linked.db.remove(linked.opera()), ProtectedError);
    EXPECT_EQ(count_links(linked.db), 12U);

    for (const std::size_t most : {1'000'000U, 1U}) {
        Shop shop(GetParam(), {.book_author = protect, .chapter_reviewer = restrict}, {.keys_per_statement = most});
        const std::vector<Object> authors{shop.author("Ann"), shop.author("Bob")};
        shop.book(authors[0].key());
        shop.book(authors[1].key());
        shop.chapter({}, authors[1].key());
        EXPECT_EQ(shop.db.explain_remove(authors).refusals,
                  (std::vector<std::string>{
                      "shop.Book.author refers to it and protects it: shop.Book:1, shop.Book:2",
                      "shop.Chapter.reviewer refers to it and restricts its deletion: shop.Chapter:1"}));
        EXPECT_THROW(shop.db.remove(authors), ProtectedError);
    }
}

TEST_P(ExplainTest, HasATextForPeople) {
    Shop shop(GetParam(), mixed_policies());
    const Object ann = shop.author("Ann"), bob = shop.author("Bob", ann.key());
    const Object book = shop.book(ann.key(), bob.key());
    shop.book(bob.key(), ann.key());
    shop.chapter(book.key());
    shop.chapter({}, ann.key());
    shop.like(bob, {ann, book});
    EXPECT_EQ(shop.db.explain_remove(ann).to_string(),
              "delete 1 of shop.Chapter\n"
              "delete 1 of shop.Book\n"
              "delete 1 of shop.Author\n"
              "delete 2 links of shop.Author.likes\n"
              "set shop.Author.mentor in 1 rows\n"
              "set shop.Book.editor in 1 rows\n"
              "refuse: shop.Chapter.reviewer refers to it and restricts its deletion: shop.Chapter:2\n");
    EXPECT_EQ(shop.db.explain_remove(shop.db.query("shop.Author").filter(F("name") == "nobody")).to_string(),
              "nothing to delete\n");
    LinkedCinema linked(GetParam(), {.on_delete = LinkPolicy::do_nothing});
    EXPECT_EQ(linked.db.explain_remove(linked.opera()).to_string(),
              "delete 1 of cinema.Opera\nleave 3 links of cinema.User.preferred_videos that lead nowhere\n");
}

// Nothing is written, nobody is asked, and no handle changes.
TEST_P(ExplainTest, ChangesNothing) {
    LinkedCinema linked(GetParam(), {.on_delete = LinkPolicy::cascade_signal_veto});
    linked.cinema.preferred.deleting().connect([](const Deleting&) { ADD_FAILURE() << "a receiver was called"; });
    const Object ann = linked.user(1);
    expect_only_selects(linked.db, [&] { EXPECT_EQ(linked.db.explain_remove(ann).would.links, 4U); });
    EXPECT_TRUE(ann.is_stored());
    EXPECT_EQ(count_links(linked.db), 12U);
    EXPECT_THROW(linked.db.explain_remove(linked.db.models()["cinema.User"].make()), UnsavedObject);

    Shop shop(GetParam(), mixed_policies());
    shop.chapter(shop.book(shop.author("Ann").key()).key());
    expect_only_selects(shop.db,
                        [&] { EXPECT_EQ(shop.db.explain_remove(shop.db.query("shop.Author")).would.rows, 3U); });
}

// Who only asks waits for nobody who writes.
TEST_P(ExplainTest, WaitsForNoWriter) {
    LinkedCinema linked(GetParam(), {}, {.busy_timeout = std::chrono::milliseconds(0)});
    const Object ann = linked.user(1);
    Database writer = Database::open(linked.cinema.registry, linked.scratch.url());
    Transaction writing(writer);
    writer.related(ann, linked.cinema.preferred).remove(linked.movie(1));
    writer.remove(linked.movie(2));
    EXPECT_EQ(linked.db.explain_remove(ann).would.links, 4U);
    EXPECT_EQ(linked.db.explain_remove(linked.db.query("cinema.User")).would.links, 12U);
}

// All counts are of one state of the database, whatever others commit meanwhile; in a transaction they are part of it.
TEST_P(ExplainTest, CountsOneState) {
    LinkedCinema linked(GetParam(), {.db_constraint = false, .on_delete_tgt = LinkPolicy::do_nothing});
    if (GetParam().is_sqlite())
        linked.scratch.sql("PRAGMA journal_mode = WAL");  // where readers and a writer go on at the same time
    const Object ann = linked.user(1), alien = linked.movie(1);
    bool meanwhile = false;
    linked.db.listen([&](const StatementEvent& statement) {
        if (!statement.transaction_control && !std::exchange(meanwhile, true)) {
            EXPECT_NO_THROW(linked.scratch.sql("DELETE FROM cinema_user_preferred_videos"));
        }
    });
    const DeletionPlan plan = linked.db.explain_remove(ann, alien);
    linked.db.listen({});
    EXPECT_EQ(count_links(linked.db), 0U);
    EXPECT_EQ(plan.would.links, 4U);
    ASSERT_EQ(plan.left_behind.size(), 1U);
    EXPECT_EQ(plan.left_behind[0].count, 2U);

    Transaction transaction(linked.db);
    linked.preferred_by(ann).add(alien);
    EXPECT_EQ(linked.db.explain_remove(ann).would.links, 1U);
}

// … so that a database that is read-only can be asked
TEST_P(ExplainTest, AsksAReadOnlyDatabase) {
    LinkedCinema linked(GetParam());
    const std::string url = GetParam().is_sqlite() ? linked.scratch.url() + "?readonly=true"
                                                   : linked.scratch.url() + "%20-cdefault_transaction_read_only%3Don";
    Database db = Database::open(linked.cinema.registry, url);
    EXPECT_THROW(db.remove(db.get("cinema.User", 1)), ReadOnlyDatabase);
    EXPECT_EQ(db.explain_remove(db.get("cinema.User", 1)).would.links, 4U);
    EXPECT_EQ(db.explain_remove(db.query("cinema.Movie")).would.links, 6U);
}

}  // namespace gm2m::test
