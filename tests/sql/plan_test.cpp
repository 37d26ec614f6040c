#include <algorithm>
#include <set>

#include "sql/filled_archive.hpp"

namespace gm2m::test {
namespace {

const std::set<std::string> join_tables{"archive_person_likes", "archive_country_related", "archive_movie_tags"};

const std::set<std::string> source{"source"}, target{"target"}, both{"source", "target"}, link{"link"};
const std::set<std::string> any;  // one of them: as the engine likes
const std::string movie = "archive_movie", person = "archive_person";

/// From which side an access finds links, or that it finds one by its whole key; empty if it is neither: a content type
/// alone would be all links to a model.
std::string side_of(const TableAccess& access) {
    const auto starts_with = [&](std::initializer_list<const char*> columns) {
        return access.sought.size() >= columns.size() &&
               std::equal(columns.begin(), columns.end(), access.sought.begin());
    };
    if (access.sought.size() == (access.table == "archive_movie_tags" ? 2U : 3U))
        return "link";
    if (starts_with({"gm2m_src_id"}) || starts_with({"movie_id"}))
        return "source";
    return starts_with({"gm2m_ct_id", "gm2m_pk"}) || starts_with({"tag_id"}) ? "target" : "";
}

}  // namespace

/// DESIGN 5: indexes serve relations in both directions, on both engines, in both layouts.
class PlanTest : public FilledPlanTest<FilledArchive> {
protected:
    /// In all statements of the operation links are found by an index, several of them from those sides alone; the
    /// tables of persons and movies, the large ones, are not read as a whole unless they are named.
    void expect(const std::set<std::string>& sides, const std::function<void()>& operation,
                const std::set<std::string>& scanned = {}) {
        std::set<std::string> seen;
        for_each_access(operation, [&](const TableAccess& access) {
            if (join_tables.contains(access.table)) {
                seen.insert(side_of(access));
                EXPECT_NE(side_of(access), "") << access.table;
            } else if (access.sought.empty() && (access.table == movie || access.table == person)) {
                EXPECT_TRUE(scanned.contains(access.table)) << access.table << " is scanned";
            }
        });
        if (sides != link)
            seen.erase("link");
        if (sides != any) {
            EXPECT_EQ(seen, sides);
        }
    }
    void expect(const std::set<std::string>& sides, const QuerySet& query, const std::set<std::string>& scanned = {}) {
        expect(
            sides, [&] { query.fetch(); }, scanned);
    }
};
GM2M_INSTANTIATE(PlanTest, layout_configurations);

// What is looked for has no index: it is read as a whole. The links and the objects looked up are not.
TEST_P(PlanTest, ForwardLookups) {
    expect(target, in.persons().filter(F("likes__movie__title") == "17"), {movie});
    expect(target, in.persons().filter(F("likes__movie__id") == 17));
    expect(target, in.persons().filter(F("likes__country__name") == "17"));
    expect(target, in.persons().filter(F("likes__country__code") == "17"));
    expect(target, in.persons().filter(F("likes") == in.alien));
    expect(target, in.persons().filter(F("likes").in({in.alien, in.brazil, in.chad})), {person});
    expect(target, in.countries().filter(F("related__movie__title") == "17"), {movie});
    expect(target, in.countries().filter(F("related__country__code") == "17"));
}

TEST_P(PlanTest, ReverseLookups) {
    expect(source, in.movies().filter(F("person__name") == "17"), {person});
    expect(source, in.movies().filter(F("person") == in.bob));
    expect(source, in.countries().filter(F("person__name") == "17"), {person});
    expect(source, in.countries().filter(F("person") == in.bob));
    expect(source, in.movies().filter(F("relatives__name") == "17"));
    expect(source, in.countries().filter(F("relatives") == in.chad));
}

TEST_P(PlanTest, LookupsOverSeveralHops) {
    expect(both, in.movies().filter(F("person__likes__movie__title") == "17"), {movie});
    expect(both, in.movies().filter(F("person__likes__country__code") == "17"));
    expect(both, in.persons().filter(F("likes__movie__person") == in.bob));
    expect(source, in.countries().filter(F("relatives__relatives__code") == "17"));
}

TEST_P(PlanTest, ManyToManyLookups) {
    expect(target, in.movies().filter(F("tags__weight") == 17));
    expect(target, in.movies().filter(F("tags") == in.red));
    expect(source, in.tags().filter(F("movie__title") == "17"), {movie});
    expect(source, in.tags().filter(F("movie") == in.alien));
}

// Conditions that only some links can meet, on top of others
TEST_P(PlanTest, LookupsOfAFewObjects) {
    const QuerySet bob = in.persons().filter(F("id") == 17);
    expect(both, in.movies().filter(F("person__name") == "17").filter(F("person__likes__movie") == in.alien), {person});
}

// What is not linked is found by an anti-join; in the compact layout on PostgreSQL by the difference of two sets.
TEST_P(PlanTest, LookupsByAbsence) {
    const bool by_difference = !GetParam().is_sqlite() && GetParam().layout == Layout::compact;
    const std::set<std::string> all = by_difference ? std::set<std::string>{movie, person} : std::set<std::string>{};
    const QuerySet bob = in.persons().filter(F("id") == 17), one = in.movies().filter(F("id") == 17);
    expect(any, bob.exclude(F("likes__movie__title") == "17"), {movie, person});
    expect(any, one.exclude(F("person") == in.ann), all);
    if (by_difference)
        return;  // isnull() is of all links
    expect(any, bob.filter(F("likes").isnull()), all);
    expect(any, one.filter(F("person").isnull()), all);
    expect(any, one.exclude(F("person").isnull(false)), all);
}

TEST_P(PlanTest, QueriesOnTheJoinTable) {
    expect(target, in.likes().filter(F("gm2m_tgt") == in.alien));
    expect(target, in.likes().filter(F("gm2m_tgt").in({in.alien, in.chad})));
    expect(target, in.likes().filter(F("gm2m_tgt__movie__title") == "17"), {movie});
    expect(source, in.likes().filter(F("gm2m_src") == in.bob));
    expect(source, in.likes().filter(F("gm2m_src__name") == "17"), {person});
    expect(source, [&] {
        in.likes().filter(F("gm2m_src") == in.bob).group({F("gm2m_ct")}, {{"n", Count("gm2m_pk")}});
    });
    const QuerySet tagged = in.db.query(in.archive.tags.join_model().label());
    expect(source, tagged.filter(F("movie") == in.alien));
    expect(target, tagged.filter(F("tag") == in.red));
}

TEST_P(PlanTest, AnnotationsOfAFewObjects) {
    const QuerySet persons = in.persons().filter(F("id") == 17), movies = in.movies().filter(F("id") == 17);
    const auto counted = [](const QuerySet& query, const Aggregate& aggregate) {
        return query.annotate("n", aggregate).filter(F("n") > 1).order_by("-n");
    };
    expect(source, counted(persons, Count("likes")));
    expect(source, counted(persons, Count("likes__movie")));
    expect(source, counted(persons, Sum("likes__movie__minutes")));
    expect(source, counted(persons, Count("likes__movie").filter(F("likes__movie__title") == "17")));
    expect(source, counted(persons, Count("likes__country__name")));
    expect(target, counted(movies, Count("person")));
    expect(target, counted(movies, Count("person").filter(F("person__name") == "17")));
    expect(source, counted(movies, Count("tags")));
}

TEST_P(PlanTest, ReadsOfOneObject) {
    const RelatedManager mine = in.liked_by(in.bob), countries = in.db.related(in.chad, in.archive.related);
    for (const RelatedSet& related : {RelatedSet(mine), mine.of_type({"archive.Movie"}), RelatedSet(countries)}) {
        expect(source, [&] { related.all(); });
        expect(source, [&] { related.count(); });
        expect(source, [&] { related.count_by_model(); });
        expect(source, [&] { related.exists(); });
        expect(link, [&] { related.contains(in.alien); });
    }
    for (const Object& liked : {in.alien, in.chad}) {
        const RelatedManager fans = in.persons_who_like(liked);
        expect(target, [&] { fans.all(); });
        expect(target, [&] { fans.count(); });
        expect(target, [&] { fans.exists(); });
        expect(link, [&] { fans.contains(in.bob); });
    }
    expect(source, [&] { in.tags_of(in.alien).all(); });
    expect(source, [&] { in.tags_of(in.alien).count(); });
    expect(target, [&] { in.movies_tagged(in.red).all(); });
    expect(target, [&] { in.movies_tagged(in.red).count(); });
}

TEST_P(PlanTest, PerModelQueries) {
    const RelatedManager mine = in.liked_by(in.bob), fans = in.persons_who_like(in.alien);
    const QuerySet movies = in.movies().filter(F("title") == "17").order_by("title").limit(3);
    expect(source, mine.where("archive.Movie", F("title") == "17"));
    expect(source, mine.where("archive.Movie").order_by("-title").limit(3));
    expect(source, mine.where("archive.Country", F("name") == "17"));
    expect(source, [&] { mine.where("archive.Movie", F("title") == "17").count(); });
    expect(source, [&] { mine.with(movies).all(); });
    expect(source, [&] { mine.with(movies).count(); });
    expect(target, fans.where("archive.Person", F("name") == "17"));
    expect(source, in.tags_of(in.alien).where("archive.Tag", F("weight") == 17));
    expect(target, in.movies_tagged(in.red).where("archive.Movie", F("title") == "17"));
}

TEST_P(PlanTest, Prefetches) {
    const QuerySet persons = in.persons().filter(F("id").in({17, 18, 19}));
    const QuerySet movies = in.movies().filter(F("id").in({17, 18, 19}));
    const QuerySet countries = in.countries().filter(F("code").in({"17", "18", "19"}));
    expect(source, persons.prefetch("likes"));
    expect(target, movies.prefetch("person_set"));
    expect(target, countries.prefetch("person_set"));
    expect(source, movies.prefetch("tags"));
    expect(target, in.tags().filter(F("name").in({"17", "18"})).prefetch("movie_set"));
    // with queries
    expect(any, persons.prefetch(Prefetch("likes").with(in.movies().filter(F("title") == "17"))), {movie});
    expect(source, persons.prefetch(Prefetch("likes").with(in.movies().order_by("title").limit(3))));
    expect(source, persons.prefetch(Prefetch("likes").with(in.countries().order_by("name").limit(3))));
    expect(target, movies.prefetch(Prefetch("person_set").with(in.persons().order_by("name").limit(3))));
    expect(source, movies.prefetch(Prefetch("tags").with(in.tags().limit(3))));
}

TEST_P(PlanTest, MostInCommon) {
    expect(both, [&] { in.liked_by(in.bob).most_in_common(5); });
    expect(both, [&] { in.liked_by(in.bob).of_type({"archive.Movie"}).most_in_common(5); });
    expect(both, [&] { in.persons_who_like(in.alien).most_in_common(5); });
    expect(both, [&] { in.persons_who_like(in.chad).most_in_common(5); });
    expect(both, [&] { in.tags_of(in.alien).most_in_common(5); });
    expect(both, [&] { in.movies_tagged(in.red).most_in_common(5); });
}

TEST_P(PlanTest, Writes) {
    const RelatedManager mine = in.liked_by(in.bob), fans = in.persons_who_like(in.alien);
    expect(any, [&] { mine.remove(in.alien); });
    expect(any, [&] { mine.toggle(in.alien); });
    expect(source, [&] { mine.set(in.alien, in.chad); });
    expect(source, [&] { mine.clear(); });
    expect(any, [&] { fans.remove(in.bob); });
    expect(any, [&] { fans.toggle(in.bob); });
    expect(target, [&] { fans.set(in.bob); });
    expect(target, [&] { fans.clear(); });
    expect(source, [&] { in.tags_of(in.alien).set(in.red); });
    expect(target, [&] { in.movies_tagged(in.red).set(in.alien); });
}

TEST_P(PlanTest, Deletion) {
    expect(both, [&] { in.db.remove(in.bob); });
    expect(both, [&] { in.db.remove(in.alien); });
    expect(both, [&] { in.db.remove(in.chad); });
    expect(target, [&] { in.db.remove(in.red); });
    expect(source, [&] { in.db.remove(in.persons().filter(F("id").in({17, 18}))); });
    expect(source, [&] { in.db.remove(in.persons().filter(F("id") <= 300)); }, {person});
    expect(both, [&] { in.db.remove(in.movies().filter(F("id").in({17, 18}))); });
    expect(both, [&] { in.db.remove(in.countries().filter(F("code").in({"17", "18"}))); });
    expect(target, [&] { in.db.remove(in.tags().filter(F("name").in({"17", "18"}))); });
}

// By the keys, without a sort: a page costs what it holds, whatever there is besides.
TEST_P(PlanTest, PagesInTheOrderOfTheKeys) {
    for (const QuerySet& query : {in.movies(), in.countries(), in.likes()})
        for (const QuerySet& page : {query.limit(10), query.reverse().limit(10)})
            for (const Plan& plan : in.planner->plans(in.sent([&] { page.fetch(); }).front()))
                EXPECT_TRUE(plan.text.find("Sort") == std::string::npos &&
                            plan.text.find("B-TREE") == std::string::npos)
                    << plan.text;
    expect(any, [&] { in.movies().iterate(4'000, [](const Object&) {}); }, {movie});
}

}  // namespace gm2m::test
