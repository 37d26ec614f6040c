#include <gm2m/error.hpp>

#include "support/library.hpp"

namespace gm2m::test {

class QuerySetTest : public LibraryTest {};
GM2M_INSTANTIATE(QuerySetTest, engine_and_model_configurations);

TEST_P(QuerySetTest, ComparesFields) {
    EXPECT_EQ(titles(books().filter(F("title") == "Emma")), "Emma");
    EXPECT_EQ(titles(books().filter(F("title") != "Emma").filter(F("pages") > 400)), "Middlemarch, Ulysses");
    EXPECT_EQ(titles(books().filter(F("pages") >= 730, F("pages") < 880)), "Ulysses");
    EXPECT_EQ(titles(books().filter(F("pages") <= 100)), "Candide");
    EXPECT_EQ(titles(books().filter(F("pages").range(94, 329))), "1984, Candide");
    EXPECT_EQ(titles(books().filter(F("pages").in({94, 880, 5}))), "Candide, Middlemarch");
    EXPECT_EQ(titles(books().filter(F("title").in(std::vector<std::string>{"Emma", "it's"}))), "Emma");
    EXPECT_EQ(titles(books().filter(F("pages").in(std::vector<int>{}))), "");
    EXPECT_EQ(titles(books().filter(F("price") == Decimal("9.90"))), "Emma");
    EXPECT_EQ(titles(books().filter(F("price").in({Decimal("9.9"), Decimal("7")}))), "Emma");
    EXPECT_EQ(titles(books().filter(F("price") > Decimal("1.000"))), "Emma");
    EXPECT_EQ(titles(books().filter(F("pk") == 1)), "Emma");
}

TEST_P(QuerySetTest, ComparesText) {
    EXPECT_EQ(titles(books().filter(F("title").startswith("M"))), "Middlemarch");
    EXPECT_EQ(titles(books().filter(F("title").startswith("m"))), "");
    EXPECT_EQ(titles(books().filter(F("title").istartswith("m"))), "Middlemarch");
    EXPECT_EQ(titles(books().filter(F("title").contains("dle"))), "Middlemarch");
    EXPECT_EQ(titles(books().filter(F("title").icontains("DLE"))), "Middlemarch");
    EXPECT_EQ(titles(books().filter(F("title").endswith("s"))), "Ulysses");
    EXPECT_EQ(titles(books().filter(F("title").iendswith("S"))), "Ulysses");
    EXPECT_EQ(titles(books().filter(F("title").iexact("eMMA"))), "Emma");
    EXPECT_EQ(titles(books().filter(F("title").regex("^[0-9]+$"))), "1984");
    EXPECT_EQ(titles(books().filter(F("title").regex("^(E|U).*(a|s)$"))), "Emma, Ulysses");
}

// The characters of patterns stand for themselves.
TEST_P(QuerySetTest, TakesTextLiterally) {
    for (const char* title : {"100%", "a_b", "[x]*?", "back\\slash", "it's \"quoted\"; DROP TABLE book; --"})
        book(title, 1, {});
    EXPECT_EQ(titles(books().filter(F("title").contains("%"))), "100%");
    EXPECT_EQ(titles(books().filter(F("title").icontains("0%"))), "100%");
    EXPECT_EQ(titles(books().filter(F("title").contains("_"))), "a_b");
    EXPECT_EQ(titles(books().filter(F("title").istartswith("a_"))), "a_b");
    EXPECT_EQ(titles(books().filter(F("title").endswith("]*?"))), "[x]*?");
    EXPECT_EQ(titles(books().filter(F("title").contains("\\"))), "back\\slash");
    EXPECT_EQ(titles(books().filter(F("title").iexact("BACK\\SLASH"))), "back\\slash");
    EXPECT_EQ(books().filter(F("title") == "it's \"quoted\"; DROP TABLE book; --").count(), 1U);
    EXPECT_EQ(books().filter(F("title").contains("'; DROP")).count(), 0U);
}

TEST_P(QuerySetTest, CombinesConditions) {
    const Condition thick = F("pages") > 700, named = F("title").startswith("E");
    EXPECT_EQ(titles(books().filter(thick || named)), "Emma, Middlemarch, Ulysses");
    EXPECT_EQ(titles(books().filter(thick && named)), "");
    EXPECT_EQ(titles(books().filter(!thick)), "1984, Candide, Emma");
    EXPECT_EQ(titles(books().filter(!(thick || named) && F("pages") > 94)), "1984");
    EXPECT_EQ(titles(books().exclude(thick, F("title").startswith("U"))), "1984, Candide, Emma, Middlemarch");
    EXPECT_EQ(titles(books().exclude(thick).exclude(named)), "1984, Candide");
}

// What is missing compares with nothing: it is not equal, and an exclusion does not lose it.
TEST_P(QuerySetTest, ShowsDistinctRowsInAnOrderThatTheyHave) {
    EXPECT_EQ(books().distinct().order_by("author__country").values({"author__country"}).size(), 3U);
    EXPECT_EQ(books().distinct().limit(2).values({"author__country"}).size(), 2U);
    EXPECT_THROW(books().distinct().order_by("title").values({"author__country"}), QueryError);
    EXPECT_EQ(books().distinct().order_by("author__name").fetch().size(), 5U);  // objects are distinct as they are
}

// A misspelt name, or one as other libraries write it, leads to the right one.
TEST_P(QuerySetTest, HintsAtTheRightName) {
    const auto message = [&](const char* path) -> std::string {
        try {
            books().filter(F(path) == 1).count();
        } catch (const UnknownField& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_NE(message("titel").find("did you mean 'title'"), std::string::npos) << message("titel");
    EXPECT_NE(message("title__startswith").find("F(…).startswith(…)"), std::string::npos)
        << message("title__startswith");
    EXPECT_NE(message("pages__gte").find("F(…) >= …"), std::string::npos) << message("pages__gte");
}

TEST_P(QuerySetTest, RefusesWhatOneEngineAloneWouldTake) {
    EXPECT_THROW(books().filter(F("year") < F("title")).count(), QueryError);
    EXPECT_THROW(books().offset(-1), QueryError);
    const auto authors = query("library.Author").annotate("n", Count("book"));
    EXPECT_EQ(names(authors.filter(F("n") == "1")), "Austen, Eliot, Joyce, Orwell");
    EXPECT_THROW(authors.filter(F("n") == "many").count(), InvalidValue);
    EXPECT_EQ(names(authors.filter(F("pk") > F("n"), F("n") > 0)), "Eliot, Joyce, Orwell");
    EXPECT_EQ(authors.filter(F("n").in(std::vector<int>{})).count(), 0U);
    EXPECT_THROW(query("library.Author").aggregate({{"n", Count("book__title").distinct()}}), QueryError);
    EXPECT_EQ(query("library.Author").aggregate({{"n", Count("book").filter(F("book__pages") > 400)}})["n"], Value(3));
}

TEST_P(QuerySetTest, KnowsWhatIsMissing) {
    EXPECT_EQ(titles(books().filter(F("year").isnull())), "Candide");
    const std::optional<int> pages = 94, none;
    EXPECT_EQ(titles(books().filter(F("pages") == pages)), "Candide");
    EXPECT_THROW((void)books().filter(F("year") == none).fetch(), QueryError);
    EXPECT_THROW((void)books().filter(F("title") == nullptr).fetch(), QueryError);
    EXPECT_EQ(titles(books().filter(F("year").isnull(false))), "1984, Emma, Middlemarch, Ulysses");
    EXPECT_EQ(titles(books().filter(F("year") != 1949)), "Candide, Emma, Middlemarch, Ulysses");
    EXPECT_EQ(titles(books().exclude(F("year") > 1900)), "Candide, Emma, Middlemarch");
    EXPECT_THROW(books().filter(F("year") == Value()).count(), QueryError);
}

TEST_P(QuerySetTest, ComparesTwoFields) {
    EXPECT_EQ(titles(books().filter(F("year") < F("pages"))), "");
    EXPECT_EQ(titles(books().filter(F("year") > F("pages"))), "1984, Emma, Middlemarch, Ulysses");
    EXPECT_EQ(titles(books().filter(F("title") == F("author__name"))), "");
    EXPECT_THROW(books().filter(F("title") == F("pages")).count(), QueryError);
}

TEST_P(QuerySetTest, FollowsForeignKeys) {
    EXPECT_EQ(titles(books().filter(F("author__name") == "Eliot")), "Middlemarch");
    EXPECT_EQ(titles(books().filter(F("author__country") == "IE")), "Ulysses");
    EXPECT_EQ(titles(books().filter(F("author__country__name").startswith("Un"))), "1984, Emma, Middlemarch");
    EXPECT_EQ(titles(books().filter(F("author__country__code") == "IE")), "Ulysses");
    EXPECT_EQ(titles(books().filter(F("author") == eliot)), "Middlemarch");
    EXPECT_EQ(titles(books().filter(F("author_id") == eliot.key())), "Middlemarch");
    EXPECT_EQ(titles(books().filter(F("author__name").isnull())), "Candide");
    EXPECT_EQ(titles(books().exclude(F("author__country__code") == "GB")), "Candide, Ulysses");
    EXPECT_EQ(in_order(books().order_by("-author__name", "title").limit(2)), "1984, Ulysses");
    // … and back: no object comes twice
    EXPECT_EQ(names(query("library.Author").filter(F("book__pages") > 100)), "Austen, Eliot, Joyce, Orwell");
    EXPECT_EQ(names(query("library.Author").filter(F("book").isnull())), "Nobody");
    EXPECT_EQ(names(query("library.Country").filter(F("author__book__title") == "Emma")), "United Kingdom");
}

TEST_P(QuerySetTest, OrdersAndSlices) {
    EXPECT_EQ(in_order(books().order_by("title")), "1984, Candide, Emma, Middlemarch, Ulysses");
    EXPECT_EQ(in_order(books().order_by("-pages").limit(2)), "Middlemarch, Ulysses");
    EXPECT_EQ(in_order(books().order_by("year", "title")), "Candide, Emma, Middlemarch, Ulysses, 1984");
    EXPECT_EQ(in_order(books().order_by(F("year"), F("title"))), "Candide, Emma, Middlemarch, Ulysses, 1984");
    EXPECT_EQ(in_order(books().order_by("-year")), "1984, Ulysses, Middlemarch, Emma, Candide");
    EXPECT_EQ(in_order(books().order_by(F("year").asc(Nulls::last))), "Emma, Middlemarch, Ulysses, 1984, Candide");
    EXPECT_EQ(in_order(books().order_by(F("year").desc(Nulls::first)).limit(1)), "Candide");
    EXPECT_EQ(in_order(books().order_by("title").reverse().slice(1, 2)), "Middlemarch, Emma");
    EXPECT_EQ(in_order(books().order_by("title").offset(3)), "Middlemarch, Ulysses");
    EXPECT_EQ(in_order(books().order_by("title").slice(1, 3).slice(1, 5)), "Emma, Middlemarch");
    EXPECT_EQ(books().order_by("title").slice(3, 10).count(), 2U);
    EXPECT_EQ(books().limit(0).count(), 0U);
    EXPECT_EQ(in_order(books().offset(4)), "Candide");  // in the order of the keys
    EXPECT_THROW(books().slice(-1, 2), QueryError);
    EXPECT_THROW(books().limit(-1), QueryError);
    EXPECT_THROW(books().limit(1).filter(F("pages") > 1), QueryError);
    EXPECT_THROW(books().limit(1).order_by("title"), QueryError);
}

TEST_P(QuerySetTest, GivesOneOrSome) {
    EXPECT_EQ(books().order_by("title").first()["title"], Value("1984"));
    EXPECT_EQ(books().order_by("title").last()["title"], Value("Ulysses"));
    EXPECT_EQ(books().first().key(), Value(1));
    EXPECT_EQ(books().last().key(), Value(5));
    EXPECT_FALSE(books().filter(F("pages") < 0).first());
    EXPECT_EQ(books().filter(F("title") == "Emma").get().key(), Value(1));
    EXPECT_THROW(books().filter(F("pages") < 0).get(), DoesNotExist);
    EXPECT_THROW(books().get(), MultipleObjectsReturned);
    EXPECT_TRUE(books().filter(F("pages") > 800).exists());
    EXPECT_FALSE(books().filter(F("pages") > 8000).exists());
    EXPECT_EQ(books().in_bulk({1, 3, 77}).size(), 2U);
    EXPECT_EQ(books().count(), 5U);
}

TEST_P(QuerySetTest, GivesColumns) {
    const auto rows = books().order_by("title").values({"title", "author__name", "year"});
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ(rows[0]["title"], Value("1984"));
    EXPECT_EQ(rows[0]["author__name"], Value("Orwell"));
    EXPECT_TRUE(rows[1]["year"].is_null());
    EXPECT_EQ(rows[1].size(), 3U);
    EXPECT_THROW(rows[0]["titel"], UnknownField);
    const auto tuples = books()
                            .filter(F("pages") > 700)
                            .order_by("pages")
                            .values_list<std::string, std::optional<int>>("title", "year");
    EXPECT_EQ(tuples,
              (std::vector<std::tuple<std::string, std::optional<int>>>{{"Ulysses", 1922}, {"Middlemarch", 1871}}));
    EXPECT_EQ(books().values({"author__country"}).size(), 5U);
    EXPECT_EQ(books().distinct().values({"author__country"}).size(), 3U);
}

TEST_P(QuerySetTest, Aggregates) {
    const Record all = books().aggregate({{"n", Count("pk")},
                                          {"dated", Count("year")},
                                          {"pages", Sum("pages")},
                                          {"mean", Avg("pages")},
                                          {"least", Min("title")},
                                          {"most", Max("pages")},
                                          {"price", Sum("price")},
                                          {"countries", Count("author__country").distinct()},
                                          {"thick", Count("pk").filter(F("pages") > 700)}});
    EXPECT_EQ(all["n"], Value(5));
    EXPECT_EQ(all["dated"], Value(4));
    EXPECT_EQ(all["pages"], Value(2'506));
    EXPECT_EQ(all["mean"], Value(501.2));
    EXPECT_EQ(all["least"], Value("1984"));
    EXPECT_EQ(all["most"], Value(880));
    EXPECT_EQ(all["countries"], Value(2));
    EXPECT_EQ(all["thick"], Value(2));
    EXPECT_TRUE(books().filter(F("pages") < 0).aggregate({{"most", Max("pages")}})["most"].is_null());
    EXPECT_THROW(books().aggregate({{"x", Sum("title")}}), QueryError);
    const auto groups = books().group({F("author__country")}, {{"n", Count("pk")}, {"pages", Sum("pages")}});
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_TRUE(groups[0]["author__country"].is_null());  // in the order of the fields, what is missing first
    for (const Record& group : groups)
        if (group["author__country"] == Value("GB")) {
            EXPECT_EQ(group["n"], Value(3));
        }
}

TEST_P(QuerySetTest, AnnotatesOverRelations) {
    const auto authors =
        query("library.Author").annotate("books", Count("book")).annotate("longest", Max("book__pages"));
    const auto rows = authors.order_by("-books", "name").values({"name", "books", "longest"});
    EXPECT_EQ(rows.front()["name"], Value("Austen"));
    EXPECT_EQ(rows.front()["longest"], Value(474));
    EXPECT_EQ(rows.back()["name"], Value("Nobody"));
    EXPECT_EQ(rows.back()["books"], Value(0));
    EXPECT_EQ(names(authors.filter(F("books") == 0)), "Nobody");
    EXPECT_EQ(names(authors.filter(F("longest") > 700)), "Eliot, Joyce");
    EXPECT_EQ(names(query("library.Author")
                        .annotate("thick", Count("book").filter(F("book__pages") > 700))
                        .filter(F("thick") > 0)),
              "Eliot, Joyce");
    EXPECT_EQ(query("library.Author").aggregate({{"books", Count("book")}})["books"], Value(4));
    EXPECT_THROW(query("library.Author").annotate("name", Count("book")).fetch(), QueryError);
    EXPECT_THROW(query("library.Author").annotate("x", Count("name")).fetch(), QueryError);
}

TEST_P(QuerySetTest, Updates) {
    EXPECT_EQ(books().filter(F("author__country__code") == "GB").update({{"pages", 1}, {"year", nullptr_value()}}), 3U);
    EXPECT_EQ(titles(books().filter(F("pages") == 1, F("year").isnull())), "1984, Emma, Middlemarch");
    EXPECT_EQ(books().filter(F("title") == "Ulysses").update({{"pages", F("year")}}), 1U);
    EXPECT_EQ(titles(books().filter(F("pages") == 1922)), "Ulysses");
    EXPECT_THROW(books().update({{"id", 1}}), QueryError);
    EXPECT_THROW(books().update({{"titel", 1}}), UnknownField);
    EXPECT_THROW(books().update({{"pages", "many"}}), InvalidValue);
    EXPECT_THROW(books().update({}), QueryError);
    EXPECT_THROW(books().limit(1).update({{"pages", 1}}), QueryError);
}

TEST_P(QuerySetTest, IteratesInChunks) {
    std::string seen;
    StatementCounter counter(db);
    books().filter(F("pages") > 100).iterate(2, [&](const Object& book) { seen += book["title"].to_string() + " "; });
    EXPECT_EQ(seen, "Emma Middlemarch Ulysses 1984 ");
    EXPECT_EQ(counter.statements(), 3U);
    EXPECT_EQ(counter.texts()[0].find("OFFSET 1"), std::string::npos);
    EXPECT_THROW(books().order_by("title").iterate(2, [](const Object&) {}), QueryError);
    EXPECT_THROW(books().iterate(0, [](const Object&) {}), QueryError);
}

// Names and values that do not fit: a typed error that names the path and offers the nearest; nothing runs.
TEST_P(QuerySetTest, RefusesWhatDoesNotFit) {
    StatementCounter counter(db);
    const auto message_of = [&](const Condition& condition) -> std::string {
        try {
            books().filter(condition).fetch();
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(message_of(F("titel") == "x"),
              "'titel': library.Book has no field or relation 'titel'; did you mean 'title'?");
    EXPECT_EQ(message_of(F("author__nam") == "x"),
              "'author__nam': library.Author has no field or relation 'nam'; did you mean 'name'?");
    EXPECT_NE(message_of(F("title__length") == 3).find("library.Book.title is no relation"), std::string::npos);
    EXPECT_NE(message_of(F("pages").contains("1")).find("'pages' is of kind integer"), std::string::npos);
    EXPECT_NE(message_of(F("pages") == "many").find("in the lookup 'pages'"), std::string::npos);
    EXPECT_NE(message_of(F("title") == 3).find("library.Book.title"), std::string::npos);
    EXPECT_NE(message_of(F("author") == books_model().make()).find("cannot be compared with an object"),
              std::string::npos);
    EXPECT_NE(message_of(F("title") == std::string_view("a\0b", 3)).find("NUL"), std::string::npos);
    EXPECT_NE(message_of(F("title").contains("\xff")).find("UTF-8"), std::string::npos);
    EXPECT_THROW(books().order_by("titel").fetch(), UnknownField);
    EXPECT_THROW(query("library.Author").order_by("book__title").fetch(), QueryError);
    EXPECT_THROW(books().values({"nothing"}), UnknownField);
    EXPECT_THROW(books().values({}), QueryError);
    EXPECT_EQ(counter.statements(), 0U);
    EXPECT_THROW(query("library.Boook"), UnknownModel);
}

}  // namespace gm2m::test
