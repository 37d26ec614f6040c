#include <regex>

#include "sql/every_operation.hpp"

namespace gm2m::test {

/// The text of what goes out for relations, and of what queries send otherwise than by fetch().
class RelationTextTest : public ArchiveTest {
protected:
    bool is_compact() const { return GetParam().layout == Layout::compact; }
    /// The last statement of an operation; what a write does is undone.
    std::string last_of(const std::function<void()>& operation) {
        Transaction undone(db);
        return neutral(plain(sent(operation).back()));
    }
    void expect(const std::function<void()>& operation, const std::string& text) {
        EXPECT_EQ(last_of(operation), text);
    }
    void expect(const std::function<void()>& operation, const std::string& sqlite, const std::string& postgresql) {
        expect(operation, GetParam().is_sqlite() ? sqlite : postgresql);
    }

    /// The persons that like an object, each sought by its key: one after the other, or, where tables may be
    /// distributed, by all keys at once.
    std::string persons_who_like_it() const {
        const std::string columns = "t.id, t.name, t.home_id FROM ", links = "archive_person_likes AS l ",
                          condition = "WHERE l.gm2m_ct_id = $1 AND l.gm2m_pk = $2";
        // SQLite finds the links in the order of their sources, and would sort them through machinery of its own.
        if (GetParam().is_sqlite())
            return (is_compact() ? "SELECT " : "SELECT l.id, ") + columns + links +
                   "CROSS JOIN archive_person AS t ON t.id = l.gm2m_src_id " + condition +
                   (is_compact() ? " ORDER BY l.gm2m_src_id" : "");
        if (is_compact())
            return "SELECT " + columns + "archive_person AS t WHERE t.id = ANY (ARRAY(SELECT l.gm2m_src_id FROM " +
                   links + condition + ")) ORDER BY t.id";
        return "SELECT " + columns + links +
               "CROSS JOIN LATERAL (SELECT * FROM archive_person AS s WHERE s.id = l.gm2m_src_id OFFSET 0) "
               "AS t " +
               condition + " ORDER BY l.id";
    }

    const std::string nulls_first = GetParam().is_sqlite() ? "" : " NULLS FIRST";
    const std::string movie_columns = "t0.id, t0.title, t0.minutes, t0.country_id";
    const std::string person_columns = "t0.id, t0.name, t0.home_id";
};
GM2M_INSTANTIATE(RelationTextTest, layout_configurations);

// Values are bound, never pasted into the text.
TEST_P(RelationTextTest, HasNoValues) {
    for (const Operation& operation : every_operation(*this)) {
        Transaction undone(db);
        for (const std::string& sql : sent(operation.run)) {
            EXPECT_EQ(sql.find(secret_text), std::string::npos) << operation.name << ": " << sql;
            EXPECT_EQ(sql.find(std::to_string(secret_number)), std::string::npos) << operation.name << ": " << sql;
        }
    }
}

// What the models and relations name is quoted; unquoted stand the library's own names.
TEST_P(RelationTextTest, QuotesIdentifiers) {
    static const std::regex named(
        R"re((^|[^"\w])(archive_\w+|gm2m_(src_id|ct_id|pk)|title|minutes|home_id|weight)\b)re");
    for (const Operation& operation : every_operation(*this)) {
        Transaction undone(db);
        for (const std::string& sql : sent(operation.run))
            EXPECT_FALSE(std::regex_search(sql, named)) << operation.name << ": " << sql;
    }
}

// By the last key, not by an offset
TEST_P(RelationTextTest, Iteration) {
    const std::string from = "SELECT " + movie_columns + " FROM archive_movie AS t0 ";
    std::vector<std::string> expected{from + "ORDER BY t0.id LIMIT 1 OFFSET 0"};
    expected.resize(3, from + "WHERE (t0.id > $1) ORDER BY t0.id LIMIT 1 OFFSET 0");
    std::vector<std::string> texts;
    for (const std::string& sql : sent([&] { movies().iterate(1, [](const Object&) {}); }))
        texts.push_back(plain(sql));
    EXPECT_EQ(texts, expected);
}

