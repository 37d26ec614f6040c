#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {

/// The rules of a relation in memory: which links there are, in which order they came, which rows exist.
/// A value: a copy is what a transaction goes back to.
class ExpectedLinks {
public:
    /// A target or source by its name, "cinema.Movie:5".
    using Name = std::string;
    using Names = std::vector<Name>;
    struct Difference {
        Names added, removed;
    };
    struct Link {
        Name user, target;
        friend bool operator==(const Link&, const Link&) = default;
    };

    Difference add(const Name& user, const Names& targets);
    Difference remove(const Name& user, const Names& targets);
    Difference set(const Name& user, const Names& targets);
    Difference toggle(const Name& user, const Names& targets);
    std::size_t clear(const Name& user);

    Difference reverse_add(const Name& target, const Names& users);
    Difference reverse_remove(const Name& target, const Names& users);
    Difference reverse_set(const Name& target, const Names& users);
    Difference reverse_toggle(const Name& target, const Names& users);
    std::size_t reverse_clear(const Name& target);

    void insert(const Name& object) { rows_.insert(object); }
    /// The row goes with its links, as a deletion through the library; returns how many links.
    std::size_t remove_object(const Name& object);
    /// The row alone goes: its links stay, and lead nowhere. (BEHAVIOUR 2.9)
    void lose_row(const Name& target) { rows_.erase(target); }

    /// The targets of a user, or the users of a target, in the order of linking, rows that are gone left out.
    Names of_user(const Name& user) const;
    Names of_target(const Name& target) const;
    /// Links, those that lead nowhere included.
    std::size_t count(const Name& user) const;
    std::size_t reverse_count(const Name& target) const;
    std::map<std::string, std::size_t> count_by_model(const Name& user) const;
    bool contains(const Name& user, const Name& target) const;
    bool exists(const Name& object) const { return rows_.contains(object); }
    std::size_t size() const { return links_.size(); }

private:
    bool link(const Name& user, const Name& target);
    bool unlink(const Name& user, const Name& target);
    template <class Condition>
    std::size_t unlink_if(Condition&& condition);

    std::vector<Link> links_;  // in the order of linking
    std::set<Name> rows_;
};

/// "cinema.Movie" of "cinema.Movie:5".
std::string model_in(const std::string& name);

}  // namespace gm2m::test
