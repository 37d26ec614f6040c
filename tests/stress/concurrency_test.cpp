#include <tuple>

#include "stress/workers.hpp"

namespace gm2m::test {
namespace {

enum class Who { threads, processes };

std::ostream& operator<<(std::ostream& out, Who who) {
    return out << (who == Who::threads ? "threads" : "processes");
}

std::vector<Reference> every_second(const std::vector<Reference>& all, std::size_t first) {
    std::vector<Reference> chosen;
    for (std::size_t i = first; i < all.size(); i += 2)
        chosen.push_back(all[i]);
    return chosen;
}

/// The links of each of these users to each of these targets.
std::vector<std::string> links_between(const std::vector<Reference>& users, const std::vector<Reference>& targets) {
    std::vector<std::string> links;
    for (const Reference& user : users)
        for (const Reference& target : targets)
            links.push_back(link_name(user, target));
    std::ranges::sort(links);
    return links;
}

}  // namespace

/// The shared rows in a database of their own, without links, for 8 threads or 4 processes.
class AtOnceTest : public testing::TestWithParam<std::tuple<Configuration, Who>> {
protected:
    AtOnceTest()
        : configuration(std::get<Configuration>(GetParam())), scratch(configuration.engine),
          cinema(configuration, shared_relation()), db(Database::open(cinema.registry, scratch.url(), patient())),
          users(shared_users(cinema.registry)), targets(shared_targets(cinema.registry)), one_user(1, users[0]) {
        db.create_tables();
        std::vector<Object> objects;
        for (const auto& references : {users, targets})
            for (const Reference& reference : references) {
                const Model& model = *reference.model;
                objects.push_back(
                    model.make({{model.primary_key().name(), reference.key}, {model.fields()[1]->name(), "?"}}));
            }
        db.insert_many(objects);
        for (const Reference& target : targets)
            db.content_types().get_for_model(*target.model);
    }

    /// Links each of these users to all targets.
    void link(const std::vector<Reference>& sources) {
        for (const Reference& user : sources)
            db.related(user, cinema.preferred).add(targets);
    }

    Outcome work(const std::string& task, const DatabaseOptions& options) {
        return std::get<Who>(GetParam()) == Who::threads
                   ? work_in_threads(cinema, scratch, task, 8, options)
                   : work_in_processes(configuration, scratch, task, 4, options);
    }
    /// No error, exactly these links, and what the operations said is what has happened.
    void expect_after(const std::string& task, const std::vector<std::string>& expected) {
        const long before = static_cast<long>(links_of(scratch).size());
        const Outcome outcome = work(task, patient());
        EXPECT_EQ(outcome.errors, std::vector<std::string>());
        EXPECT_EQ(links_of(scratch), expected);
        EXPECT_EQ(before + outcome.tally.total(), static_cast<long>(expected.size()));
    }
    /// No error, and the links that are there are those that the operations have added and not removed again.
    void expect_accounted(const std::string& task, const DatabaseOptions& options) {
        const Outcome outcome = work(task, options);
        EXPECT_EQ(outcome.errors, std::vector<std::string>());
        if (outcome.tally.cleared == 0) {
            EXPECT_EQ(outcome.tally.links(), links_of(scratch));
        }
        EXPECT_EQ(outcome.tally.total(), static_cast<long>(links_of(scratch).size()));
    }
    /// No error, and one content type for each model, created by this task on a database that has none.
    void expect_content_types_after(const std::string& task) {
        for (int round = 0; round < 5; ++round) {
            scratch.sql("DELETE FROM cinema_user_preferred_videos");
            scratch.sql("DELETE FROM gm2m_content_type");
            EXPECT_EQ(work(task, patient()).errors, std::vector<std::string>());
            EXPECT_EQ(scratch.sql("SELECT model FROM gm2m_content_type ORDER BY model"),
                      (std::vector<std::string>{"country", "documentary", "movie", "opera"}));
            EXPECT_EQ(links_of(scratch), links_between(one_user, {targets.begin(), targets.begin() + 4}));
        }
    }

    const Configuration configuration;
    ScratchDatabase scratch;
    Cinema cinema;
    Database db;
    const std::vector<Reference> users, targets, one_user;
};

const auto name_of_case = [](const auto& instance) { return name_of(std::get<Configuration>(instance.param)); };
INSTANTIATE_TEST_SUITE_P(Threads, AtOnceTest,
                         testing::Combine(testing::ValuesIn(layout_configurations()), testing::Values(Who::threads)),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Processes, AtOnceTest,
                         testing::Combine(testing::ValuesIn(layout_configurations()), testing::Values(Who::processes)),
                         name_of_case);

// 2.12, each of the following

TEST_P(AtOnceTest, AddTheSame) {
    expect_after("add_same", links_between(one_user, targets));
}

TEST_P(AtOnceTest, AddTheirOwnShare) {
    expect_after("add_own_share", links_between(one_user, targets));
}

TEST_P(AtOnceTest, SetTheSame) {
    link(one_user);
    expect_after("set_same", links_between(one_user, every_second(targets, 0)));
}

TEST_P(AtOnceTest, RemoveTheSame) {
    link(one_user);
    expect_after("remove_same", links_between(one_user, every_second(targets, 1)));
}

// An even number of toggles leaves nothing, if none is lost.
TEST_P(AtOnceTest, ToggleTheSame) {
    expect_after("toggle_same", {});
}

TEST_P(AtOnceTest, ClearTheSame) {
    link(users);
    expect_after("clear_same", links_between({users.begin() + 1, users.end()}, targets));
}

TEST_P(AtOnceTest, AddTheSameInReverse) {
    expect_after("reverse_add_same", links_between(users, targets));
}

TEST_P(AtOnceTest, SetTheSameInReverse) {
    link(users);
    expect_after("reverse_set_same", links_between(every_second(users, 0), targets));
}

TEST_P(AtOnceTest, RemoveTheSameInReverse) {
    link(users);
    expect_after("reverse_remove_same", links_between(every_second(users, 1), targets));
}

TEST_P(AtOnceTest, ToggleTheSameInReverse) {
    expect_after("reverse_toggle_same", {});
}

TEST_P(AtOnceTest, AddFromBothSides) {
    expect_after("add_from_both_sides", links_between(users, targets));
}

TEST_P(AtOnceTest, ChangeAtRandomFromBothSides) {
    expect_accounted("change_at_random", patient());
}

TEST_P(AtOnceTest, ChangeAndClearAtRandomFromBothSides) {
    expect_accounted("change_and_clear_at_random", patient());
}

// Operations that take several statements lock the same rows in more than one step.
TEST_P(AtOnceTest, ChangeAtRandomInSplitStatements) {
    DatabaseOptions options = patient();
    options.keys_per_statement = 2;
    expect_accounted("change_at_random", options);
}

// 1.4: content types come into being with the first links, at once and in another order for each worker
TEST_P(AtOnceTest, CreateContentTypesInOneCall) {
    expect_content_types_after("first_add");
}

TEST_P(AtOnceTest, CreateContentTypesOneByOne) {
    expect_content_types_after("first_adds");
}

}  // namespace gm2m::test
