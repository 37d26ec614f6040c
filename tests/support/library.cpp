#include "support/library.hpp"

namespace gm2m::test {
namespace {

struct Nation {
    std::string code;
    std::string name;
};
struct Author {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> country;
};
struct Book {
    std::int64_t id{};
    std::string title;
    std::int32_t pages{};
    std::optional<std::int64_t> author;
    std::optional<std::int32_t> year;
    Decimal price;
};

void declare_compiled(Registry& models) {
    models.model<Nation>("library.Country")
        .primary_key("code", &Nation::code, {.max_length = 2})
        .field("name", &Nation::name);
    models.model<Author>("library.Author")
        .primary_key("id", &Author::id)
        .field("name", &Author::name)
        .foreign_key("country", &Author::country, "library.Country");
    models.model<Book>("library.Book")
        .primary_key("id", &Book::id)
        .field("title", &Book::title)
        .field("pages", &Book::pages)
        .foreign_key("author", &Book::author, "library.Author")
        .field("year", &Book::year)
        .field("price", &Book::price);
}

void declare_run_time(Registry& models) {
    models.model("library.Country").primary_key("code", Kind::text, {.max_length = 2}).field("name", Kind::text);
    models.model("library.Author")
        .primary_key("id", Kind::big_integer)
        .field("name", Kind::text)
        .foreign_key("country", "library.Country", {.null = true});
    models.model("library.Book")
        .primary_key("id", Kind::big_integer)
        .field("title", Kind::text)
        .field("pages", Kind::integer)
        .foreign_key("author", "library.Author", {.null = true})
        .field("year", Kind::integer, {.null = true})
        .field("price", Kind::decimal);
}

}  // namespace

LibraryTest::LibraryTest() {
    GetParam().models == Models::compiled ? declare_compiled(models) : declare_run_time(models);
    db.create_tables();
    for (const auto& [code, name] : {std::pair("GB", "United Kingdom"), std::pair("IE", "Ireland")})
        db.insert(models["library.Country"].make({{"code", code}, {"name", name}}));
    const auto author = [&](const char* name, const Value& country) {
        return db.insert(models["library.Author"].make({{"name", name}, {"country", country}}));
    };
    const Object austen = author("Austen", "GB");
    eliot = author("Eliot", "GB");
    const Object joyce = author("Joyce", "IE"), orwell = author("Orwell", "GB");
    author("Nobody", {});
    book("Emma", 474, austen.key(), 1815, "9.90");
    book("Middlemarch", 880, eliot.key(), 1871);
    book("Ulysses", 730, joyce.key(), 1922);
    book("1984", 328, orwell.key(), 1949);
    book("Candide", 94, {});
}

Object LibraryTest::book(const std::string& title, int pages, const Value& author, const Value& year,
                         const std::string& price) {
    return db.insert(models["library.Book"].make(
        {{"title", title}, {"pages", pages}, {"author", author}, {"year", year}, {"price", price}}));
}

std::string LibraryTest::join(const std::vector<Object>& objects, const char* field, bool sorted) {
    std::vector<std::string> texts;
    for (const Object& object : objects)
        texts.push_back(object[field].to_string());
    if (sorted)
        std::ranges::sort(texts);
    std::string all;
    for (const std::string& text : texts)
        all += (all.empty() ? "" : ", ") + text;
    return all;
}

std::vector<Configuration> engine_and_model_configurations() {
    std::vector<Configuration> all;
    for (const Configuration& configuration : all_configurations())
        if (configuration.layout == Layout::standard)
            all.push_back(configuration);
    return all;
}

}  // namespace gm2m::test