TEST_P(RelationTextTest, Groups) {
    expect(
        [&] {
            movies().group({F("country")}, {{"n", Count("pk")}, {"last", Max("title")}});
        },
        "SELECT t0.country_id, count(t0.id), max(t0.title) FROM archive_movie AS t0 GROUP BY t0.country_id ORDER BY 1" +
            nulls_first);
    expect(
        [&] {
            movies().limit(2).group({F("country__name")}, {{"n", Count("pk").filter(F("minutes") > 3)}});
        },
        "SELECT t1.name, count(t0.id) FILTER (WHERE t0.minutes > $1) FROM archive_movie AS t0 "
        "LEFT JOIN archive_country AS t1 ON t1.code = t0.country_id GROUP BY t1.name ORDER BY 1" +
            nulls_first + " LIMIT 2 OFFSET 0");
    expect([&] { movies().aggregate({{"n", Count("pk")}}); }, "SELECT count(t0.id) FROM archive_movie AS t0");
}

TEST_P(RelationTextTest, Updates) {
    expect(
        [&] {
            movies().update({{"title", "x"}, {"minutes", Value()}});
        },
        "UPDATE archive_movie SET title = $1, minutes = NULL");
    expect(
        [&] {
            movies().filter(F("tags") == red).update({{"minutes", F("id")}});
        },
        "UPDATE archive_movie SET minutes = id WHERE id IN (SELECT t0.id FROM archive_movie AS t0 WHERE (t0.id IN "
        "(SELECT t1.movie_id FROM archive_movie_tags AS t1 WHERE t1.movie_id IS NOT NULL AND (t1.tag_id = $1))))");
}

// In the order of linking, in the compact layout in that of the keys, unless there is another one
TEST_P(RelationTextTest, PerModelQueries) {
    const std::string mine =
        "SELECT " + movie_columns +
        " FROM archive_movie AS t0 WHERE t0.id IN "
        "(SELECT t1.gm2m_pk FROM archive_person_likes AS t1 WHERE t1.gm2m_src_id = $1 AND t1.gm2m_ct_id = $2)";
    expect([&] { liked_by(bob).where("archive.Movie", F("title") == "x").order_by("title").fetch(); },
           mine + " AND (t0.title = $3) ORDER BY t0.title");
    expect(
        [&] { liked_by(bob).where("archive.Movie").fetch(); },
        mine + (is_compact() ? " ORDER BY text(t0.id)"
                             : " ORDER BY (SELECT t2.id FROM archive_person_likes AS t2 WHERE t2.gm2m_src_id = $3 AND "
                               "t2.gm2m_ct_id = $4 AND t2.gm2m_pk = text(t0.id))"));
    expect([&] { persons_who_like(alien).where("archive.Person", F("name") == "x").count(); },
           "SELECT count(*) FROM archive_person AS t0 WHERE t0.id IN (SELECT t1.gm2m_src_id FROM archive_person_likes "
           "AS t1 "
           "WHERE t1.gm2m_ct_id = $1 AND t1.gm2m_pk = $2) AND (t0.name = $3)");
    expect(
        [&] { liked_by(bob).with(movies().filter(F("title") == "x")).contains(alien); },
        "SELECT EXISTS (SELECT 1" + mine.substr(7 + movie_columns.size()) + " AND (t0.title = $3) AND (t0.id = $4))");
}

