#pragma once

#include <functional>
#include <initializer_list>

#include <gm2m/related_manager.hpp>

#include "model/relation_data.hpp"
#include "query/context.hpp"

namespace gm2m::relation {

/// Tells the receivers of a relation's signals what an operation on one object's links does. (BEHAVIOUR 6.7)
class LinkNotice {
public:
    LinkNotice(Context& context, detail::RelationData& relation, bool reverse, Reference object)
        : context_(context), relation_(relation), reverse_(reverse), object_(std::move(object)) {}

    bool is_heard() const;
    bool is_heard_of_clearing() const;

    /// What is to be run: also before, as a rehearsal that is undone.
    using Operation = std::function<Changes(bool rehearsing)>;
    /// Runs the operation, in a transaction, with what is sent before and after.
    Changes around(const Operation& run) const;
    std::size_t around_clear(const std::function<bool()>& has_links, const std::function<std::size_t()>& run) const;

private:
    Changes rehearse(const Operation& run) const;
    void lock_object() const;
    using SignalMember = Signal<LinkChange> LinkSignals::*;
    bool is_heard_of(std::initializer_list<SignalMember> signals) const;
    void send(SignalMember signal, std::span<const Reference> objects) const;
    void send(SignalMember signal, std::span<const Reference> objects, std::size_t count) const;

    Context& context_;
    detail::RelationData& relation_;
    bool reverse_;
    Reference object_;
};

}  // namespace gm2m::relation
