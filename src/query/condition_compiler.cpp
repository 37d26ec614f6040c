#include "query/condition_compiler.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "query/kinds.hpp"
#include "query/sql_list.hpp"

namespace gm2m::query {

using detail::ConditionNode;
using Type = ConditionNode::Type;

namespace {

std::string_view name_of(Lookup lookup) {
    constexpr std::string_view names[] = {"exact", "iexact", "in", "range", "gt", "gte", "lt", "lte", "contains",
                                          "icontains", "startswith", "istartswith", "endswith", "iendswith", "isnull",
                                          "regex"};
    return names[static_cast<std::size_t>(lookup)];
}

std::pair<backend::Dialect::Match, bool> match_of(Lookup lookup) {
    using Match = backend::Dialect::Match;
    switch (lookup) {
        case Lookup::iexact: return {Match::equal, true};
        case Lookup::contains: return {Match::contains, false};
        case Lookup::icontains: return {Match::contains, true};
        case Lookup::startswith: return {Match::starts, false};
        case Lookup::istartswith: return {Match::starts, true};
        case Lookup::endswith: return {Match::ends, false};
        case Lookup::iendswith: return {Match::ends, true};
        default: return {Match::regex, false};
    }
}

bool is_text_lookup(Lookup lookup) {
    return lookup == Lookup::iexact || lookup == Lookup::regex ||
           (lookup >= Lookup::contains && lookup <= Lookup::iendswith);
}

/// A value to compare an annotation with.
Value as_kind(Kind kind, const Value& value) {
    if (are_comparable(value.kind(), kind))
        return value;
    char buffer[16];
    if (value.kind() == Kind::text)
        if (const auto parsed = text::parse_value(kind, value.view().text(), buffer))
            return Value(kind, *parsed);
    throw InvalidValue(
        fmt::format("a value of kind {} does not read as {}", gm2m::name_of(value.kind()), gm2m::name_of(kind)));
}

bool starts_with(std::span<const Hop> hops, std::span<const Hop> prefix) {
    return hops.size() >= prefix.size() && std::ranges::equal(hops.first(prefix.size()), prefix);
}

}  // namespace

ConditionCompiler::Node ConditionCompiler::resolve_tree(const Model& model, const ConditionNode& source) {
    Node node;
    node.source = &source;
    for (const auto& child : source.children)
        node.children.push_back(resolve_tree(model, *child));
    if (source.type != Type::comparison)
        return node;
    if (find_named_ && !source.field.owner)
        node.named = find_named_(source.field.path);
    node.path.text = source.field.path;
    if (!node.named)
        node.path = resolve(context_.registry, model, source.field);
    for (const Operand& operand : source.operands) {
        const auto& field = operand.field();
        node.operand_names.push_back(field && !field->owner && find_named_ ? find_named_(field->path) : nullptr);
        node.operand_paths.push_back(field && !node.operand_names.back() ? resolve(context_.registry, model, *field)
                                                                         : ResolvedPath{});
    }
    return node;
}

std::string ConditionCompiler::compile(Scope& scope, const Condition& condition) {
    const Node node = resolve_tree(scope.model(), condition.node());
    return write(scope, node, 0);
}

std::string ConditionCompiler::compile_inside(Scope& scope, const Condition& condition, const Model& model,
                                              std::span<const Hop> hops) {
    // The filter of an annotation knows none: it is what they are made of.
    const FindNamed names = std::exchange(find_named_, {});
    const Node node = resolve_tree(model, condition.node());
    require_inside(node, hops);
    std::string sql = write(scope, node, hops.size());
    find_named_ = names;
    return sql;
}

void ConditionCompiler::require_inside(const Node& node, std::span<const Hop> hops) const {
    for (const Node& child : node.children)
        require_inside(child, hops);
    if (node.type() == Type::comparison && (node.named || !starts_with(node.path.hops, hops)))
        throw QueryError(fmt::format("the filter of an aggregate bears on what is aggregated, which '{}' is not",
                                     node.path.text));
}

std::string ConditionCompiler::write(Scope& scope, const Node& node, std::size_t skip) {
    if (node.type() == Type::negation)
        return write_negation(scope, node.children.front(), skip);
    if (node.type() != Type::disjunction || !first_multiple(node, skip).empty())
        return write_all(scope, {&node}, skip);
    std::vector<std::string> parts;
    for (const Node& child : node.children)
        parts.push_back(write(scope, child, skip));
    return joined(parts, " OR ");
}

/// What bears on the same related objects as a whole is an absence of such objects.
std::string ConditionCompiler::write_negation(Scope& scope, const Node& negated, std::size_t skip) {
    ConditionNodes parts;
    add_conjuncts(parts, negated);
    const std::span<const Hop> hops = first_multiple(*parts.front(), skip);
    const Node& first = *parts.front();
    if (parts.size() == 1 && first.type() == Type::comparison && first.lookup() == Lookup::isnull &&
        !first.path.field) {
        const bool missing = first.source->operands.front().value().get<bool>();
        if (hops.empty() && first.path.open_relation)
            return write_missing(scope, first, skip, !missing);
        if (!hops.empty() && first.path.hops.size() == skip + hops.size() && !first.path.is_open())
            return missing ? write_related(scope, hops, {}) : write_unrelated(scope, hops, {});
    }
    const bool together = !hops.empty() && std::ranges::all_of(parts, [&](const Node* part) {
        return !part->is_test_for_missing() && std::ranges::equal(first_multiple(*part, skip), hops);
    });
    if (together)
        return write_unrelated(scope, hops,
                               [&](Scope& inner) { return write_all(inner, parts, skip + hops.size()); });
    return fmt::format("({}) IS NOT TRUE", write(scope, negated, skip));
}

/// All of the nodes hold; those that bear on the same related objects do so for one and the same of them.
std::string ConditionCompiler::write_all(Scope& scope, const ConditionNodes& nodes, std::size_t skip) {
    ConditionNodes left;
    for (const Node* node : nodes)
        add_conjuncts(left, *node);
    for (const Node* node : left)
        if (node->type() == Type::disjunction && first_multiple(*node, skip).empty()) {
            const auto [with, others] = those_that_meet(*node, left, skip);
            if (!with.empty())
                return write_alternatives(scope, *node, with, others, skip);
        }
    std::vector<std::string> parts;
    while (!left.empty()) {
        const Node& node = *left.front();
        const std::span<const Hop> hops = first_multiple(node, skip);
        if (hops.empty()) {
            parts.push_back(node.type() == Type::comparison ? write_comparison(scope, node, skip)
                                                            : write(scope, node, skip));
            left.erase(left.begin());
            continue;
        }
        ConditionNodes together, others;
        for (const Node* each : left)
            (std::ranges::equal(first_multiple(*each, skip), hops) ? together : others).push_back(each);
        parts.push_back(write_together(scope, together, hops, skip));
        left = std::move(others);
    }
    return parts.empty() ? "1 = 1" : joined(parts, " AND ");
}

/// Alternatives that bear on different objects: each is put together with what bears on the same as it does.
std::string ConditionCompiler::write_alternatives(Scope& scope, const Node& disjunction, const ConditionNodes& with,
                                                  const ConditionNodes& others, std::size_t skip) {
    constexpr std::size_t most = 1'000;
    std::vector<std::string> alternatives;
    for (const Node& child : disjunction.children) {
        if (++alternatives_ > most)
            throw QueryError(
                "too many alternatives on related objects in one call of filter(): what bears on one object can "
                "be combined in too many ways; give conditions to further calls");
        ConditionNodes together = with;
        together.push_back(&child);
        alternatives.push_back(write_all(scope, together, skip));
    }
    const std::string any = joined(alternatives, " OR ");
    return others.empty() ? any : joined({any, write_all(scope, others, skip)}, " AND ");
}

/// The nodes hold for one of the objects that the hops lead to; or, if they only test for what is missing, there is
/// none.
std::string ConditionCompiler::write_together(Scope& scope, const ConditionNodes& nodes, std::span<const Hop> hops,
                                              std::size_t skip) {
    const std::size_t inside = skip + hops.size();
    bool linked = false, unlinked = false;
    ConditionNodes of_object, of_missing;
    for (const Node* node : nodes) {
        const bool is_test = node->is_test_for_missing();
        const bool missing = is_test && node->source->operands.front().value().get<bool>();
        if (is_test && node->path.hops.size() == inside && !node->path.field && !node->path.is_open())
            (missing ? unlinked : linked) = true;
        else
            (missing ? of_missing : of_object).push_back(node);
    }
    if (unlinked && (linked || !of_object.empty()))
        return "1 = 0";
    if (unlinked)
        return write_unrelated(scope, hops, {});
    if (of_object.empty() && of_missing.empty())
        return write_related(scope, hops, {});
    const auto related = [&](const ConditionNodes& conditions) {
        return write_related(scope, hops, [&](Scope& inner) { return write_all(inner, conditions, inside); });
    };
    if (!of_object.empty()) {
        of_object.insert(of_object.end(), of_missing.begin(), of_missing.end());
        return related(of_object);
    }
    const std::string any = linked ? write_related(scope, hops, {}) + " AND " : "";
    // A link to what is gone leads to no object.
    const std::string none =
        write_unrelated(scope, hops, [&](Scope& inner) { return write_all(inner, {}, inside); });
    return fmt::format("{}({} OR {})", any, none, related(of_missing));
}

std::string ConditionCompiler::write_comparison(Scope& scope, const Node& node, std::size_t skip) {
    if (node.named)
        return compare(scope, node, skip, node.named->sql, node.named->kind);
    if (node.lookup() == Lookup::isnull)
        return write_missing(scope, node, skip, node.source->operands.front().value().get<bool>());
    if (node.path.is_open())
        return write_link(scope, node, skip);
    const std::span hops = std::span(node.path.hops).subspan(skip);
    return compare(scope, node, skip, scope.column(hops, node.path.compared()), node.path.compared().kind());
}

Value fitting(const ResolvedPath& path, const NamedExpression* named, const Operand& operand) {
    if (const auto& reference = operand.reference()) {
        if (named)
            throw QueryError(fmt::format("the annotation '{}' cannot be compared with an object", path.text));
        const Model* wanted =
            path.field && path.field->is_foreign_key() ? path.field->target() : &path.compared().model();
        if (!reference->model || !reference->model->is_a(*wanted) ||
            (!path.compared().is_primary_key() && !path.compared().is_foreign_key()))
            throw QueryError(fmt::format("'{}' cannot be compared with an object of {}", path.text,
                                         reference->model ? reference->model->label() : "no model"));
        return reference->key;
    }
    const Value& value = operand.value();
    if (value.is_null())
        throw QueryError(
            fmt::format("'{}' is compared with nothing: ask for what is missing with isnull()", path.text));
    if (form_of(value.kind()) == ValueView::Form::text &&
        (value.view().text().find('\0') != std::string_view::npos || !text::is_valid_utf8(value.view().text())))
        throw InvalidValue(fmt::format("'{}' is compared with text that has a NUL byte or is not UTF-8", path.text));
    try {
        return named ? as_kind(named->kind, value) : path.compared().coerce(value);
    } catch (InvalidValue& error) {
        error.add_context(fmt::format("in the lookup '{}'", path.text));
        throw;
    }
}

std::string ConditionCompiler::right_side(Scope& scope, const Node& node, std::size_t skip, std::size_t i, Kind kind) {
    const Operand& operand = node.source->operands[i];
    if (!operand.field())
        return writer_.bind(fitting(node.path, node.named, operand), {.operand = &operand, .path = node.path});
    const ResolvedPath& other = node.operand_paths[i];
    const auto require_comparable = [&](Kind other_kind, const std::string& text) {
        if (!are_comparable(other_kind, kind))
            throw QueryError(fmt::format("'{}' is of kind {}, '{}' of kind {}: they cannot be compared", node.path.text,
                                         gm2m::name_of(kind), text, gm2m::name_of(other_kind)));
    };
    if (const NamedExpression* named = node.operand_names[i]) {
        if (skip > 0)
            throw QueryError(fmt::format("'{}' cannot be compared with '{}': they are of different objects",
                                         node.path.text, operand.field()->path));
        require_comparable(named->kind, operand.field()->path);
        return named->sql;
    }
    const std::span<const Hop> around = std::span(node.path.hops).first(std::min(skip, node.path.hops.size()));
    if (!other.field || !starts_with(other.hops, around) ||
        std::ranges::any_of(std::span(other.hops).subspan(around.size()), &Hop::is_multiple))
        throw QueryError(fmt::format("'{}' cannot be compared with '{}': they are fields of different objects",
                                     node.path.text, other.text));
    require_comparable(other.field->kind(), other.text);
    return scope.column(std::span(other.hops).subspan(around.size()), *other.field);
}

std::string ConditionCompiler::compare(Scope& scope, const Node& node, std::size_t skip, const std::string& left,
                                       Kind kind) {
    const auto binary = [&](std::string_view op) {
        return fmt::format("{} {} {}", left, op, right_side(scope, node, skip, 0, kind));
    };
    switch (node.lookup()) {
        case Lookup::exact: return binary("=");
        case Lookup::gt: return binary(">");
        case Lookup::gte: return binary(">=");
        case Lookup::lt: return binary("<");
        case Lookup::lte: return binary("<=");
        case Lookup::in: return compare_list(node, left, kind);
        case Lookup::range: {
            const std::string least = right_side(scope, node, skip, 0, kind);
            return fmt::format("{} BETWEEN {} AND {}", left, least, right_side(scope, node, skip, 1, kind));
        }
        case Lookup::isnull:
            return fmt::format("{} IS {}NULL", left, node.source->operands.front().value().get<bool>() ? "" : "NOT ");
        default: return compare_text(node, left, kind);
    }
}

std::string ConditionCompiler::compare_list(const Node& node, const std::string& left, Kind kind) {
    if (node.source->operands.empty())
        return node.named ? fmt::format("1 = 0 AND {} IS NULL", left) : "1 = 0";  // whose parameters are bound already
    const ValueView::Form form = form_of(kind);
    const bool flat = form == ValueView::Form::integer || kind == Kind::text || kind == Kind::uuid;
    backend::ValueList list(kind);
    std::vector<std::string> alternatives;
    for (const Operand& operand : node.source->operands) {
        if (operand.field())
            throw QueryError(fmt::format("'{}': in() takes values, not fields", node.path.text));
        const Value value = fitting(node.path, node.named, operand);
        if (flat)
            list.push(value.view());
        else
            alternatives.push_back(fmt::format("{} = {}", left, writer_.bind(value)));
    }
    return flat ? writer_.dialect().in_list(left, writer_.bind(std::move(list)), kind) : joined(alternatives, " OR ");
}

std::string ConditionCompiler::compare_text(const Node& node, const std::string& left, Kind kind) {
    if (!is_text_lookup(node.lookup()) || kind != Kind::text)
        throw QueryError(fmt::format("the lookup {} is for text, but '{}' is of kind {}", name_of(node.lookup()),
                                     node.path.text, gm2m::name_of(kind)));
    const Operand& operand = node.source->operands.front();
    if (operand.field() || operand.reference())
        throw QueryError(fmt::format("'{}': the lookup {} takes a text", node.path.text, name_of(node.lookup())));
    const Value value = fitting(node.path, node.named, operand);
    const auto [match, ignore_case] = match_of(node.lookup());
    return writer_.dialect().match_text(left, match, ignore_case, value.view().text(),
                                        [&](std::string pattern) { return writer_.bind(Value(pattern)); });
}

}  // namespace gm2m::query
