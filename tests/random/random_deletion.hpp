#pragma once

#include <deque>
#include <random>

#include "random/expected_shop.hpp"
#include "support/configuration.hpp"

namespace gm2m::test {

/// Random operations on the shop, most of them deletions, each with the same done to the expected shop, and comparisons
/// of the two, by GoogleTest's expectations.
class RandomDeletion {
public:
    using Name = ExpectedShop::Name;
    using Names = ExpectedShop::Names;

    RandomDeletion(const Configuration& configuration, unsigned seed);

    /// One operation, perhaps a transaction of several.
    void step();
    /// How many there have been, those inside of transactions included.
    unsigned operations() const { return operations_; }
    /// All rows and all links.
    void compare_everything();
    /// What verify() finds; with `repair`, afterwards nothing.
    void compare_findings(bool repair);
    /// The last operations, one per line.
    std::string history() const;

private:
    void declare(const Configuration& configuration);
    void connect_receivers();
    void insert();
    void link();
    void change(const ShopRelation& relation, bool reverse, const Name& object, const std::vector<Name>& others);
    void remove();
    void transaction();
    void reopen();

    /// Runs `work`, a deletion of these objects, and compares what it says.
    template <class Work>
    void expect_removed(const Names& given, Work&& work);
    void expect_outcome(const ExpectedShop::Deletion& expected, const Deleted& deleted);
    void expect_plan(const Names& given, const DeletionPlan& plan) const;
    bool hear(const ShopRelation& relation, const Deleting& event);

    unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }
    /// Those that are there, of one model, or of all.
    std::vector<Name> present(const std::string& model) const;
    std::vector<Name> some_of(std::vector<Name> names, std::size_t most);
    Reference reference(const Name& name) const;
    std::vector<Reference> references(const std::vector<Name>& names) const;
    ExpectedShop::Links read_links(const ShopRelation& relation);
    void log(const std::string& operation, const std::vector<Name>& names = {});

    const ScratchDatabase scratch_;
    Registry models_;
    DatabaseOptions options_;
    Database db_;
    std::mt19937 random_;
    ExpectedShop shop_;
    std::map<std::int64_t, std::string> content_types_;
    std::map<std::string, ExpectedShop::Event> expected_events_, heard_events_;
    unsigned operations_ = 0;
    int depth_ = 0;  // of transactions
    std::deque<std::string> history_;
};

}  // namespace gm2m::test
