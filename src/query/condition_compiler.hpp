#pragma once

#include <functional>

#include "query/context.hpp"
#include "query/resolved_condition.hpp"
#include "query/scope.hpp"

namespace gm2m::query {

/// What a query calls by a name that is no field: an annotation.
struct NamedExpression {
    std::string sql;
    Kind kind;
};
/// Finds what a name stands for, writing it into the statement the first time; null if it is no such name.
using FindNamed = std::function<const NamedExpression*(std::string_view)>;

/// An operand, not a field, as a value of the kind of what the path leads to, or of the annotation, if it is one.
/// Throws QueryError, InvalidValue.
Value fitting(const ResolvedPath& path, const NamedExpression* named, const Operand& operand);

/// Writes conditions as SQL. What bears on several related objects becomes `key IN (SELECT …)`, so that no row is
/// multiplied, an index serves either direction, and the statement also runs distributed. (DESIGN 5)
class ConditionCompiler {
public:
    ConditionCompiler(Context& context, SqlWriter& writer, FindNamed find_named = {})
        : context_(context), writer_(writer), find_named_(std::move(find_named)) {}

    /// A truth value. Throws UnknownField, QueryError, InvalidValue.
    std::string compile(Scope& scope, const Condition& condition);

    /// The same for a condition of `model` within the table that the hops lead to from it; QueryError if it bears on
    /// anything else.
    std::string compile_inside(Scope& scope, const Condition& condition, const Model& model, std::span<const Hop> hops);

private:
    /// A condition on the objects at the end of a hop; any if it is empty.
    using Inner = std::function<std::string(Scope&)>;
    struct Leading;
    using Node = ResolvedCondition;

    Node resolve_tree(const Model& model, const detail::ConditionNode& node);
    void require_inside(const Node& node, std::span<const Hop> hops) const;

    std::string write(Scope& scope, const Node& node, std::size_t skip);
    std::string write_all(Scope& scope, const ConditionNodes& nodes, std::size_t skip);
    std::string write_alternatives(Scope& scope, const Node& disjunction, const ConditionNodes& with,
                                   const ConditionNodes& others, std::size_t skip);
    std::string write_together(Scope& scope, const ConditionNodes& nodes, std::span<const Hop> hops, std::size_t skip);
    std::string write_comparison(Scope& scope, const Node& node, std::size_t skip);
    std::string write_related(Scope& scope, std::span<const Hop> hops, const Inner& inner);
    std::string write_unrelated(Scope& scope, std::span<const Hop> hops, const Inner& inner);
    bool is_difference_of_sets(Layout layout) const;
    std::string write_negation(Scope& scope, const Node& negated, std::size_t skip);
    Leading rows_that_lead(const Hop& hop, const Inner& inner, bool joined);
    std::pair<std::string, std::string> in_one_form(const std::string& column, const Leading& rows, Kind kind) const;
    std::string write_generic(Scope& scope, std::span<const Hop> hops, const Inner& inner);
    std::string write_missing(Scope& scope, const Node& node, std::size_t skip, bool missing);
    std::string write_unlinked(Scope& scope, std::span<const Hop> hops, const GM2MField& relation, bool unlinked);
    std::string write_link(Scope& scope, const Node& node, std::size_t skip);
    std::string write_references(const Node& node, const std::string& content_type, const std::string& key,
                                 const GenericForeignKey* generic);
    std::string generic_key(const GenericForeignKey& generic, const Model& target, const std::string& column) const;
    void require_same_form(const GenericForeignKey& generic, const Model& target) const;
    std::string bind_content_type(const Model& model);
    std::string right_side(Scope& scope, const Node& node, std::size_t skip, std::size_t operand, Kind kind);
    std::string compare(Scope& scope, const Node& node, std::size_t skip, const std::string& left, Kind kind);
    std::string compare_list(const Node& node, const std::string& left, Kind kind);
    std::string compare_text(const Node& node, const std::string& left, Kind kind);

    Context& context_;
    SqlWriter& writer_;
    FindNamed find_named_;
    std::size_t alternatives_ = 0;  // that were multiplied with what bears on the same objects
};

}  // namespace gm2m::query
