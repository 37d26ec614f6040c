#pragma once

#include <span>
#include <utility>
#include <vector>

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// Models in the order in which their rows can go: what refers to others before those. Where foreign keys form a cycle,
/// some that can be NULL are cut; of a model to itself only if its rows go in several statements.
class DeletionOrder {
public:
    DeletionOrder(const Collected& collected, std::size_t keys_per_statement);

    std::span<const Going* const> order() const noexcept { return order_; }
    /// Foreign keys of objects that go, to be set to NULL before.
    const std::vector<std::pair<const Field*, const Going*>>& cuts() const noexcept { return cuts_; }

private:
    using Key = std::pair<const Field*, const Going*>;  // of these objects

    /// Of other models that are still to be placed.
    std::vector<Key> keys_to(const Going& going) const;
    bool is_on_cycle(const Going& going) const;
    /// The one on a cycle that the fewest keys refer to, all of which can be NULL.
    std::pmr::vector<const Going*>::iterator least_tied();
    void place_next();

    std::pmr::vector<const Going*> left_, order_;
    std::vector<Key> cuts_;
};

/// Whether rows of a model can refer to others of it, so that it matters which go in one statement.
bool refers_to_itself(const Model& model);

/// Whether the rows of a model can go in several statements only in an order of their own: they refer to each other by
/// a foreign key that cannot be cut.
bool is_tied_to_itself(const Model& model);

/// The keys in such an order: those of objects that refer to others of them before those, as the database has them now.
/// A statement for as many as one parameter holds; O(n). Of a cycle in any order.
backend::ValueList referring_first(Context& context, const Going& going);

}  // namespace gm2m::deletion
