#include "sql/every_operation.hpp"

namespace gm2m::test {
namespace {

using Operations = std::vector<Operation>;

/// The same of both sides of the relations, of each one's near object.
void add_writes(Operations& all, const std::string& side, const RelatedManager& manager, const Object& one,
                const Object& other) {
    all.push_back({side + " add", [=] { manager.add(one, other); }});
    all.push_back({side + " remove", [=] { manager.remove(one, other); }});
    all.push_back({side + " set", [=] { manager.set(one, other); }});
    all.push_back({side + " set to nothing", [=] { manager.set({}); }});
    all.push_back({side + " toggle", [=] { manager.toggle(one, other); }});
    all.push_back({side + " clear", [=] { manager.clear(); }});
}

void add_reads(Operations& all, const std::string& side, const RelatedManager& manager, const QuerySet& far,
               const Object& one) {
    const std::string label = far.model().label();
    all.push_back({side + " all", [=] { manager.all(); }});
    all.push_back({side + " count", [=] { manager.count(); }});
    all.push_back({side + " count_by_model", [=] { manager.count_by_model(); }});
    all.push_back({side + " exists", [=] { manager.exists(); }});
    all.push_back({side + " contains", [=] { manager.contains(one); }});
    all.push_back({side + " of_type", [=] { manager.of_type({label}).all(); }});
    all.push_back({side + " where", [=] { manager.where(label, F("pk") == one).fetch(); }});
    all.push_back({side + " where ordered", [=] { manager.where(label).order_by("-pk").limit(2).fetch(); }});
    all.push_back({side + " where count", [=] { manager.where(label, F("pk") == one).count(); }});
    all.push_back({side + " with", [=] { manager.with(far.filter(F("pk") == one)).all(); }});
    all.push_back({side + " with limit", [=] { manager.with(far.order_by("-pk").limit(2)).all(); }});
    all.push_back({side + " with count", [=] { manager.with(far.filter(F("pk") == one)).count(); }});
    all.push_back({side + " most_in_common", [=] { manager.most_in_common(3); }});
}

void add_prefetches(Operations& all, const std::string& side, const QuerySet& near, const std::string& relation,
                    const QuerySet& far, const Object& one) {
    const Prefetch prefetch(relation);
    all.push_back({side + " prefetch", [=] { near.prefetch(prefetch).fetch(); }});
    all.push_back(
        {side + " prefetch with filter", [=] { near.prefetch(prefetch.with(far.filter(F("pk") == one))).fetch(); }});
    all.push_back({side + " prefetch with order", [=] { near.prefetch(prefetch.with(far.order_by("-pk"))).fetch(); }});
    all.push_back(
        {side + " prefetch with limit", [=] { near.prefetch(prefetch.with(far.order_by("-pk").limit(2))).fetch(); }});
}

void add_lookups(Operations& all, ArchiveDatabase& in) {
    const auto add = [&](const std::string& name, const QuerySet& query) {
        all.push_back({"lookup " + name, [=] { query.fetch(); }});
    };
    const QuerySet persons = in.persons(), movies = in.movies(), countries = in.countries();
    add("of text", movies.filter(F("title") == secret_text || F("title").icontains(secret_text)));
    add("of numbers", movies.filter(F("minutes").in({secret_number, 1}) && F("minutes") <= secret_number));
    add("over a foreign key", persons.filter(F("home__name") == secret_text));
    add("back over a foreign key", countries.filter(F("movie__title") == secret_text));
    add("forward", persons.filter(F("likes__movie__title") == secret_text));
    add("forward to text keys", persons.filter(F("likes__country__name") == secret_text));
    add("forward to objects", persons.filter(F("likes").in({in.alien, in.brazil, in.chad})));
    add("in reverse", movies.filter(F("person__name") == secret_text, F("person__id") == secret_number));
    add("in reverse of text keys", countries.filter(F("person__name") == secret_text));
    add("over several hops", movies.filter(F("person__likes__country__name") == secret_text));
    add("over a many-to-many field", movies.filter(F("tags__weight") == secret_number));
    add("back over a many-to-many field", in.tags().filter(F("movie__title") == secret_text));
    add("over a generic foreign key", in.notes().filter(F("on__movie__title") == secret_text));
    add("by exclusion", movies.exclude(F("person__name") == secret_text));
    add("by absence", persons.filter(F("likes").isnull() || F("likes__movie__title").isnull()));
    add("by absence in reverse", movies.filter(F("person").isnull()));
    add("by links", in.likes().filter(F("gm2m_tgt__movie__title") == secret_text, F("gm2m_src__name") == secret_text));
}

void add_aggregates(Operations& all, ArchiveDatabase& in) {
    const auto add = [&](const std::string& name, const QuerySet& query, const Aggregate& aggregate) {
        all.push_back(
            {"annotate " + name, [=] { query.annotate("n", aggregate).filter(F("n") > secret_number).fetch(); }});
    };
    add("by links", in.persons(), Count("likes"));
    add("by links to a model", in.persons(), Count("likes__movie"));
    add("by linked objects", in.persons(), Sum("likes__movie__minutes"));
    add("by some linked objects", in.persons(),
        Count("likes__movie").filter(F("likes__movie__minutes") > secret_number));
    add("by linked objects with text keys", in.persons(), Count("likes__country__name"));
    add("by reverse links", in.movies(), Count("person"));
    add("by reverse links of text keys", in.countries(), Count("person"));
    add("by sources", in.movies(), Count("person").filter(F("person__name") == secret_text));
    add("by a many-to-many field", in.movies(), Count("tags"));
    all.push_back({"group links", [&] {
                       in.likes().order_by("-n").group({F("gm2m_src")}, {{"n", Count("gm2m_pk")}});
                   }});
    all.push_back({"aggregate", [&] { in.movies().aggregate({{"n", Max("minutes")}, {"fans", Count("person")}}); }});
}

void add_objects(Operations& all, ArchiveDatabase& in) {
    all.push_back(
        {"insert", [&] {
             in.db.insert(in.archive.registry["archive.Tag"].make({{"name", secret_text}, {"weight", secret_number}}));
         }});
    all.push_back({"save", [&] { in.db.save(in.bob); }});
    all.push_back({"update", [&] { in.db.update(in.bob); }});
    all.push_back({"update by query", [&] {
                       in.movies()
                           .filter(F("person__name") == secret_text)
                           .update({{"title", secret_text}, {"minutes", secret_number}});
                   }});
    all.push_back({"iterate", [&] { in.movies().iterate(1, [](const Object&) {}); }});
    all.push_back({"get", [&] { in.db.get("archive.Movie", in.alien.key()); }});
    all.push_back({"discover", [&] { in.db.discover(); }});
    all.push_back({"follow", [&] { in.db.follow(in.likes().fetch(), "gm2m_tgt"); }});
    all.push_back({"delete a source", [&] { in.db.remove(in.bob); }});
    all.push_back({"delete a target", [&] { in.db.remove(in.red); }});
    all.push_back({"delete a source that is a target", [&] { in.db.remove(in.chad); }});
    all.push_back({"delete sources by query", [&] { in.db.remove(in.persons().filter(F("name") != secret_text)); }});
    all.push_back({"delete targets by query", [&] { in.db.remove(in.movies().filter(F("title") != secret_text)); }});
}

}  // namespace

std::vector<Operation> every_operation(ArchiveDatabase& in) {
    Operations all;
    add_writes(all, "forward", in.liked_by(in.bob), in.alien, in.chad);
    add_writes(all, "reverse", in.persons_who_like(in.alien), in.ann, in.bob);
    add_writes(all, "many-to-many", in.tags_of(in.alien), in.red, in.red);
    add_writes(all, "reverse many-to-many", in.movies_tagged(in.red), in.alien, in.brazil);
    add_reads(all, "forward", in.liked_by(in.bob), in.movies(), in.alien);
    add_reads(all, "forward to text keys", in.liked_by(in.bob), in.countries(), in.chad);
    add_reads(all, "reverse", in.persons_who_like(in.alien), in.persons(), in.bob);
    add_reads(all, "reverse of text keys", in.persons_who_like(in.chad), in.persons(), in.bob);
    add_reads(all, "many-to-many", in.tags_of(in.alien), in.tags(), in.red);
    add_reads(all, "reverse many-to-many", in.movies_tagged(in.red), in.movies(), in.alien);
    add_prefetches(all, "forward", in.persons(), "likes", in.movies(), in.alien);
    add_prefetches(all, "forward to text keys", in.persons(), "likes", in.countries(), in.chad);
    add_prefetches(all, "reverse", in.movies(), "person_set", in.persons(), in.bob);
    add_prefetches(all, "reverse of text keys", in.countries(), "person_set", in.persons(), in.bob);
    add_prefetches(all, "many-to-many", in.movies(), "tags", in.tags(), in.red);
    add_prefetches(all, "reverse many-to-many", in.tags(), "movie_set", in.movies(), in.alien);
    add_lookups(all, in);
    add_aggregates(all, in);
    add_objects(all, in);
    return all;
}

}  // namespace gm2m::test
