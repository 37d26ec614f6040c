#include "sql/filled_archive.hpp"

#include <fmt/format.h>

namespace gm2m::test {
namespace {

/// Numbers in SQL that both engines read: i from 1 to `many`, k from 1 to `few`.
std::string numbers(int many, int few = 1) {
    return fmt::format(
        "WITH RECURSIVE m(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM m WHERE i < {}), "
        "f(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM f WHERE k < {}) ",
        many, few);
}

/// Some number up to `most` for each i and k, no two of an i the same.
std::string some(int most) {
    return fmt::format("CAST((i * 7 + k * 131) % {} + 1 AS text)", most);
}

}  // namespace

FilledArchive::FilledArchive(const Configuration& configuration) : ArchiveDatabase(configuration) {
    constexpr int many = 10'000, thousand = 1'000;
    for (const char* table :
         {"person_likes", "country_related", "movie_tags", "note", "person", "movie", "tag", "country"})
        scratch.sql(fmt::format("DELETE FROM archive_{}", table));
    const int movie = db.content_types().get_for_model("archive.Movie").id;
    const int country = db.content_types().get_for_model("archive.Country").id;
    const auto insert = [&](const std::string& source, const char* into, const std::string& values) {
        scratch.sql(fmt::format("{}INSERT INTO archive_{} SELECT {} FROM m, f", source, into, values));
    };
    insert(numbers(thousand), "country (code, name)", "CAST(i AS text), CAST(i AS text)");
    insert(numbers(thousand), "tag (name, weight)", "CAST(i AS text), i");
    insert(numbers(many), "movie (id, title, minutes)", "i, CAST(i AS text), i");
    insert(numbers(many), "person (id, name)", "i, CAST(i AS text)");
    const char* likes = "person_likes (gm2m_src_id, gm2m_ct_id, gm2m_pk)";
    const char* related = "country_related (gm2m_src_id, gm2m_ct_id, gm2m_pk)";
    insert(numbers(many, 6), likes, fmt::format("i, {}, {}", movie, some(many)));
    insert(numbers(many, 4), likes, fmt::format("i, {}, {}", country, some(thousand)));
    insert(numbers(thousand, 10), related, fmt::format("CAST(i AS text), {}, {}", country, some(thousand)));
    insert(numbers(thousand, 10), related, fmt::format("CAST(i AS text), {}, {}", movie, some(many)));
    insert(numbers(many, 2), "movie_tags (movie_id, tag_id)", fmt::format("i, {}", some(thousand)));

    planner = planner_of(scratch, movie);
    ann = db.get("archive.Person", 18);
    bob = db.get("archive.Person", 17);
    alien = db.get("archive.Movie", 17);
    brazil = db.get("archive.Movie", 18);
    chad = db.get("archive.Country", "17");
    red = db.get("archive.Tag", "17");
}

}  // namespace gm2m::test
