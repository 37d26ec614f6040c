#pragma once

#include <memory>
#include <utility>

namespace gm2m {

namespace detail {
struct ConditionNode;
}

/// A condition on the objects of a model: an immutable value, made from F and combined with &&, || and !. Names and
/// values are checked against the model when a query that has it runs; nothing runs if they do not fit.
class [[nodiscard]] Condition {
public:
    explicit Condition(std::shared_ptr<const detail::ConditionNode> node) noexcept : node_(std::move(node)) {}

    friend Condition operator&&(const Condition& a, const Condition& b);
    friend Condition operator||(const Condition& a, const Condition& b);
    /// Holds for all objects for which `condition` does not hold: also where that is for a value that is missing, and
    /// where it bears on related objects, for those that have none for which it holds.
    friend Condition operator!(const Condition& condition);

    const detail::ConditionNode& node() const noexcept { return *node_; }
    const std::shared_ptr<const detail::ConditionNode>& shared_node() const noexcept { return node_; }

private:
    std::shared_ptr<const detail::ConditionNode> node_;
};

}  // namespace gm2m
