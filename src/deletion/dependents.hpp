#pragma once

#include "model/relation_data.hpp"
#include "query/context.hpp"

namespace gm2m::deletion {

/// One end of a relation's join table.
struct LinkEnd {
    detail::RelationData* relation;
    bool reverse;  // the objects are targets
    /// Of a GM2M field's targets: whose content type the links have. Proxies have their own.
    const Model* linked_model;
    /// What becomes of the links of objects at this end. (BEHAVIOUR 6.1)
    LinkPolicy policy;
    /// The links are rows of a through model, which go as objects.
    bool has_through;
};

/// What depends on the rows of a model's table, whatever proxies it has: every relation that can link them, whether or
/// not this process has seen its reverse side, and the foreign keys that refer to them.
struct Dependents {
    std::vector<LinkEnd> ends;
    /// Those with another policy than do_nothing.
    std::vector<const Field*> foreign_keys;
    /// Whether constraints of the database make links, or what refers to the objects, go before their rows.
    bool go_last = false;
    /// Whether links, or what refers to the objects, have to be read before anything goes.
    bool go_after_reading = false;

    /// Whether a receiver of `deleting` is called.
    bool is_told(const Registry& registry) const;

    /// `model` is no proxy.
    static const Dependents& of(Context& context, const Model& model);
};

/// A policy that tells receivers of `deleting`.
inline bool has_signal(LinkPolicy policy) {
    return policy == LinkPolicy::cascade_signal || policy == LinkPolicy::do_nothing_signal ||
           policy == LinkPolicy::cascade_signal_veto;
}

inline bool leaves_links(LinkPolicy policy) {
    return policy == LinkPolicy::do_nothing || policy == LinkPolicy::do_nothing_signal;
}

/// Whether anybody would hear of a deletion that concerns a GM2M field, or the abstract model's that it is in the place
/// of.
bool is_heard(const Registry& registry, const GM2MField& field);

}  // namespace gm2m::deletion
