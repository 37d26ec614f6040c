#pragma once

#include <deque>
#include <random>

#include "random/expected_links.hpp"
#include "support/cinema.hpp"

namespace gm2m::test {

/// Random operations on a database, each with the same done to the expected links, and comparisons of the two, by
/// GoogleTest's expectations.
class RandomRun {
public:
    using Name = ExpectedLinks::Name;
    using Names = ExpectedLinks::Names;

    RandomRun(const Configuration& configuration, unsigned seed);

    /// One operation, perhaps a transaction of several, and a comparison of what it concerned.
    void step();
    /// Every user and every target.
    void compare_everything();
    /// The last operations, one per line.
    std::string history() const;

private:
    struct State {
        ExpectedLinks links;
        Names users, targets;  // those whose row is there, and those whose row was lost
    };
    using Difference = ExpectedLinks::Difference;

    void insert();
    void change();
    void change_reverse();
    void clear();
    void remove_object();
    void lose_row();
    void refuse();
    void transaction();
    void reopen();

    void compare_user(const Name& user);
    void compare_target(const Name& target);
    void compare(const Changes& changes, const Difference& expected);
    void expect_order(const std::vector<Object>& objects, const Names& in_order_of_linking);

    unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }
    const Name& one_of(const Names& names) { return names[below(names.size())]; }
    /// Some of those whose row is there, in any order, with repeats; perhaps none.
    Names some_of(const Names& names);
    Name country_key();
    Reference reference(const Name& name) const;
    std::vector<Reference> references(const Names& names) const;
    RelatedManager forward(const Name& user) { return db_.related(reference(user), cinema_.preferred); }
    RelatedManager reverse(const Name& target) { return db_.related(reference(target), "user_set"); }
    void log(const std::string& operation, const Name& subject, const Names& others = {});

    const Configuration configuration_;
    ScratchDatabase scratch_;
    Cinema cinema_;
    DatabaseOptions options_;
    Database db_;
    std::mt19937 random_;
    State state_;
    int depth_ = 0;  // of transactions
    std::deque<std::string> history_;
};

}  // namespace gm2m::test
