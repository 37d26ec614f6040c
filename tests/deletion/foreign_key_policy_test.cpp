#include <gm2m/error.hpp>

#include "deletion/shop.hpp"

namespace gm2m::test {
namespace {

using enum ForeignKeyPolicy::Action;

std::string names(std::vector<Reference> objects) {
    std::string text;
    std::ranges::sort(objects, {}, &Reference::to_string);
    for (const Reference& object : objects)
        text += (text.empty() ? "" : " ") + object.to_string();
    return text;
}

template <class Refusal, class Work>
std::string refused_for(Work&& work) {
    try {
        work();
    } catch (const Refusal& error) {
        EXPECT_TRUE(error.links().empty());
        return names(error.objects());
    }
    return "nothing was refused";
}

}  // namespace

class ForeignKeyPolicyTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(ForeignKeyPolicyTest, all_configurations);

// 6.4: CASCADE, over several models: with each object go its own dependents and links
TEST_P(ForeignKeyPolicyTest, CascadeFollowsAChain) {
    Shop shop(GetParam(), {.book_author = cascade, .chapter_book = cascade});
    const Object ann = shop.author("Ann"), bob = shop.author("Bob");
    const Object first = shop.book(ann.key()), second = shop.book(ann.key()), other = shop.book(bob.key());
    for (const Object& book : {first, second, other})
        for (int i = 0; i < 3; ++i)
            shop.chapter(book.key());
    const Object chapter = shop.db.get("shop.Chapter", 1);
    shop.like(bob, {ann, bob, second, chapter, other});
    shop.like(ann, {other});

    const Deleted deleted = shop.db.remove(ann);
    EXPECT_EQ(told(deleted), "Author 1, Book 2, Chapter 6; Author.likes 4");
    EXPECT_EQ(deleted.rows, 9U);
    EXPECT_EQ(deleted.links, 4U);
    EXPECT_EQ(deleted.updated, 0U);
    EXPECT_EQ(shop.rows(), 1U + 1U + 3U + 2U);
    EXPECT_TRUE(shop.has(other));
    EXPECT_EQ(told(shop.db.remove(ann)), "");
}

// 6.4: SET_NULL, SET_DEFAULT, SET(…)
TEST_P(ForeignKeyPolicyTest, OthersSetTheKey) {
    int calls = 0;
    const auto set_by = [&](const ForeignKeyPolicy& policy) {
        Shop shop(GetParam(), {.book_author = policy, .default_author = 2});
        const Object ann = shop.author("Ann"), bob = shop.author("Bob"), cid = shop.author("Cid");
        const Object book = shop.book(ann.key()), another = shop.book(ann.key()), other = shop.book(cid.key());
        calls = 0;
        const Deleted deleted = shop.db.remove(ann);
        EXPECT_EQ(told(deleted), "Author 1; Book.author 2");
        EXPECT_EQ(deleted.updated, 2U);
        EXPECT_EQ(shop.reload(book, "author"), shop.reload(another, "author"));
        EXPECT_EQ(shop.reload(other, "author"), cid.key());
        return shop.reload(book, "author").to_string();
    };
    EXPECT_EQ(set_by(set_null), Value().to_string());
    EXPECT_EQ(set_by(set_default), "2");
    EXPECT_EQ(set_by(ForeignKeyPolicy::set(3)), "3");
    EXPECT_EQ(ForeignKeyPolicy::set(0).value()(), Value(0));  // a key, not a null function
    EXPECT_EQ(set_by(ForeignKeyPolicy::set(Value())), Value().to_string());
    EXPECT_EQ(set_by(ForeignKeyPolicy::set([&] { return ++calls, Value(2); })), "2");
    EXPECT_EQ(calls, 1);
}

// 6.4: a function is asked when the deletion is carried out, once, however many statements that takes
TEST_P(ForeignKeyPolicyTest, AFunctionIsAskedOnce) {
    int calls = 0;
    Shop shop(GetParam(), {.book_author = ForeignKeyPolicy::set([&] { return Value(++calls); })},
              {.keys_per_statement = 1});
    const Object heir = shop.author("Ann"), bob = shop.author("Bob"), cid = shop.author("Cid");
    const Object first = shop.book(bob.key()), second = shop.book(cid.key());
    EXPECT_EQ(told(shop.db.explain_remove(bob, cid).would), "Author 2; Book.author 2");
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(told(shop.db.remove(bob, cid)), "Author 2; Book.author 2");
    EXPECT_EQ(shop.reload(first, "author"), heir.key());
    EXPECT_EQ(shop.reload(second, "author"), heir.key());
}

// A value that cannot be: nothing has happened.
TEST_P(ForeignKeyPolicyTest, AValueThatDoesNotFit) {
    const auto remove_with = [&](const ForeignKeyPolicy& policy) {
        Shop shop(GetParam(), {.book_author = policy});
        const Object ann = shop.author("Ann");
        const Object book = shop.book(ann.key());
        shop.like(ann, {book});
        const std::size_t rows = shop.rows();
        try {
            shop.db.remove(ann);
        } catch (...) {
            EXPECT_EQ(shop.rows(), rows);
            EXPECT_EQ(shop.reload(book, "author"), ann.key());
            throw;
        }
    };
    EXPECT_THROW(remove_with(ForeignKeyPolicy::set("nobody")), InvalidValue);
    EXPECT_THROW(remove_with(ForeignKeyPolicy::set(77)), IntegrityError);
    EXPECT_THROW(remove_with(ForeignKeyPolicy::set(1)), IntegrityError);  // itself
    EXPECT_THROW(remove_with(ForeignKeyPolicy::set([]() -> Value { throw std::out_of_range("none"); })),
                 std::out_of_range);
}

// 6.4: PROTECT: refused, with the objects that refer to it
TEST_P(ForeignKeyPolicyTest, ProtectRefuses) {
    Shop shop(GetParam(), {.book_author = protect, .book_editor = protect, .chapter_book = cascade});
    const Object ann = shop.author("Ann"), bob = shop.author("Bob"), cid = shop.author("Cid");
    const Object first = shop.book(ann.key()), second = shop.book(ann.key(), bob.key());
    shop.chapter(first.key());
    const std::size_t rows = shop.rows();
    EXPECT_EQ(refused_for<ProtectedError>([&] { shop.db.remove(ann); }), "shop.Book:1 shop.Book:2");
    EXPECT_EQ(refused_for<ProtectedError>([&] { shop.db.remove(bob); }), "shop.Book:2");
    EXPECT_EQ(refused_for<ProtectedError>([&] { shop.db.remove(cid, bob); }), "shop.Book:2");
    EXPECT_EQ(refused_for<ProtectedError>([&] { shop.db.remove(shop.db.query("shop.Author")); }),
              "shop.Book:1 shop.Book:2 shop.Book:2");  // of the two keys
    // Also if what refers to it goes too: whoever wants that says RESTRICT.
    EXPECT_EQ(refused_for<ProtectedError>([&] { shop.db.remove(ann, first, second); }), "shop.Book:1 shop.Book:2");
    EXPECT_EQ(shop.rows(), rows);
    try {
        shop.db.remove(ann);
    } catch (const ProtectedError& error) {
        EXPECT_STREQ(error.what(),
                     "nothing was deleted: shop.Book.author refers to it and protects it: shop.Book:1, shop.Book:2");
    }

    EXPECT_EQ(told(shop.db.remove(cid)), "Author 1");
    EXPECT_EQ(told(shop.db.remove(first, second)), "Book 2, Chapter 1");
    EXPECT_EQ(told(shop.db.remove(ann, bob)), "Author 2");
}

// 6.4: … also what a cascade would reach
TEST_P(ForeignKeyPolicyTest, ProtectRefusesWhatACascadeReaches) {
    Shop shop(GetParam(), {.book_author = cascade, .chapter_book = protect});
    const Object ann = shop.author("Ann");
    const Object book = shop.book(ann.key());
    shop.chapter(book.key());
    EXPECT_EQ(refused_for<ProtectedError>([&] { shop.db.remove(ann); }), "shop.Chapter:1");
    EXPECT_TRUE(shop.has(book));
}

// 6.4: RESTRICT: refused, unless what refers to it goes for another reason
TEST_P(ForeignKeyPolicyTest, RestrictRefusesUnlessAllGo) {
    Shop shop(GetParam(), {.book_author = cascade, .chapter_book = restrict, .chapter_reviewer = cascade});
    const Object ann = shop.author("Ann"), bob = shop.author("Bob");
    const Object book = shop.book(ann.key());
    const Object mine = shop.chapter(book.key(), ann.key()), his = shop.chapter(book.key(), bob.key());
    const std::size_t rows = shop.rows();
    EXPECT_EQ(refused_for<RestrictedError>([&] { shop.db.remove(book); }), "shop.Chapter:1 shop.Chapter:2");
    // Ann's own chapter goes with her; Bob's does not.
    EXPECT_EQ(refused_for<RestrictedError>([&] { shop.db.remove(ann); }), "shop.Chapter:2");
    EXPECT_EQ(refused_for<RestrictedError>([&] { shop.db.remove(book, mine); }), "shop.Chapter:2");
    EXPECT_EQ(shop.rows(), rows);
    {
        Transaction transaction(shop.db);
        EXPECT_EQ(told(shop.db.remove(book, mine, his)), "Book 1, Chapter 2");
    }
    EXPECT_EQ(told(shop.db.remove(ann, bob)), "Author 2, Book 1, Chapter 2");
}

// 6.4: with both, it is the protection that is told of
TEST_P(ForeignKeyPolicyTest, ProtectGoesBeforeRestrict) {
    Shop shop(GetParam(), {.book_author = protect, .chapter_reviewer = restrict});
    const Object ann = shop.author("Ann");
    const Object book = shop.book(ann.key());
    shop.chapter({}, ann.key());
    EXPECT_EQ(refused_for<ProtectedError>([&] { shop.db.remove(ann); }), "shop.Book:1");
    shop.db.remove(book);
    EXPECT_EQ(refused_for<RestrictedError>([&] { shop.db.remove(ann); }), "shop.Chapter:1");
}

// 6.4: DO_NOTHING, the default: the database's own constraint decides
TEST_P(ForeignKeyPolicyTest, DoNothingIsTheDatabasesAffair) {
    EXPECT_EQ(FieldOptions{}.on_delete.action(), do_nothing);
    Shop shop(GetParam(), {});
    const Object ann = shop.author("Ann");
    const Object book = shop.book(ann.key());
    shop.like(ann, {book});
    EXPECT_THROW(shop.db.remove(ann), IntegrityError);
    EXPECT_EQ(shop.rows(), 3U);
    // Nothing is in the way if the book goes too, whatever the order.
    EXPECT_EQ(told(shop.db.remove(ann, shop.chapter(book.key()), book)), "Author 1, Book 1, Chapter 1; Author.likes 1");

    Shop lenient(GetParam(), {.db_constraint = false});
    const Object bob = lenient.author("Bob");
    const Object left = lenient.book(bob.key());
    EXPECT_EQ(told(lenient.db.remove(bob)), "Author 1");
    EXPECT_EQ(lenient.reload(left, "author"), bob.key());
}

// 1.3, 6.4: an existing table whose constraint cascades: its rows go, uncounted; their links are not gm2m's to see
TEST_P(ForeignKeyPolicyTest, AnExistingTableMayCascadeByItself) {
    Registry models;
    models.model("old.Parent").managed(false).table("parent").primary_key("id", Kind::big_integer);
    models.model("old.Child")
        .managed(false)
        .table("child")
        .primary_key("id", Kind::big_integer)
        .foreign_key("parent", "old.Parent", {.column = "parent"});
    const ScratchDatabase scratch(GetParam().engine);
    scratch.sql("CREATE TABLE parent (id bigint PRIMARY KEY)");
    scratch.sql("CREATE TABLE child (id bigint PRIMARY KEY, parent bigint REFERENCES parent (id) ON DELETE CASCADE)");
    scratch.sql("INSERT INTO parent VALUES (1), (2)");
    scratch.sql("INSERT INTO child VALUES (1, 1), (2, 1), (3, 2)");
    Database db = Database::open(models, scratch.url());
    EXPECT_EQ(told(db.remove(db.get("old.Parent", 1))), "Parent 1");
    EXPECT_EQ(db.query("old.Child").count(), 1U);
}

// 6.4: a tree, to any depth; in one statement or in many, and a root that is its own parent
TEST_P(ForeignKeyPolicyTest, CascadeFollowsATree) {
    for (const std::size_t most : {1'000'000U, 2U, 1U}) {
        Shop shop(GetParam(), {.author_mentor = cascade}, {.keys_per_statement = most});
        const Object root = shop.author("root"), other = shop.author("other");
        root.set("mentor", root.key());
        shop.db.update(root);
        std::vector<Object> level{root};
        for (int depth = 0; depth < 4; ++depth) {
            std::vector<Object> next;
            for (const Object& parent : level)
                for (int i = 0; i < 2; ++i)
                    next.push_back(shop.author("child", parent.key()));
            level = next;
        }
        shop.like(other, level);
        EXPECT_EQ(told(shop.db.remove(level.back())), "Author 1; Author.likes 1");
        EXPECT_EQ(told(shop.db.remove(root)), "Author 30; Author.likes 15");
        EXPECT_EQ(shop.rows(), 1U);
    }
}

// 6.4: what is reached on two ways goes once
TEST_P(ForeignKeyPolicyTest, CascadeMeetsInADiamond) {
    Shop shop(GetParam(),
              {.book_author = cascade, .book_editor = cascade, .chapter_book = cascade, .chapter_reviewer = cascade});
    const Object ann = shop.author("Ann"), bob = shop.author("Bob");
    const Object book = shop.book(ann.key(), ann.key());
    shop.chapter(book.key(), ann.key());
    shop.chapter(book.key(), bob.key());
    shop.chapter({}, ann.key());
    shop.chapter({}, bob.key());
    EXPECT_EQ(told(shop.db.remove(ann)), "Author 1, Book 1, Chapter 3");
    EXPECT_EQ(shop.rows(), 2U);
}

// 6.4: a row that goes by one key is not kept by another that is set
TEST_P(ForeignKeyPolicyTest, CascadeAndSetNullOfOneRow) {
    Shop shop(GetParam(), {.book_author = cascade, .book_editor = set_null});
    const Object ann = shop.author("Ann"), bob = shop.author("Bob");
    const Object own = shop.book(ann.key(), ann.key()), edited = shop.book(bob.key(), ann.key());
    shop.db.remove(ann);
    EXPECT_FALSE(shop.has(own));
    EXPECT_TRUE(shop.reload(edited, "editor").is_null());
}

// 6.4: cycles, from either model, in one statement or in many
TEST_P(ForeignKeyPolicyTest, CascadeFollowsACycle) {
    for (const std::size_t most : {1'000'000U, 1U})
        for (const char* from : {"shop.Author", "shop.Book"}) {
            SCOPED_TRACE(from);
            Shop shop(GetParam(), {.author_debut = cascade, .book_author = cascade}, {.keys_per_statement = most});
            std::vector<Object> authors, books;
            for (int i = 0; i < 3; ++i) {
                authors.push_back(shop.author("?"));
                books.push_back(shop.book(authors.back().key()));
                authors.back().set("debut", books.back().key());
                shop.db.update(authors.back());
            }
            shop.like(authors[2], {authors[0], books[1], books[2]});
            EXPECT_EQ(told(shop.db.remove(shop.db.query(from).filter(F("pk") != 3))),
                      "Author 2, Book 2; Author.likes 2");
            EXPECT_EQ(told(shop.db.remove(shop.db.get(from, 3))), "Author 1, Book 1; Author.likes 1");
        }
}

// 6.4: … of which only one key can be NULL
TEST_P(ForeignKeyPolicyTest, ACycleIsCutWhereItCanBe) {
    for (const std::size_t most : {1'000'000U, 1U})
        for (const bool captain_first : {false, true})
            for (const char* from : {"league.Team", "league.Player"}) {
                SCOPED_TRACE(from);
                Registry models;
                const auto team = [&] {
                    models.model("league.Team")
                        .primary_key("id", Kind::big_integer)
                        .foreign_key("captain", "league.Player", {.null = true, .on_delete = cascade});
                };
                if (captain_first)
                    team();
                models.model("league.Player")
                    .primary_key("id", Kind::big_integer)
                    .foreign_key("team", "league.Team", {.on_delete = cascade});
                if (!captain_first)
                    team();
                const ScratchDatabase scratch(GetParam().engine);
                Database db = Database::open(models, scratch.url(), {.keys_per_statement = most});
                db.create_tables();
                for (int i = 0; i < 2; ++i) {
                    const Object its = db.insert(models["league.Team"].make());
                    const Object player = db.insert(models["league.Player"].make({{"team", its.key()}}));
                    its.set("captain", player.key());
                    db.update(its);
                }
                EXPECT_EQ(told(db.remove(db.query(from))), "Player 2, Team 2");
            }
}

// 1.2, 6.4: keys of other kinds
TEST_P(ForeignKeyPolicyTest, KeysOfOtherKinds) {
    for (const Kind kind : {Kind::text, Kind::uuid}) {
        Registry models;
        const FieldOptions options{.max_length = kind == Kind::text ? std::optional<std::size_t>(40) : std::nullopt};
        const auto model = [&](const char* label) -> auto{
            return models.model(label).primary_key("key", kind, options);
        };
        model("keys.Top");
        model("keys.Owned").foreign_key("top", "keys.Top", {.on_delete = cascade});
        model("keys.Free").foreign_key("top", "keys.Top", {.null = true, .on_delete = set_null});
        model("keys.Strict").foreign_key("owned", "keys.Owned", {.on_delete = protect});
        const GM2MField links = models.gm2m("keys.Free", "links", {.pk_maxlength = 40, .layout = GetParam().layout});
        const ScratchDatabase scratch(GetParam().engine);
        Database db = Database::open(models, scratch.url());
        db.create_tables();
        const auto key = [&](const char* text) {
            return kind == Kind::text ? Value(std::string(text) + "'s \"key\"") : Value(Uuid::random());
        };
        const auto insert = [&](const char* label, const char* field, const Object& to) {
            return db.insert(models[label].make({{"key", key(label)}, {field, to.key()}}));
        };
        const Object top = db.insert(models["keys.Top"].make({{"key", key("top")}}));
        const Object other = db.insert(models["keys.Top"].make({{"key", key("other")}}));
        const Object owned = insert("keys.Owned", "top", top), free = insert("keys.Free", "top", top);
        const Object strict = insert("keys.Strict", "owned", owned);
        db.related(free, links).add(top, other, owned, free);

        EXPECT_EQ(refused_for<ProtectedError>([&] { db.remove(top, other); }), strict.to_string());
        db.remove(strict);
        EXPECT_EQ(told(db.remove(top, other)), "Owned 1, Top 2; Free.links 3; Free.top 1");
        EXPECT_TRUE(db.get("keys.Free", free.key())["top"].is_null());
        EXPECT_EQ(told(db.remove(free)), "Free 1; Free.links 1");
    }
}

// DESIGN 6: one statement for each foreign key and step, whatever the number of objects
TEST_P(ForeignKeyPolicyTest, StatementsDoNotGrowWithTheObjects) {
    Shop shop(GetParam(),
              {.book_author = cascade, .book_editor = set_null, .chapter_book = cascade, .chapter_reviewer = protect});
    const auto statements_to_remove = [&](int authors) {
        std::vector<Object> all;
        for (int i = 0; i < authors; ++i) {
            all.push_back(shop.author("?"));
            for (int book = 0; book < 3; ++book)
                shop.chapter(shop.book(all.back().key()).key());
        }
        shop.like(all[0], all);
        StatementCounter counter(shop.db);
        EXPECT_EQ(shop.db.remove(all).rows, static_cast<std::size_t>(authors) * 7);
        return counter.statements();
    };
    shop.like(shop.author("?"), {shop.book({}), shop.chapter({})});  // all models have content types
    statements_to_remove(1);
    const std::size_t few = statements_to_remove(2);
    EXPECT_EQ(statements_to_remove(40), few);
    // To read: Book.author and Chapter.reviewer of the authors; Chapter.book of the books. To write: Book.editor,
    // Author.debut, which closes a cycle, the relation, three models. Where rows are locked, those that were given;
    // elsewhere the relation takes a statement for the sources and one for the targets of each model.
    EXPECT_EQ(few, 3U + 1U + 1U + 1U + 3U + (GetParam().is_sqlite() ? 3U : 1U));
}

// 2.3: a policy that could never be carried out is an error of the declaration
TEST(ForeignKeyPolicyDeclarationTest, IsChecked) {
    Registry models;
    auto builder = models.model("shop.Order");
    builder.primary_key("id", Kind::integer);
    EXPECT_THROW(builder.field("text", Kind::text, {.on_delete = cascade}), ConfigurationError);
    EXPECT_THROW(builder.foreign_key("a", "shop.Order", {.on_delete = set_null}), ConfigurationError);
    EXPECT_THROW(builder.foreign_key("b", "shop.Order", {.on_delete = set_default}), ConfigurationError);
    EXPECT_THROW(builder.foreign_key("c", "shop.Order", {.null = true, .on_delete = set_value}), ConfigurationError);
    EXPECT_NO_THROW(builder.foreign_key("d", "shop.Order", {.default_value = 1, .on_delete = set_default}));
    EXPECT_NO_THROW(builder.foreign_key("e", "shop.Order", {.null = true, .on_delete = set_default}));
}

}  // namespace gm2m::test
