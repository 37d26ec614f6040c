#pragma once

#include <span>
#include <utility>
#include <vector>

#include "query/condition_node.hpp"
#include "query/path.hpp"

namespace gm2m::query {

struct NamedExpression;

/// A node of a condition's tree whose names have been found in the models.
struct ResolvedCondition {
    using Type = detail::ConditionNode::Type;

    const detail::ConditionNode* source = nullptr;
    std::vector<ResolvedCondition> children;
    // of a comparison
    ResolvedPath path;
    std::vector<ResolvedPath> operand_paths;  // of operands that are fields
    std::vector<const NamedExpression*> operand_names;
    const NamedExpression* named = nullptr;

    Type type() const { return source->type; }
    Lookup lookup() const { return source->lookup; }
    /// Whether it may hold where the path leads to no object.
    bool is_test_for_missing() const;
};

using ConditionNodes = std::vector<const ResolvedCondition*>;

/// The hops of a node, after the first `skip`, that lead to the first of several objects; none if it bears on this row
/// alone, or its parts on different objects.
std::span<const Hop> first_multiple(const ResolvedCondition& node, std::size_t skip);

/// Appends the nodes that hold if `node` does: itself, or, if it is a conjunction, its parts.
void add_conjuncts(ConditionNodes& conjuncts, const ResolvedCondition& node);

/// Of the other nodes those that bear, in some part that no negation is around, on the same related objects as this one
/// does, or as one of those does; and the rest.
std::pair<ConditionNodes, ConditionNodes> those_that_meet(const ResolvedCondition& node, const ConditionNodes& nodes,
                                                          std::size_t skip);

}  // namespace gm2m::query
