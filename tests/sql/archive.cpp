#include "sql/archive.hpp"

#include <regex>

namespace gm2m::test {
namespace {

void declare_models(Registry& models) {
    models.model("archive.Country").primary_key("code", Kind::text, {.max_length = 8}).field("name", Kind::text);
    models.model("archive.Tag").primary_key("name", Kind::text, {.max_length = 20}).field("weight", Kind::integer);
    models.model("archive.Movie")
        .primary_key("id", Kind::big_integer)
        .field("title", Kind::text)
        .field("minutes", Kind::integer, {.null = true})
        .foreign_key("country", "archive.Country", {.null = true});
    models.model("archive.Person")
        .primary_key("id", Kind::big_integer)
        .field("name", Kind::text)
        .foreign_key("home", "archive.Country", {.null = true, .related_name = "residents"});
    models.model("archive.Note")
        .primary_key("id", Kind::big_integer)
        .field("text", Kind::text)
        .field("on_type", Kind::integer, {.null = true})
        .field("on_key", Kind::text, {.max_length = 16, .null = true})
        .generic_foreign_key("on", "on_type", "on_key");
}

}  // namespace

Archive::Archive(Layout layout)
    : likes(registry.gm2m("archive.Person", "likes",
                          {.related = {"archive.Movie", "archive.Country", "archive.Tag"}, .layout = layout})),
      related(registry.gm2m(
          "archive.Country", "related",
          {.related = {"archive.Country", "archive.Movie"}, .related_name = "relatives", .layout = layout})),
      tags(registry.many_to_many("archive.Movie", "tags", "archive.Tag", {.layout = layout})) {
    declare_models(registry);
}

ArchiveDatabase::ArchiveDatabase(const Configuration& configuration)
    : scratch(configuration.engine),
      archive(configuration.layout),
      db(Database::open(archive.registry, scratch.url())) {
    db.create_tables();
    const auto insert = [&](const char* model, std::initializer_list<std::pair<std::string_view, Value>> values) {
        return db.insert(archive.registry[model].make(values));
    };
    ann = insert("archive.Person", {{"name", "Ann"}});
    bob = insert("archive.Person", {{"name", "Bob"}});
    alien = insert("archive.Movie", {{"title", "Alien"}});
    brazil = insert("archive.Movie", {{"title", "Brazil"}});
    chad = insert("archive.Country", {{"code", "TD"}, {"name", "Chad"}});
    red = insert("archive.Tag", {{"name", "red"}, {"weight", 1}});
    db.related(bob, archive.likes).add(alien, brazil, chad, red);
    db.related(chad, archive.related).add(alien, chad);
    db.related(alien, archive.tags).add(red);
}

std::vector<std::string> ArchiveDatabase::sent(const std::function<void()>& operation) {
    StatementCounter counter(db);
    operation();
    return counter.texts();
}

std::string plain(std::string_view sql) {
    std::string text;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const bool is_parameter = sql[i] == '?' && i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9';
        if (sql[i] != '"')
            text += is_parameter ? '$' : sql[i];
    }
    // What statements call parts of their own; a user's table can have any name without the prefix.
    static const std::regex part("gm2m_(locked|held|linked|fresh|targets|target|removed|added|own|present)\\b");
    return std::regex_replace(text, part, "$1");
}

std::string neutral(const std::string& plain_sql) {
    static const std::pair<std::regex, const char*> words[] = {
        // A key read from its text: SQLite reads it by itself.
        {std::regex(R"re(CASE WHEN (\S+?)(?:::text)? <> '' AND octet_length.*? THEN \S+ END)re"), "$1"},
        {std::regex(R"re(CAST\((\S+) AS TEXT\))re"), "text($1)"},
        {std::regex(R"re((\w+\.\w+)::text)re"), "text($1)"},
        {std::regex(R"re((?:= ANY|IN) \((?:\$(\d+)::\w+\[\]|SELECT value FROM gm2m_list\(\$(\d+)\))\))re"),
         "IN list($$$1$2)"},
    };
    std::string text = plain_sql;
    for (const auto& [pattern, word] : words)
        text = std::regex_replace(text, pattern, word);
    return text;
}

}  // namespace gm2m::test
