#include "sql/archive.hpp"

namespace gm2m::test {

/// The text of a query set's statement, form by form, without what all of them begin with: `SELECT ... FROM table AS
/// t0`.
class QueryTextTest : public ArchiveTest {
protected:
    static std::string after_from(const QuerySet& query) {
        const std::string sql = neutral(plain(query.sql()));
        const std::string from = " AS t0";
        const auto at = sql.find(from) + from.size();
        return sql.substr(at == sql.size() ? at : at + 1);
    }
    /// In words that both engines have.
    static void expect(const QuerySet& query, const std::string& text) { EXPECT_EQ(after_from(query), text); }
    static void expect(const QuerySet& query, const std::string& sqlite, const std::string& postgresql) {
        expect(query, GetParam().is_sqlite() ? sqlite : postgresql);
    }
    /// The same of one condition on movies.
    void expect_movies(const Condition& condition, const std::string& text) {
        expect(movies().filter(condition), "WHERE (" + text + ")");
    }
    void expect_movies(const Condition& condition, const std::string& sqlite, const std::string& postgresql) {
        expect_movies(condition, GetParam().is_sqlite() ? sqlite : postgresql);
    }
};
GM2M_INSTANTIATE(QueryTextTest, engine_configurations);

TEST_P(QueryTextTest, Identifiers) {
    const char parameter = GetParam().is_sqlite() ? '?' : '$';
    EXPECT_EQ(
        movies().filter(F("title") == "x").sql(),
        R"(SELECT t0."id", t0."title", t0."minutes", t0."country_id" FROM "archive_movie" AS t0 WHERE (t0."title" = )" +
            std::string(1, parameter) + "1)");
}

TEST_P(QueryTextTest, Comparisons) {
    expect_movies(F("title") == "x", "t0.title = $1");
    expect_movies(F("title") != "x", "(t0.title = $1) IS NOT TRUE");
    expect_movies(F("minutes") < 3, "t0.minutes < $1");
    expect_movies(F("minutes") >= 3, "t0.minutes >= $1");
    expect_movies(F("minutes").range(1, 2), "t0.minutes BETWEEN $1 AND $2");
    expect_movies(F("minutes").isnull(), "t0.minutes IS NULL");
    expect_movies(F("minutes").isnull(false), "t0.minutes IS NOT NULL");
    expect_movies(F("id") == F("minutes"), "t0.id = t0.minutes");
    expect_movies(F("pk") == alien, "t0.id = $1");
}

// One parameter, whatever the number of values
TEST_P(QueryTextTest, Lists) {
    for (const int count : {1, 2, 1'000}) {
        const std::vector<int> values(static_cast<std::size_t>(count), 5);
        EXPECT_TRUE(plain(movies().filter(F("minutes").in(values)).sql())
                        .ends_with(GetParam().is_sqlite() ? "(t0.minutes IN (SELECT value FROM gm2m_list($1)))"
                                                          : "(t0.minutes = ANY ($1::integer[]))"));
    }
    expect_movies(F("title").in({"x", "y"}), "t0.title IN list($1)");
    expect_movies(F("minutes").in(std::vector<int>()), "1 = 0");
}

TEST_P(QueryTextTest, TextLookups) {
    expect_movies(F("title").contains("x"), "t0.title GLOB $1", "t0.title LIKE $1::text");
    expect_movies(F("title").startswith("x"), "t0.title GLOB $1", "t0.title LIKE $1::text");
    expect_movies(F("title").endswith("x"), "t0.title GLOB $1", "t0.title LIKE $1::text");
    expect_movies(F("title").iexact("x"), R"(t0.title LIKE $1 ESCAPE '\')", "upper(t0.title) = upper($1::text)");
    expect_movies(F("title").icontains("x"), R"(t0.title LIKE $1 ESCAPE '\')", "upper(t0.title) LIKE upper($1::text)");
    expect_movies(F("title").regex("x"), "gm2m_regexp($1, t0.title)", "t0.title ~ $1::text");
}

TEST_P(QueryTextTest, Combinations) {
    const Condition a = F("title") == "a", b = F("minutes") > 2;
    expect_movies(a && b, "(t0.title = $1) AND (t0.minutes > $2)");
    expect_movies(a || b, "(t0.title = $1) OR (t0.minutes > $2)");
    expect_movies(!(a && b), "((t0.title = $1) AND (t0.minutes > $2)) IS NOT TRUE");
    expect(movies().filter(a, b), "WHERE ((t0.title = $1) AND (t0.minutes > $2))");
    expect(movies().filter(a).filter(b), "WHERE (t0.title = $1) AND (t0.minutes > $2)");
    expect(movies().exclude(a, b), "WHERE (((t0.title = $1) AND (t0.minutes > $2)) IS NOT TRUE)");
}

// A foreign key is one join, whatever the number of conditions; its own column needs none.
TEST_P(QueryTextTest, ForeignKeys) {
    const std::string join = "LEFT JOIN archive_country AS t1 ON t1.code = t0.country_id";
    expect_movies(F("country") == chad, "t0.country_id = $1");
    expect_movies(F("country__code") == "TD", "t0.country_id = $1");
    expect(movies().filter(F("country__name") == "x", F("country__name") != "y"),
           join + " WHERE ((t1.name = $1) AND ((t1.name = $2) IS NOT TRUE))");
    expect(
        movies().filter(F("country__name") == "x").filter(F("country__name") == F("title")).order_by("country__name"),
        join + " WHERE (t1.name = $1) AND (t1.name = t0.title) ORDER BY t1.name" +
            (GetParam().is_sqlite() ? "" : " NULLS FIRST"));
    expect(countries().filter(F("movie__title") == "x"),
           "WHERE (t0.code IN (SELECT t1.country_id FROM archive_movie AS t1 WHERE t1.country_id IS NOT NULL AND "
           "(t1.title = $1)))");
}

TEST_P(QueryTextTest, RelationsForward) {
    const auto where = [](const std::string& condition) {
        return "WHERE (t0.id IN (SELECT t1.gm2m_src_id FROM archive_person_likes AS t1 WHERE t1.gm2m_ct_id = $1" +
               condition + "))";
    };
    const auto joined = [](const std::string& objects, const std::string& condition) {
        return "WHERE (t0.id IN (SELECT t1.gm2m_src_id FROM " + objects +
               " AS t2 CROSS JOIN archive_person_likes AS t1 WHERE t1.gm2m_ct_id = $1 AND t1.gm2m_pk = " + condition +
               "))";
    };
    expect(persons().filter(F("likes__movie__title") == "x"),
           joined("archive_movie", "text(t2.id) AND (t2.title = $2)"),
           where(" AND t1.gm2m_pk IN (SELECT text(t2.id) FROM archive_movie AS t2 WHERE t2.title = $2)"));
    expect(persons().filter(F("likes__country__name") == "x"), joined("archive_country", "t2.code AND (t2.name = $2)"),
           where(" AND t1.gm2m_pk IN (SELECT t2.code FROM archive_country AS t2 WHERE t2.name = $2)"));
    expect(persons().filter(F("likes") == alien),
           "WHERE (t0.id IN (SELECT gm2m_src_id FROM archive_person_likes WHERE gm2m_ct_id = $1 AND gm2m_pk = $2))");
    expect(persons().filter(F("likes").in({alien, brazil})),
           "WHERE (t0.id IN (SELECT gm2m_src_id FROM archive_person_likes WHERE gm2m_ct_id = $1 AND gm2m_pk IN "
           "list($2)))");
    expect(persons().filter(F("likes").isnull()),
           "WHERE (NOT EXISTS (SELECT 1 FROM archive_person_likes AS t1 WHERE t1.gm2m_src_id = t0.id))");
    expect(persons().exclude(F("likes__movie__title") == "x"),
           "WHERE (NOT EXISTS (SELECT 1 FROM archive_person_likes AS t1 WHERE t1.gm2m_ct_id = $1 AND t1.gm2m_pk IN "
           "(SELECT text(t2.id) FROM archive_movie AS t2 WHERE t2.title = $2) AND t1.gm2m_src_id = t0.id))");
}

TEST_P(QueryTextTest, RelationsInReverse) {
    const std::string links = "FROM archive_person_likes AS t1 WHERE t1.gm2m_ct_id = $1";
    const std::string by_name = " AND t1.gm2m_src_id IN (SELECT t2.id FROM archive_person AS t2 WHERE t2.name = $2)";
    const std::string joined =
        "(SELECT t1.gm2m_pk FROM archive_person AS t2 CROSS JOIN archive_person_likes AS t1 WHERE "
        "t1.gm2m_ct_id = $1 AND t1.gm2m_src_id = t2.id AND (t2.name = $2))";
    expect_movies(F("person__name") == "x", "t0.id IN " + joined,
                  "t0.id IN (SELECT t1.gm2m_pk " + links + by_name + ")");
    expect_movies(F("person__name") != "x",
                  "NOT EXISTS (SELECT 1 " + links + by_name + " AND t1.gm2m_pk = text(t0.id))");
    expect_movies(F("person").isnull(), "NOT EXISTS (SELECT 1 " + links + " AND t1.gm2m_pk = text(t0.id))");
    expect(countries().filter(F("person__name") == "x"), "WHERE (t0.code IN " + joined + ")",
           "WHERE (t0.code IN (SELECT t1.gm2m_pk " + links + by_name + "))");
}

TEST_P(QueryTextTest, SeveralHops) {
    expect_movies(
        F("person__likes__country__name") == "x",
        "t0.id IN (SELECT t1.gm2m_pk FROM archive_person AS t2 CROSS JOIN archive_person_likes AS t1 WHERE "
        "t1.gm2m_ct_id = $1 AND t1.gm2m_src_id = t2.id AND ("
        "t2.id IN (SELECT t3.gm2m_src_id FROM archive_country AS t4 CROSS JOIN archive_person_likes AS t3 WHERE "
        "t3.gm2m_ct_id = $2 AND t3.gm2m_pk = t4.code AND (t4.name = $3))))",
        "t0.id IN (SELECT t1.gm2m_pk FROM archive_person_likes AS t1 WHERE t1.gm2m_ct_id = $1 AND "
        "t1.gm2m_src_id IN (SELECT t2.id FROM archive_person AS t2 WHERE "
        "t2.id IN (SELECT t3.gm2m_src_id FROM archive_person_likes AS t3 WHERE t3.gm2m_ct_id = $2 AND "
        "t3.gm2m_pk IN (SELECT t4.code FROM archive_country AS t4 WHERE t4.name = $3))))");
    const std::string persons = "archive_person AS t2",
                      home = "LEFT JOIN archive_country AS t3 ON t3.code = t2.home_id";
    expect_movies(F("person__home__name") == "x",
                  "t0.id IN (SELECT t1.gm2m_pk FROM " + persons + " " + home +
                      " CROSS JOIN archive_person_likes AS t1 WHERE "
                      "t1.gm2m_ct_id = $1 AND t1.gm2m_src_id = t2.id AND (t3.name = $2))",
                  "t0.id IN (SELECT t1.gm2m_pk FROM archive_person_likes AS t1 WHERE t1.gm2m_ct_id = $1 AND "
                  "t1.gm2m_src_id IN (SELECT t2.id FROM " +
                      persons + " " + home + " WHERE t3.name = $2))");
}

// Of one related object in one filter(), of any two in two
TEST_P(QueryTextTest, ConditionsOnTheSameRelation) {
    const auto one = [](const std::string& links, const std::string& person, const std::string& type,
                        const std::string& condition) {
        const std::string of_type = " WHERE " + links + ".gm2m_ct_id = " + type + " AND " + links + ".gm2m_src_id ";
        const std::string persons = "archive_person AS " + person, table = "archive_person_likes AS " + links;
        return "t0.code IN (SELECT " + links + ".gm2m_pk FROM " +
               (GetParam().is_sqlite()
                    ? persons + " CROSS JOIN " + table + of_type + "= " + person + ".id AND (" + condition + "))"
                    : table + of_type + "IN (SELECT " + person + ".id FROM " + persons + " WHERE " + condition + "))");
    };
    const Condition name = F("person__name") == "x", key = F("person__id") > 1;
    expect(countries().filter(name, key), "WHERE (" + one("t1", "t2", "$1", "(t2.name = $2) AND (t2.id > $3)") + ")");
    expect(countries().filter(name || key), "WHERE (" + one("t1", "t2", "$1", "(t2.name = $2) OR (t2.id > $3)") + ")");
    expect(countries().filter(name).filter(key),
           "WHERE (" + one("t1", "t2", "$1", "t2.name = $2") + ") AND (" + one("t3", "t4", "$3", "t4.id > $4") + ")");
}

TEST_P(QueryTextTest, ManyToMany) {
    expect_movies(F("tags") == red,
                  "t0.id IN (SELECT t1.movie_id FROM archive_movie_tags AS t1 "
                  "WHERE t1.movie_id IS NOT NULL AND (t1.tag_id = $1))");
    expect_movies(
        F("tags__weight") == 1,
        "t0.id IN (SELECT t1.movie_id FROM archive_movie_tags AS t1 LEFT JOIN archive_tag AS t2 ON t2.name = t1.tag_id "
        "WHERE t1.movie_id IS NOT NULL AND (t2.weight = $1))");
    expect(tags().filter(F("movie__title") == "x"),
           "WHERE (t0.name IN (SELECT t1.tag_id FROM archive_movie_tags AS t1 LEFT JOIN archive_movie AS t2 ON t2.id = "
           "t1.movie_id "
           "WHERE t1.tag_id IS NOT NULL AND (t2.title = $1)))");
}

TEST_P(QueryTextTest, GenericForeignKeys) {
    expect(notes().filter(F("on") == alien), "WHERE (t0.on_type = $1 AND t0.on_key = $2)");
    expect(
        notes().filter(F("on__movie__title") == "x"),
        "WHERE (t0.on_type = $1 AND t0.on_key IN (SELECT text(t1.id) FROM archive_movie AS t1 WHERE t1.title = $2))");
    expect(notes().filter(F("on").isnull()), "WHERE ((t0.on_type IS NULL OR t0.on_key IS NULL) IS TRUE)");
    expect(likes().filter(F("gm2m_tgt") == alien), "WHERE (t0.gm2m_ct_id = $1 AND t0.gm2m_pk = $2)");
}

// What is missing comes first upwards on both engines; where nothing can be missing, nothing is said.
TEST_P(QueryTextTest, Orders) {
    expect(movies().order_by("title", "-id"), "ORDER BY t0.title, t0.id DESC");
    expect(movies().order_by("minutes", "-country"), "ORDER BY t0.minutes, t0.country_id DESC",
           "ORDER BY t0.minutes NULLS FIRST, t0.country_id DESC NULLS LAST");
    expect(movies().order_by(F("minutes").asc(Nulls::last), F("minutes").desc(Nulls::first)),
           "ORDER BY t0.minutes NULLS LAST, t0.minutes DESC NULLS FIRST");
    expect(movies().order_by("minutes").reverse(), "ORDER BY t0.minutes DESC", "ORDER BY t0.minutes DESC NULLS LAST");
    expect(movies().reverse(), "ORDER BY t0.id DESC");
}

TEST_P(QueryTextTest, Slices) {
    expect(movies().slice(2, 3), "ORDER BY t0.id LIMIT 3 OFFSET 2");
    expect(movies().order_by("title").offset(4), "ORDER BY t0.title LIMIT -1 OFFSET 4",
           "ORDER BY t0.title LIMIT ALL OFFSET 4");
}

TEST_P(QueryTextTest, Annotations) {
    const auto counted = [](const QuerySet& query, const Aggregate& aggregate) {
        return query.annotate("n", aggregate).filter(F("n") > 1);
    };
    const std::string links = "archive_person_likes AS t2";
    expect(counted(persons(), Count("likes")),
           "WHERE ((SELECT count(*) FROM archive_person_likes AS t1 WHERE t1.gm2m_src_id = t0.id) > $1)");
    expect(counted(persons(), Count("likes__movie")),
           "WHERE ((SELECT count(*) FROM " + links + " WHERE t2.gm2m_ct_id = $1 AND t2.gm2m_src_id = t0.id) > $2)");
    expect(counted(persons(), Max("likes__movie__minutes")),
           "WHERE ((SELECT max(t1.minutes) FROM archive_movie AS t1 JOIN " + links +
               " ON t1.id = t2.gm2m_pk "
               "WHERE t2.gm2m_ct_id = $1 AND t2.gm2m_src_id = t0.id) > $2)");
    expect(counted(movies(), Count("person").filter(F("person__name") == "x")),
           "WHERE ((SELECT count(*) FILTER (WHERE t1.name = $1) FROM archive_person AS t1 JOIN " + links +
               " ON t1.id = t2.gm2m_src_id WHERE t2.gm2m_ct_id = $2 AND t2.gm2m_pk = text(t0.id)) > $3)");
    expect(counted(countries(), Count("movie")),
           "WHERE ((SELECT count(*) FROM archive_movie AS t1 WHERE t1.country_id = t0.code) > $1)");
}

}  // namespace gm2m::test
