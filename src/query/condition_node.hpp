#pragma once

#include <gm2m/expression.hpp>

namespace gm2m::detail {

/// A node of a condition's tree.
struct ConditionNode {
    enum class Type { comparison, conjunction, disjunction, negation };

    Type type = Type::comparison;
    // a comparison
    FieldPath field;
    Lookup lookup = Lookup::exact;
    std::vector<Operand> operands;
    // the others
    std::vector<std::shared_ptr<const ConditionNode>> children;
};

}  // namespace gm2m::detail
