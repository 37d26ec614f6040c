#include <map>

#include "sql/distributed_rules.hpp"
#include "sql/every_operation.hpp"

namespace gm2m::test {
namespace {

std::vector<Configuration> distributed() {
    std::vector<Configuration> all;
    for (const Configuration& configuration : layout_configurations())
        if (!configuration.is_sqlite() && configuration.layout == Layout::compact)
            all.push_back(configuration);
    return all;
}

}  // namespace

/// DESIGN 5: the compact layout on PostgreSQL runs in the form in which it can be distributed.
class DistributedTest : public ArchiveTest {};
GM2M_INSTANTIATE(DistributedTest, distributed);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DistributedTest);

/// What cannot be distributed as it is, by obstacle. Whoever changes one of these takes it from here.
const std::map<std::string, std::set<std::string>> known_obstacles{
    // Writes of the reverse side bear on many sources, whose rows they lock in one statement; whoever makes links locks
    // their targets.
    {"locks several rows",
     {"forward add", "forward set", "forward toggle", "reverse add", "reverse remove", "reverse set",
      "reverse set to nothing", "reverse toggle", "reverse clear", "reverse many-to-many add",
      "reverse many-to-many remove", "reverse many-to-many set", "reverse many-to-many set to nothing",
      "reverse many-to-many toggle", "reverse many-to-many clear",
      // It locks its own row, which no source's key leads to.
      "delete a target",
      // What goes is locked before.
      "delete sources by query", "delete targets by query"}},
    // What has to be read of linked objects, other than their keys, by way of keys that are text.
    {"joins on an expression",
     {"annotate by linked objects", "annotate by some linked objects", "forward prefetch with order",
      "forward prefetch with limit"}},
    {"correlates links by the target",
     {"annotate by reverse links", "annotate by reverse links of text keys", "annotate by sources", "aggregate",
      "discover"}},
};

TEST_P(DistributedTest, StatementsHaveNoOtherObstaclesThanTheKnown) {
    std::map<std::string, std::set<std::string>> found;
    for (const Operation& operation : every_operation(*this)) {
        Transaction undone(db);
        for (const std::string& sql : sent(operation.run))
            for (const std::string& obstacle : obstacles(plain(sql))) {
                found[obstacle].insert(operation.name);
                EXPECT_TRUE(known_obstacles.contains(obstacle) && known_obstacles.at(obstacle).contains(operation.name))
                    << operation.name << " " << obstacle << ": " << sql;
            }
    }
    EXPECT_EQ(found, known_obstacles);
}

// A lookup is by `key IN (SELECT ...)`: links are joined to nothing, and what is found needs no DISTINCT.
TEST_P(DistributedTest, LookupsAreSemiJoins) {
    for (const Operation& operation : every_operation(*this)) {
        if (!operation.name.starts_with("lookup "))
            continue;
        for (const std::string& sql : sent(operation.run))
            for (const char* other_form :
                 {"JOIN archive_person_likes", "JOIN archive_movie_tags", "DISTINCT", "EXISTS"})
                EXPECT_EQ(plain(sql).find(other_form), std::string::npos) << operation.name << ": " << sql;
    }
}

TEST_P(DistributedTest, UniqueKeysContainTheSource) {
    const auto indexes = scratch.sql(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indisunique AND indrelid IN "
        "('archive_person_likes'::regclass, 'archive_country_related'::regclass, 'archive_movie_tags'::regclass)");
    EXPECT_EQ(indexes.size(), 3U);
    for (const std::string& index : indexes)
        EXPECT_TRUE(index.find("(gm2m_src_id") != std::string::npos || index.find("(movie_id") != std::string::npos)
            << index;
}

TEST_P(DistributedTest, ThereAreNoTriggers) {
    EXPECT_EQ(
        scratch.sql("SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT tgisinternal "
                    "AND relnamespace = current_schema()::regnamespace"),
        std::vector<std::string>{"0"});
}

// The rules themselves
TEST(DistributedRulesTest, FindObstacles) {
    using Set = std::set<std::string>;
    EXPECT_EQ(blocks_of("SELECT a FROM t WHERE (a, b) IN (SELECT c FROM (SELECT 1) AS s) UNION ALL SELECT 2"),
              (std::vector<std::string>{"SELECT 1", "SELECT c FROM (...) AS s", "SELECT a FROM t WHERE (a, b) IN (...)",
                                        "SELECT 2"}));
    EXPECT_EQ(obstacles("SELECT 1 FROM archive_person WHERE id = $1 FOR NO KEY UPDATE"), Set{});
    EXPECT_EQ(obstacles("SELECT 1 FROM archive_tag WHERE name = $1 FOR NO KEY UPDATE"), Set{"locks several rows"});
    EXPECT_EQ(obstacles("SELECT 1 FROM archive_tag WHERE name = ANY ($1) FOR KEY SHARE"), Set{"locks several rows"});
    EXPECT_EQ(obstacles("SELECT 1 FROM archive_person FOR UPDATE"), Set{"locks several rows"});
    EXPECT_EQ(obstacles("SELECT 1 FROM a AS t0 JOIN b AS t1 ON t0.id = t1.id"), Set{});
    EXPECT_EQ(obstacles("SELECT 1 FROM a AS t0 JOIN b AS t1 ON t0.id::text = t1.pk WHERE x"),
              Set{"joins on an expression"});
    EXPECT_EQ(obstacles("SELECT 1 FROM archive_person_likes AS t0 JOIN archive_person_likes AS t1 ON t0.id = t1.id"),
              Set{"joins links with links"});
    EXPECT_EQ(obstacles("SELECT 1 FROM a AS t0 WHERE (SELECT count(*) FROM archive_person_likes AS t1 WHERE "
                        "t1.gm2m_src_id = t0.id) > 1"),
              Set{});
    EXPECT_EQ(obstacles("SELECT 1 FROM a AS t0 WHERE (SELECT count(*) FROM archive_person_likes AS t1 WHERE "
                        "t1.gm2m_pk = t0.code) > 1"),
              Set{"correlates links by the target"});
}

}  // namespace gm2m::test