// Numbered within each parent, so that one statement serves all of them
TEST_P(RelationTextTest, LimitedPrefetches) {
    const std::string place = is_compact() ? "0" : "t1.id";
    expect([&] { movies().prefetch(Prefetch("person_set").with(persons().order_by("-name").slice(1, 3))).fetch(); },
           "SELECT near_key, n, c2, c3, c4 FROM (SELECT t1.gm2m_pk AS near_key, " + place +
               " AS place, t0.id AS c2, t0.name AS c3, t0.home_id AS c4, "
               "row_number() OVER (PARTITION BY t1.gm2m_pk ORDER BY t0.name DESC, t0.id) AS n "
               "FROM archive_person AS t0 JOIN archive_person_likes AS t1 ON t0.id = t1.gm2m_src_id "
               "WHERE t1.gm2m_pk IN list($1) AND t1.gm2m_ct_id = $2) AS numbered WHERE n > 1 AND n <= 4 ORDER BY n");
    const auto forward =
        sent([&] { persons().prefetch(Prefetch("likes").with(movies().order_by("title").limit(3))).fetch(); });
    EXPECT_EQ(neutral(plain(forward[1])),
              "SELECT l.gm2m_src_id, l.gm2m_ct_id, l.gm2m_pk, " + std::string(is_compact() ? "0" : "l.id") +
                  " FROM archive_person_likes AS l WHERE l.gm2m_src_id IN list($1) AND NOT (l.gm2m_ct_id IN list($2)) "
                  "UNION ALL SELECT src, ct, pk, n FROM (SELECT t1.gm2m_src_id AS src, t1.gm2m_ct_id AS ct, t1.gm2m_pk "
                  "AS pk, " +
                  place +
                  " AS place, row_number() OVER (PARTITION BY t1.gm2m_src_id ORDER BY t0.title, t0.id) AS n "
                  "FROM archive_movie AS t0 JOIN archive_person_likes AS t1 ON t0.id = t1.gm2m_pk "
                  "WHERE t1.gm2m_src_id IN list($1) AND t1.gm2m_ct_id = $3) AS numbered WHERE n > 0 AND n <= 3");
}

// PostgreSQL, compact: the links of one object to objects of one model as a list.
TEST_P(RelationTextTest, Prefetches) {
    const std::string links = "SELECT l.gm2m_src_id, l.gm2m_ct_id, l.gm2m_pk" +
                              std::string(is_compact() ? "" : ", l.id") +
                              " FROM archive_person_likes AS l WHERE l.gm2m_src_id IN list($1)" +
                              (is_compact() ? " ORDER BY l.gm2m_src_id, l.gm2m_ct_id, l.gm2m_pk" : "");
    const auto statements = sent([&] { persons().prefetch("likes").fetch(); });
    EXPECT_EQ(neutral(plain(statements[1])),
              GetParam().is_sqlite() || !is_compact()
                  ? links
                  : "SELECT l.gm2m_src_id, l.gm2m_ct_id, array_agg(text(l.gm2m_pk)) FROM (" + links +
                        ") AS l GROUP BY l.gm2m_src_id, l.gm2m_ct_id ORDER BY l.gm2m_src_id, l.gm2m_ct_id");
}

// SQLite: executed for the links and then for the objects that they lead to. PostgreSQL: both at once; in the compact
// layout each source once.
TEST_P(RelationTextTest, ReversePrefetches) {
    const std::string order = is_compact() ? "" : ", l.id";
    const auto texts = [](const std::string& links, const std::string& objects) {
        return "SELECT k.place, " + links + "UNION ALL SELECT k.place, " + objects;
    };
    const auto list = [](const std::string& parameter) {
        return "(SELECT key AS place, value FROM gm2m_list(" + parameter + ")) AS k";
    };
    expect(
        [&] { movies().prefetch("person_set").fetch(); },
        texts("l.gm2m_src_id" + order + (is_compact() ? ", NULL, NULL" : ", NULL") + " FROM " + list("$1") +
                  " CROSS JOIN archive_person_likes AS l WHERE l.gm2m_ct_id = $3 AND l.gm2m_pk = k.value ",
              "t.id, t.name, t.home_id FROM " + list("$2") + " CROSS JOIN archive_person AS t WHERE t.id = k.value"),
        is_compact()
            ? "SELECT t.id, t.name, t.home_id, g.places FROM (SELECT l.gm2m_src_id AS far_key, "
              "array_agg(k.place::bigint) AS "
              "places FROM unnest($2::text[]) WITH ORDINALITY AS k (value, place) CROSS JOIN archive_person_likes AS l "
              "WHERE l.gm2m_ct_id = $1 AND l.gm2m_pk = k.value GROUP BY l.gm2m_src_id) AS g CROSS JOIN archive_person "
              "AS t "
              "WHERE t.id = g.far_key ORDER BY g.far_key"
            : "SELECT k.place, l.id, t.id, t.name, t.home_id FROM unnest($2::text[]) WITH ORDINALITY AS k (value, "
              "place) "
              "CROSS JOIN archive_person_likes AS l CROSS JOIN archive_person AS t WHERE l.gm2m_ct_id = $1 AND "
              "l.gm2m_pk = "
              "k.value AND t.id = l.gm2m_src_id");
    if (GetParam().is_sqlite())
        expect([&] { movies().prefetch("tags").fetch(); },
               texts("l.tag_id" + order + (is_compact() ? ", NULL" : "") + " FROM " + list("$1") +
                         " CROSS JOIN archive_movie_tags AS l WHERE l.movie_id = k.value ",
                     "t.name, t.weight FROM " + list("$2") + " CROSS JOIN archive_tag AS t WHERE t.name = k.value"));
}

