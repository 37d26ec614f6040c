#include "query/query_shape.hpp"

#include "query/condition_node.hpp"

namespace gm2m::query {
namespace {

using detail::ConditionNode;

class ShapeWriter {
public:
    explicit ShapeWriter(QueryShape& shape) : shape_(shape) {}

    void add(const detail::QueryState& state) {
        add_number(state.filters.size());
        for (const Condition& condition : state.filters)
            add(condition.node());
        add_number(state.order.size());
        for (const OrderTerm& term : state.order) {
            add(term.field);
            add_number(term.descending);
            add_number(term.nulls);
        }
        add_number(state.reversed);
        add_number(state.offset);
        add_number(state.limit.value_or(-1));
    }

private:
    /// All numbers take one size, and texts follow theirs, so that no two shapes have one key.
    template <class T>
    void add_number(T number) {
        const auto wide = static_cast<std::int64_t>(number);
        shape_.key.append(reinterpret_cast<const char*>(&wide), sizeof wide);
    }
    void add_pointer(const void* pointer) { add_number(reinterpret_cast<std::intptr_t>(pointer)); }

    void add(const detail::FieldPath& path) {
        add_pointer(path.owner);
        if (path.owner) {
            shape_.key.append(reinterpret_cast<const char*>(path.member.data()), path.member.size());
        } else {
            add_number(path.path.size());
            shape_.key += path.path;
        }
    }

    void add(const ConditionNode& node) {
        add_number(node.type);
        if (node.type != ConditionNode::Type::comparison) {
            add_number(node.children.size());
            for (const auto& child : node.children)
                add(*child);
            return;
        }
        add_number(node.lookup);
        add(node.field);
        add_number(node.operands.size());
        for (const Operand& operand : node.operands)
            add(operand, node.lookup);
    }

    void add(const Operand& operand, Lookup lookup) {
        shape_.operands.push_back(&operand);
        add_number(operand.field() ? 0 : operand.reference() ? 1 : 2);
        if (operand.field())
            add(*operand.field());
        else if (operand.reference())
            add_pointer(operand.reference()->model);
        else if (lookup == Lookup::isnull)
            add_number(operand.value().get<bool>());
    }

    QueryShape& shape_;
};

}  // namespace

std::optional<QueryShape> QueryShape::of(const detail::QueryState& state) {
    if (state.linked || !state.annotations.empty())
        return std::nullopt;
    std::optional<QueryShape> shape(std::in_place);
    ShapeWriter(*shape).add(state);
    return shape;
}

}  // namespace gm2m::query
