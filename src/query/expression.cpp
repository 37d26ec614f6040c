#include <gm2m/expression.hpp>

#include "query/condition_node.hpp"

namespace gm2m {
namespace {

using detail::ConditionNode;

/// Nodes of one type side by side become one: a && b && c is one conjunction of three.
Condition combine(ConditionNode::Type type, const Condition& a, const Condition& b) {
    auto node = std::make_shared<ConditionNode>();
    node->type = type;
    for (const Condition* side : {&a, &b})
        if (side->node().type == type)
            node->children.insert(node->children.end(), side->node().children.begin(), side->node().children.end());
        else
            node->children.push_back(side->shared_node());
    return Condition(std::move(node));
}

Condition comparison(const detail::FieldPath& field, Lookup lookup, std::vector<Operand> operands) {
    auto node = std::make_shared<ConditionNode>();
    node->field = field;
    node->lookup = lookup;
    node->operands = std::move(operands);
    return Condition(std::move(node));
}

}  // namespace

std::string detail::FieldPath::member_text() const {
    return owner ? "a member of " + name_of(*owner) : path;
}

Condition operator&&(const Condition& a, const Condition& b) {
    return combine(ConditionNode::Type::conjunction, a, b);
}

Condition operator||(const Condition& a, const Condition& b) {
    return combine(ConditionNode::Type::disjunction, a, b);
}

Condition operator!(const Condition& condition) {
    auto node = std::make_shared<ConditionNode>();
    node->type = ConditionNode::Type::negation;
    node->children.push_back(condition.shared_node());
    return Condition(std::move(node));
}

OrderTerm::OrderTerm(std::string_view path) {
    descending = path.starts_with('-');
    path.remove_prefix(descending ? 1 : 0);
    field.path = path;
}

Condition F::compare(Lookup lookup, const Operand& operand) const {
    return comparison(field_, lookup, {operand});
}

Condition F::range(const Operand& least, const Operand& most) const {
    return comparison(field_, Lookup::range, {least, most});
}

Condition F::in(std::vector<Operand> values) const {
    return comparison(field_, Lookup::in, std::move(values));
}

}  // namespace gm2m