TEST_P(RelationTextTest, MostInCommon) {
    expect([&] { tags_of(alien).most_in_common(5); },
           "WITH own (far_1) AS MATERIALIZED (SELECT l.tag_id FROM archive_movie_tags AS l WHERE l.movie_id = $1) "
           "SELECT l.movie_id, count(*) FROM own CROSS JOIN archive_movie_tags AS l WHERE l.tag_id = own.far_1 AND "
           "NOT (l.movie_id = $1) GROUP BY l.movie_id ORDER BY count(*) DESC, l.movie_id LIMIT 5");
    EXPECT_EQ(plain(sent([&] { liked_by(bob).most_in_common(5); }).front()),
              "WITH own (far_1, far_2) AS MATERIALIZED (SELECT l.gm2m_ct_id, l.gm2m_pk FROM archive_person_likes AS l "
              "WHERE l.gm2m_src_id = $1) SELECT l.gm2m_src_id, count(*) FROM own CROSS JOIN archive_person_likes AS l "
              "WHERE l.gm2m_ct_id = own.far_1 AND l.gm2m_pk = own.far_2 AND NOT (l.gm2m_src_id = $1) "
              "GROUP BY l.gm2m_src_id ORDER BY count(*) DESC, l.gm2m_src_id LIMIT 5");
}

TEST_P(RelationTextTest, Reads) {
    const std::string mine = "FROM archive_person_likes WHERE gm2m_src_id = $1";
    expect([&] { liked_by(bob).count(); }, "SELECT count(*) " + mine);
    expect([&] { liked_by(bob).exists(); }, "SELECT EXISTS (SELECT 1 " + mine + ")");
    expect([&] { liked_by(bob).count_by_model(); },
           "SELECT gm2m_ct_id, count(*) " + mine + " GROUP BY gm2m_ct_id ORDER BY gm2m_ct_id");
    expect([&] { liked_by(bob).of_type({"archive.Movie"}).count(); },
           "SELECT count(*) " + mine + " AND gm2m_ct_id IN list($2)");
    if (GetParam().is_sqlite()) {
        const std::string next = "SELECT min(gm2m_ct_id) " + mine;
        const std::string types = "WITH RECURSIVE present (gm2m_ct_id) AS (" + next + " UNION ALL SELECT (" + next +
                                  " AND gm2m_ct_id > present.gm2m_ct_id) FROM present WHERE present.gm2m_ct_id IS NOT "
                                  "NULL) SELECT gm2m_ct_id FROM present WHERE gm2m_ct_id IS NOT NULL";
        EXPECT_EQ(neutral(plain(sent([&] { liked_by(bob).all(); }).front())), types);
        EXPECT_EQ(neutral(plain(sent([&] { liked_by(bob).of_type({"archive.Movie"}).all(); }).front())),
                  types + " AND gm2m_ct_id IN list($2)");
    }
    expect([&] { liked_by(bob).contains(alien); },
           "SELECT EXISTS (SELECT 1 " + mine + " AND gm2m_ct_id = $2 AND gm2m_pk = $3)");
    expect([&] { persons_who_like(alien).all(); }, persons_who_like_it());
}

