#pragma once

#include <list>
#include <vector>

#include <gm2m/deletion.hpp>

#include "deletion/dependents.hpp"
#include "deletion/going.hpp"
#include "deletion/memory.hpp"

namespace gm2m::deletion {

/// Objects of one model that go, as one end of a relation.
struct LinkSide {
    const Going* objects;
    bool reverse;
    LinkPolicy policy;
    const Model* linked_model;  // as LinkEnd has it
    /// The objects were not there when they were looked for. Their links go unless they are there after all: others
    /// with their keys were inserted meanwhile, and keep theirs.
    bool unless_there = false;
};

/// The links of one relation that lead from or to objects that go.
struct ConcernedLinks {
    detail::RelationData* relation;
    std::pmr::vector<LinkSide> sides;
    bool vetoed = false;
    bool told = false;  // receivers of `deleting`
    /// Of a relation through a model: they are among the objects that go, and counted there.
    bool are_objects = false;

    /// Of a GM2M field alone.
    GM2MField field() const { return gm2m_field(*relation); }
    /// The sides whose links go with the objects, or stay.
    std::pmr::vector<LinkSide> sides_where(bool they_go) const {
        std::pmr::vector<LinkSide> found(sides.get_allocator());
        for (const LinkSide& side : sides) {
            const bool kept = vetoed && side.policy == LinkPolicy::cascade_signal_veto;
            if ((kept || leaves_links(side.policy)) != they_go)
                found.push_back(side);
        }
        return found;
    }
};

/// A foreign key of objects that stay, to objects that go: it gets another value.
struct KeyUpdate {
    const Field* field;
    const Going* objects;
    bool unless_there = false;  // as LinkSide has it
};

/// All that one deletion concerns.
struct Collected {
    /// Outlives this.
    Memory& memory;
    std::pmr::list<Going> objects{memory.resource()};  // one for each model; they stay where they are
    std::pmr::list<Going> absent{memory.resource()};   // those that were given but not there to be locked
    std::pmr::vector<ConcernedLinks> links{memory.resource()};
    std::pmr::vector<KeyUpdate> updates{memory.resource()};
    bool rows_are_gone = false;  // they went as they were found

    explicit Collected(Memory& where) : memory(where) {}
    Collected(const Collected&) = delete;
    Collected& operator=(const Collected&) = delete;

    Going& of(const Model& model) {
        for (Going& going : objects)
            if (&going.model() == &model)
                return going;
        return objects.emplace_back(model);
    }
    const Going* find(const Model& model) const {
        for (const Going& going : objects)
            if (&going.model() == &model)
                return &going;
        return nullptr;
    }
};

}  // namespace gm2m::deletion
