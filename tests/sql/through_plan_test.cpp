#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sql/plan.hpp"

namespace gm2m::test {
namespace {

/// 10,000 actors with a role in six movies each, of as many movies; the roles are rows of a model, in an order of its
/// own.
struct Stage {
    explicit Stage(const Configuration& configuration) : scratch(configuration.engine) {
        db.create_tables();
        roles.add_relation("stage.Movie");
        const int movie = db.content_types().get_for_model("stage.Movie").id;
        const std::string numbers = "WITH RECURSIVE m(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM m WHERE i < 10000), "
                                    "f(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM f WHERE k < 6) INSERT INTO stage_";
        scratch.sql(numbers + "actor (id, name) SELECT i, CAST(i AS text) FROM m");
        scratch.sql(numbers + "movie (id, title) SELECT i, CAST(i AS text) FROM m");
        scratch.sql(numbers + fmt::format("role (actor_id, on_type, on_key, weight) "
                                          "SELECT i, {}, CAST((i * 7 + k * 131) % 10000 + 1 AS text), k FROM m, f",
                                          movie));
        planner = planner_of(scratch, movie);
        bob = db.get("stage.Actor", 17);
        alien = db.get("stage.Movie", 17);
        brazil = db.get("stage.Movie", 18);
    }
    GM2MField declare() {
        models.model("stage.Actor").primary_key("id", Kind::big_integer).field("name", Kind::text);
        models.model("stage.Movie").primary_key("id", Kind::big_integer).field("title", Kind::text);
        models.model("stage.Role")
            .primary_key("id", Kind::big_integer)
            .foreign_key("actor", "stage.Actor")
            .field("on_type", Kind::integer)
            .field("on_key", Kind::text, {.max_length = 16})
            .field("weight", Kind::big_integer, {.null = true})
            .generic_foreign_key("on", "on_type", "on_key")
            .ordering({"-weight"});
        return models.gm2m("stage.Actor", "roles", {.related_name = "cast", .through = "stage.Role"});
    }

    ScratchDatabase scratch;
    Registry models;
    GM2MField roles = declare();
    Database db = Database::open(models, scratch.url());
    std::unique_ptr<Planner> planner;
    Object bob, alien, brazil;
};

/// By which end rows are found, or by their own key; empty if it is neither.
std::string side_of(const std::vector<std::string>& sought) {
    const auto starts_with = [&](std::initializer_list<const char*> columns) {
        return sought.size() >= columns.size() && std::equal(columns.begin(), columns.end(), sought.begin());
    };
    return starts_with({"actor_id"})                       ? "source"
           : starts_with({"on_type", "on_key"})            ? "target"
           : starts_with({"id"}) || starts_with({"rowid"}) ? "row"
                                                           : "";
}

}  // namespace

/// DESIGN 5: indexes serve relations through a model in both directions, on both engines.
class ThroughPlanTest : public FilledPlanTest<Stage> {
protected:
    /// No statement of the operation reads all rows, or all of a content type: rows are found by their own keys or from
    /// an end, in some statement from each of `sides`. (What deletes a row looks for links to it too.)
    void expect(const std::set<std::string>& sides, const std::function<void()>& operation) {
        std::set<std::string> seen;
        for_each_access(operation, [&](const TableAccess& access) {
            if (access.table == "stage_role") {
                seen.insert(side_of(access.sought));
                EXPECT_NE(side_of(access.sought), "");
            } else if (access.table.starts_with("stage_")) {
                EXPECT_FALSE(access.sought.empty()) << access.table << " is scanned";
            }
        });
        EXPECT_TRUE(std::ranges::includes(seen, sides));
    }

    RelatedManager of_bob = in.db.related(in.bob, in.roles);
    RelatedManager of_alien = in.db.related(in.alien, "cast");
    const std::set<std::string> source{"source"}, target{"target"}, both{"source", "target"}, either{};
};
GM2M_INSTANTIATE(ThroughPlanTest, engine_configurations);

TEST_P(ThroughPlanTest, Reads) {
    expect(source, [&] { of_bob.all(); });
    expect(source, [&] { of_bob.all_with_through(); });
    expect(source, [&] { of_bob.order_by_through({"weight"}).all(); });
    expect(source, [&] { of_bob.count(); });
    expect(source, [&] { of_bob.count_by_model(); });
    expect(either, [&] { of_bob.contains(in.alien); });
    expect(target, [&] { of_alien.all(); });
    expect(target, [&] { of_alien.all_with_through(); });
    expect(target, [&] { of_alien.count(); });
    expect(both, [&] { of_bob.most_in_common(5); });
    expect(both, [&] { of_alien.most_in_common(5); });
}

TEST_P(ThroughPlanTest, Queries) {
    expect(either, [&] { of_bob.where("stage.Movie", F("title") == "17").fetch(); });
    expect(either, [&] { of_bob.where("stage.Movie").limit(3).fetch(); });
    expect(source, [&] { of_bob.order_by_through({"weight"}).where("stage.Movie").limit(3).fetch(); });
    expect(source, [&] { of_bob.order_by_through({"weight"}).with(in.db.query("stage.Movie").limit(3)).all(); });
    expect(target, [&] { of_alien.order_by_through({"weight"}).where("stage.Actor").limit(3).fetch(); });
    expect(target, [&] { of_alien.where("stage.Actor", F("name") == "17").fetch(); });
    expect(target, [&] { in.db.query("stage.Actor").filter(F("roles") == in.alien).fetch(); });
    expect(target, [&] { in.db.query("stage.Role").filter(F("on") == in.alien).fetch(); });
}

TEST_P(ThroughPlanTest, Prefetches) {
    const QuerySet actors = in.db.query("stage.Actor").filter(F("id").in({17, 18, 19}));
    const QuerySet movies = in.db.query("stage.Movie").filter(F("id").in({17, 18, 19}));
    expect(source, [&] { actors.prefetch(in.roles).fetch(); });
    expect(source, [&] { actors.prefetch(Prefetch(in.roles).with_through()).fetch(); });
    expect(source, [&] {
        actors.prefetch(Prefetch(in.roles).with(in.db.query("stage.Movie").order_by("title").limit(3))).fetch();
    });
    expect(target, [&] { movies.prefetch("cast").fetch(); });
    expect(target, [&] { movies.prefetch(Prefetch("cast").with_through()).fetch(); });
}

TEST_P(ThroughPlanTest, Writes) {
    expect(either, [&] { of_bob.add(in.alien, in.brazil); });
    expect(either, [&] { of_bob.with_values({{"weight", 3}}).updating().add(in.alien, in.brazil); });
    expect(either, [&] { of_bob.remove(in.alien, in.brazil); });
    expect(source, [&] { of_bob.set(in.alien); });
    expect(source, [&] { of_bob.clear(); });
    expect(either, [&] { of_alien.toggle(in.bob); });
    expect(target, [&] { of_alien.set(in.bob); });
    expect(target, [&] { of_alien.clear(); });
}

TEST_P(ThroughPlanTest, Deletion) {
    expect(source, [&] { in.db.remove(in.bob); });
    expect(target, [&] { in.db.remove(in.alien); });
}

}  // namespace gm2m::test