// SQLite: one execution for each link. PostgreSQL: one statement with lists, under locks on the source and the targets.
// On both, a link to what is not there has no key, which the join table refuses.
TEST_P(RelationTextTest, Writes) {
    const auto id_of = [&](const char* model) { return std::to_string(db.content_types().get_for_model(model).id); };
    const std::string movie = id_of("archive.Movie"), country = id_of("archive.Country");
    const std::string locked =
        "WITH locked AS MATERIALIZED (SELECT id FROM archive_person WHERE id = $1 FOR NO KEY UPDATE)";
    const std::string columns = "(gm2m_src_id, gm2m_ct_id, gm2m_pk)";
    const std::string lists = "unnest($2::integer[], $3::text[]) AS k (ct, pk)";
    const std::string insert = "INSERT INTO archive_person_likes " + columns + " ";
    const std::string skip = " ON CONFLICT " + columns + " DO NOTHING";
    const auto lock = [](const std::string& table, const std::string& key, const std::string& list,
                         const std::string& condition, const std::string& order) {
        return "(SELECT count(*) FROM (SELECT 1 FROM archive_" + table + " AS t WHERE t." + key + " IN list($" + list +
               ")" + condition + " ORDER BY t." + key + order + " FOR KEY SHARE) AS t)";
    };
    const auto lock_all = [&](const std::string& table, const std::string& key, const std::string& list,
                              const std::string& order) {
        return lock(table, key, list, "", order) + " = cardinality($" + list + (order.empty() ? "::bigint" : "::text") +
               "[])";
    };
    // CASE after CASE: so that they are locked in turn.
    const auto targets = [](const std::vector<std::string>& conditions) {
        std::string text = "targets (are_there) AS MATERIALIZED (SELECT ", ends;
        for (const std::string& each : conditions)
            text += "CASE WHEN " + each + " THEN ", ends += " END";
        return text + "true" + ends + ")";
    };
    const std::string are_there = "(SELECT are_there FROM targets)";
    const std::string source =
        "(SELECT count(*) FROM (SELECT 1 FROM archive_person WHERE id = $1 FOR NO KEY UPDATE) AS s) >= 0";
    const std::string add = insert + "SELECT $1, k.ct, CASE WHEN " + are_there + " THEN k.pk END FROM " + lists + skip +
                            " RETURNING gm2m_ct_id, gm2m_pk";
    const auto after = [](const std::string& cte) { return " AND (SELECT count(*) FROM " + cte + ") >= 0"; };
    const auto count = [](const std::string& cte) { return "(SELECT count(*) FROM " + cte + ")"; };
    expect([&] { liked_by(bob).add(alien); },
           insert + "VALUES ($1, $2, CASE $2 WHEN " + movie +
               " THEN (SELECT $3 FROM archive_movie WHERE id = $3) END)" + skip,
           "WITH " + targets({source, lock_all("movie", "id", "4", "")}) + " " + add);
    // The models in the order of their content types, whatever that of the objects
    const bool movies_first = std::stoi(movie) < std::stoi(country);
    const std::string of_movies = " WHEN " + movie + " THEN (SELECT $3 FROM archive_movie WHERE id = $3)",
                      of_countries = " WHEN " + country + " THEN (SELECT $3 FROM archive_country WHERE code = $3)";
    const std::string sorted = " COLLATE C";
    expect(
        [&] { liked_by(bob).add(chad, alien); },
        insert + "VALUES ($1, $2, CASE $2" + (movies_first ? of_movies + of_countries : of_countries + of_movies) +
            " END)" + skip,
        "WITH " +
            targets({source, movies_first ? lock_all("movie", "id", "4", "") : lock_all("country", "code", "4", sorted),
                     movies_first ? lock_all("country", "code", "5", sorted) : lock_all("movie", "id", "5", "")}) +
            " " + add);
    expect([&] { liked_by(bob).remove(alien); },
           "DELETE FROM archive_person_likes WHERE gm2m_src_id = $1 AND gm2m_ct_id = $2 AND gm2m_pk = $3",
           locked + " DELETE FROM archive_person_likes AS l USING " + lists +
               " WHERE l.gm2m_src_id = $1 AND l.gm2m_ct_id = k.ct AND l.gm2m_pk = k.pk AND "
               "(SELECT count(*) FROM locked) >= 0 RETURNING l.gm2m_ct_id, l.gm2m_pk");
    // Only what is not linked yet has to be there, and is locked.
    const std::string hidden_lists = "unnest((SELECT $2::integer[]), (SELECT $3::text[])) AS k (ct, pk)";
    const auto changed = [&](const std::string& found, const std::string& removed) {
        const std::string fresh_movies = "fresh AS k WHERE k.ct = " + movie;
        return "WITH " + found + ", " +
               targets({lock("movie", "id", "4",
                             " AND CASE WHEN text(t.id) IN (SELECT k.pk FROM " + fresh_movies + ") THEN true END", "") +
                        " = (SELECT count(*) FROM " + fresh_movies + ")"}) +
               ", removed (ct, pk) AS (DELETE FROM archive_person_likes AS l" + removed + " AND " + are_there +
               " RETURNING -l.gm2m_ct_id, l.gm2m_pk), added (ct, pk) AS (" + insert + "SELECT $1, k.ct, CASE WHEN " +
               are_there + " THEN k.pk END FROM fresh AS k" + skip +
               " RETURNING gm2m_ct_id, gm2m_pk) SELECT ct, pk FROM removed UNION ALL SELECT ct, pk FROM added";
    };
    expect([&] { liked_by(bob).set(alien); },
           // the links were read before, and each that is not wanted goes by itself
           "DELETE FROM archive_person_likes WHERE gm2m_src_id = $1 AND gm2m_ct_id = $2 AND gm2m_pk = $3",
           changed("fresh AS MATERIALIZED (SELECT k.ct, k.pk FROM (SELECT l.gm2m_ct_id AS ct, l.gm2m_pk AS pk, true AS "
                   "is_link FROM archive_person_likes AS l WHERE l.gm2m_src_id = $1) AS l FULL JOIN unnest((SELECT "
                   "$2::integer[]), (SELECT $3::text[])) WITH ORDINALITY AS k (ct, pk, place) ON l.ct = k.ct AND l.pk "
                   "= k.pk WHERE l.is_link IS NULL ORDER BY k.place)",
                   " WHERE l.gm2m_src_id = $1 AND (l.gm2m_ct_id, l.gm2m_pk) NOT IN (SELECT k.ct, k.pk FROM " +
                       hidden_lists + ")"));
    const std::string is_given = " WHERE l.gm2m_src_id = $1 AND l.gm2m_ct_id = k.ct AND l.gm2m_pk = k.pk";
    expect([&] { liked_by(bob).toggle(alien); },
           "DELETE FROM archive_person_likes WHERE gm2m_src_id = $1 AND gm2m_ct_id = $2 AND gm2m_pk = $3",
           changed("linked AS MATERIALIZED (SELECT k.ct, k.pk FROM " + hidden_lists +
                       " CROSS JOIN archive_person_likes AS l" + is_given +
                       "), fresh AS MATERIALIZED (SELECT k.ct, k.pk FROM " + lists +
                       " WHERE (k.ct, k.pk) NOT IN (SELECT l.ct, l.pk FROM linked AS l))",
                   " USING " + lists + is_given));
    expect([&] { liked_by(bob).clear(); }, "DELETE FROM archive_person_likes WHERE gm2m_src_id = $1",
           locked + " DELETE FROM archive_person_likes WHERE gm2m_src_id = $1 AND (SELECT count(*) FROM locked) >= 0");

    // The sources in the order of their keys, then the target
    const std::string far = "unnest($1::bigint[]) AS k (far)";
    expect([&] { persons_who_like(alien).add(ann); },
           insert + "VALUES ($1, $2, (SELECT $3 FROM archive_movie WHERE id = $3))" + skip,
           "WITH locked AS MATERIALIZED (SELECT id FROM archive_person WHERE id IN (SELECT far FROM " + far +
               ") ORDER BY id FOR NO KEY UPDATE), target AS MATERIALIZED (SELECT 1 FROM archive_movie AS t WHERE t.id "
               "= $4" +
               after("locked") + " FOR KEY SHARE) " + insert + "SELECT k.far, $2, CASE WHEN " + count("target") +
               " = 1 THEN $3 END FROM " + far + skip + " RETURNING gm2m_src_id");
}

}  // namespace gm2m::test
