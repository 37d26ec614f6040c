#pragma once

#include <span>

#include <gm2m/registry.hpp>

#include "query/query_state.hpp"
#include "relation/distinct_keys.hpp"
#include "relation/loaded_links.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The objects of one model whose relation is loaded. Those of one key, which may be one object several times, are one
/// owner.
class Owners {
public:
    /// `all` lives as long as the owners. Throws UnsavedObject.
    Owners(const Model& model, std::span<const Object> all);

    std::size_t size() const noexcept { return keys_.size(); }
    /// One for each owner.
    const backend::ValueList& keys() const noexcept { return keys_.list(); }
    /// The same as they are in the columns of links: as texts where `side` is that of a GM2M field's targets.
    backend::ValueList near_keys(const schema::TypedSide& side) const;
    /// The same as texts.
    backend::ValueList key_texts() const;

    /// Gives each object the targets of its owner, by their numbers among `targets`; those that are empty are left out.
    /// `rows`, by the same numbers, are those of a through model that link them.
    void give(LinksByOwner links, std::span<const Object> targets, const detail::RelationData& relation, bool reverse,
              std::span<const Object> rows = {}) const;

private:
    struct Repeat {
        std::uint32_t owner;
        detail::Row* row;
    };

    DistinctKeys keys_;
    std::vector<detail::Row*> rows_;  // of each owner's first object
    std::vector<Repeat> repeats_;     // its other objects
};

}  // namespace gm2m::relation
