#include "query/resolved_condition.hpp"

#include <algorithm>

namespace gm2m::query {
namespace {

using Type = ResolvedCondition::Type;

bool bears_on(const ResolvedCondition& node, std::span<const Hop> hops, std::size_t skip) {
    if (node.type() == Type::comparison)
        return std::ranges::equal(first_multiple(node, skip), hops);
    return node.type() != Type::negation &&
           std::ranges::any_of(node.children, [&](const auto& child) { return bears_on(child, hops, skip); });
}

bool meets(const ResolvedCondition& node, const ResolvedCondition& other, std::size_t skip) {
    if (node.type() == Type::comparison) {
        const std::span<const Hop> hops = first_multiple(node, skip);
        return !hops.empty() && bears_on(other, hops, skip);
    }
    return node.type() != Type::negation &&
           std::ranges::any_of(node.children, [&](const auto& child) { return meets(child, other, skip); });
}

}  // namespace

bool ResolvedCondition::is_test_for_missing() const {
    return type() == Type::comparison && lookup() == Lookup::isnull &&
           (!path.field || source->operands.front().value().get<bool>());
}

std::span<const Hop> first_multiple(const ResolvedCondition& node, std::size_t skip) {
    if (node.type() == Type::negation)
        return {};  // what it says is of all related objects together
    if (node.type() == Type::comparison) {
        const std::span hops = std::span(node.path.hops).subspan(skip);
        const auto multiple = std::ranges::find_if(hops, &Hop::is_multiple);
        return multiple == hops.end() ? std::span<const Hop>{}
                                      : hops.first(static_cast<std::size_t>(multiple - hops.begin()) + 1);
    }
    const std::span<const Hop> first = first_multiple(node.children.front(), skip);
    for (const ResolvedCondition& child : node.children)
        if (child.is_test_for_missing() || !std::ranges::equal(first_multiple(child, skip), first))
            return {};
    return first;
}

void add_conjuncts(ConditionNodes& conjuncts, const ResolvedCondition& node) {
    if (node.type() != Type::conjunction)
        return conjuncts.push_back(&node);
    for (const ResolvedCondition& child : node.children)
        add_conjuncts(conjuncts, child);
}

std::pair<ConditionNodes, ConditionNodes> those_that_meet(const ResolvedCondition& node, const ConditionNodes& nodes,
                                                          std::size_t skip) {
    ConditionNodes reached{&node}, others = nodes;
    std::erase(others, &node);
    for (std::size_t i = 0; i < reached.size(); ++i) {
        const auto met = std::ranges::stable_partition(
            others, [&](const ResolvedCondition* other) { return !meets(*other, *reached[i], skip); });
        reached.insert(reached.end(), met.begin(), met.end());
        others.erase(met.begin(), met.end());
    }
    reached.erase(reached.begin());
    return {reached, others};
}

}  // namespace gm2m::query
