#include <algorithm>
#include <random>

#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// A tree whose nodes cannot be without a parent: the root is its own. The last ones have a second tie, to their
/// grandparent.
class TreeTest : public testing::TestWithParam<Configuration> {
protected:
    static constexpr int nodes = 31;

    void open(const ForeignKeyPolicy& policy, std::size_t keys_per_statement) {
        models.emplace();
        models->model("wood.Node")
            .primary_key("id", Kind::big_integer)
            .foreign_key("parent", "wood.Node", {.on_delete = policy})
            .foreign_key("grandparent", "wood.Node", {.on_delete = policy});
        db.emplace(Database::open(*models, scratch.url(), {.keys_per_statement = keys_per_statement}));
        db->create_tables();
        for (int id = 1; id <= nodes; ++id)
            db->insert((*models)["wood.Node"].make(
                {{"id", id}, {"parent", std::max(1, id / 2)}, {"grandparent", std::max(1, id / 4)}}));
    }
    std::vector<Object> all() { return db->query("wood.Node").fetch(); }

    ScratchDatabase scratch{GetParam().engine};
    std::optional<Registry> models;
    std::optional<Database> db;
};
GM2M_INSTANTIATE(TreeTest, engine_configurations);

// 6.4: in dependency order, also where one statement does not take all
TEST_P(TreeTest, GoesInSeveralStatements) {
    for (const std::size_t most : {1U, 2U, 5U, 100U}) {
        open(ForeignKeyPolicy::cascade, most);
        const Object root = db->get("wood.Node", 1), branch = db->get("wood.Node", 3);
        EXPECT_EQ(db->remove(branch).rows, 15U);
        EXPECT_EQ(db->query("wood.Node").count(), 16U);
        EXPECT_EQ(db->explain_remove(root).would.rows, 16U);
        EXPECT_EQ(db->remove(root).rows, 16U);
        EXPECT_EQ(db->query("wood.Node").count(), 0U);
    }
}

// What is given is in no order, and the deletion follows no keys.
TEST_P(TreeTest, GoesByListAndByQuery) {
    for (const std::size_t most : {1U, 3U, 100U}) {
        open(ForeignKeyPolicy::do_nothing, most);
        std::vector<Object> objects = all();
        std::ranges::shuffle(objects, std::minstd_rand(1));
        {
            Transaction undone(*db);
            EXPECT_EQ(db->remove(objects).rows, 31U);
        }
        EXPECT_THROW(db->remove(db->get("wood.Node", 2), db->get("wood.Node", 4), db->get("wood.Node", 5)),
                     IntegrityError);
        EXPECT_EQ(db->query("wood.Node").count(), 31U);
        EXPECT_EQ(db->remove(db->query("wood.Node")).rows, 31U);
    }
}

}  // namespace gm2m::test
