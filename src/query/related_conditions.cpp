#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "query/condition_compiler.hpp"
#include "query/sql_list.hpp"
#include "schema/join_table.hpp"

/// The conditions that lead over relations to other tables.
namespace gm2m::query {

/// The rows by which a hop leads to objects for which `inner` holds, or to any.
struct ConditionCompiler::Leading {
    std::string from;
    std::string condition;
    std::string near;  // the column that holds the keys of the objects from which it leads
    bool near_is_text = false;
    Layout layout = Layout::standard;
};

/// This row, or what its foreign keys lead to, is one from which the last hop leads to an object for which `inner`
/// holds.
std::string ConditionCompiler::write_related(Scope& scope, std::span<const Hop> hops, const Inner& inner) {
    if (hops.back().type == Hop::Type::generic_foreign_key)
        return write_generic(scope, hops, inner);
    const Field& key = hops.back().from->primary_key();
    const std::string column = scope.column(hops.first(hops.size() - 1), key);
    const Leading rows = rows_that_lead(hops.back(), inner, writer_.dialect().writes_row_by_row());
    const auto [left, selected] = in_one_form(column, rows, key.kind());
    return fmt::format("{} IN (SELECT {} FROM {} WHERE {})", left, selected, rows.from, rows.condition);
}

/// How it is said that there is no link: by an anti-join, for which an index of the table serves (the negation of a
/// membership is none on PostgreSQL); where the table may be distributed, which takes no correlated subquery, by a
/// difference of sets. (DESIGN 5)
bool ConditionCompiler::is_difference_of_sets(Layout layout) const {
    return layout == Layout::compact && !writer_.dialect().writes_row_by_row();
}

/// It is none such.
std::string ConditionCompiler::write_unrelated(Scope& scope, std::span<const Hop> hops, const Inner& inner) {
    if (hops.back().type == Hop::Type::generic_foreign_key)
        return fmt::format("({}) IS NOT TRUE", write_generic(scope, hops, inner));
    const Model& from = *hops.back().from;
    const Field& key = from.primary_key();
    const std::string column = scope.column(hops.first(hops.size() - 1), key);
    const Leading rows = rows_that_lead(hops.back(), inner, false);
    if (!is_difference_of_sets(rows.layout))
        return fmt::format("NOT EXISTS (SELECT 1 FROM {} WHERE {} AND {} = {})", rows.from, rows.condition, rows.near,
                           rows.near_is_text ? writer_.dialect().key_to_text(column, key.kind()) : column);
    Scope all(context_, writer_, from);
    const auto [left, selected] = in_one_form(column, rows, key.kind());
    const std::string own = in_one_form(all.column(key), rows, key.kind()).first;
    return fmt::format("({} IN (SELECT {} FROM {} EXCEPT SELECT {} FROM {} WHERE {}){})", left, own, all.from(),
                       selected, rows.from, rows.condition,
                       hops.size() > 1 ? fmt::format(" OR {} IS NULL", column) : "");
}

/// A column of keys and the one that the rows have, so that they compare: as keys if SQL can read the texts, else as
/// texts.
std::pair<std::string, std::string> ConditionCompiler::in_one_form(const std::string& column, const Leading& rows,
                                                                   Kind kind) const {
    if (!rows.near_is_text)
        return {column, rows.near};
    if (std::string typed = writer_.dialect().key_from_text(rows.near, kind); !typed.empty())
        return {column, typed};
    return {writer_.dialect().key_to_text(column, kind), rows.near};
}

/// The row's generic foreign key names an object of the hop's model for which `inner` holds.
std::string ConditionCompiler::write_generic(Scope& scope, std::span<const Hop> hops, const Inner& inner) {
    const Hop& hop = hops.back();
    const std::span before = hops.first(hops.size() - 1);
    std::string sql = fmt::format("{} = {}", scope.column(before, *hop.generic->content_type),
                                  bind_content_type(hop.to->concrete_model()));
    if (inner) {
        Scope target(context_, writer_, *hop.to);
        const std::string condition = inner(target);
        sql += fmt::format(" AND {} IN (SELECT {} FROM {} WHERE {})", scope.column(before, *hop.generic->key),
                           generic_key(*hop.generic, *hop.to, target.column(hop.to->primary_key())), target.from(),
                           condition);
    }
    return sql;
}

/// A column of primary keys of `target` as the generic foreign key holds them.
std::string ConditionCompiler::generic_key(const GenericForeignKey& generic, const Model& target,
                                           const std::string& column) const {
    const Kind kind = target.primary_key().kind();
    if (generic.key->kind() == Kind::text)
        return writer_.dialect().key_to_text(column, kind);
    require_same_form(generic, target);
    return column;
}

void ConditionCompiler::require_same_form(const GenericForeignKey& generic, const Model& target) const {
    if (generic.key->kind() != Kind::text && form_of(generic.key->kind()) != form_of(target.primary_key().kind()))
        throw QueryError(fmt::format("{} is of kind {}, and cannot refer to the keys of {}, which are of kind {}",
                                     generic.key->label(), gm2m::name_of(generic.key->kind()), target.label(),
                                     gm2m::name_of(target.primary_key().kind())));
}

std::string ConditionCompiler::bind_content_type(const Model& model) {
    // No row has the content type 0: what no database knows of yet is linked to nothing.
    return writer_.bind(Value(context_.content_types.id_or_none(model)), {.content_type = &model});
}

/// `joined`: from the objects to their links, by a join in that order, rather than the links whose objects are among
/// these: where no table is distributed that saves the engine a table of the objects' keys.
ConditionCompiler::Leading ConditionCompiler::rows_that_lead(const Hop& hop, const Inner& inner, bool joined) {
    const backend::Dialect& dialect = writer_.dialect();
    if (hop.type == Hop::Type::reverse_foreign_key) {
        Scope scope(context_, writer_, *hop.to);
        const std::string condition = inner ? fmt::format(" AND ({})", inner(scope)) : "";
        const std::string key = scope.column(*hop.foreign_key);
        return {.from = scope.from(), .condition = fmt::format("{} IS NOT NULL{}", key, condition), .near = key,
                .layout = hop.to->has_primary_key() ? Layout::standard : Layout::compact};
    }
    const schema::JoinTable join = schema::join_table_of(*hop.relation);
    const bool reverse = hop.type == Hop::Type::reverse_gm2m;
    const Model& target = reverse ? *hop.from : *hop.to;
    const std::string links = writer_.alias();
    const auto column = [&](const std::string& name) { return fmt::format("{}.{}", links, dialect.quote(name)); };
    Leading rows{.from = fmt::format("{} AS {}", dialect.table(join.name), links),
                 .condition = fmt::format("{} = {}{}", column(join.content_type_column),
                                          bind_content_type(join.linked_model(target)),
                                          schema::and_is_link(dialect, join, links + ".")),
                 .near = column(reverse ? join.key_column : join.source_column),
                 .near_is_text = reverse,
                 .layout = join.layout};
    if (inner) {
        Scope scope(context_, writer_, *hop.to);
        const std::string condition = inner(scope);
        const std::string key = scope.column(hop.to->primary_key());
        const std::string object_key = reverse ? key : dialect.key_to_text(key, target.primary_key().kind());
        const std::string linked = column(reverse ? join.source_column : join.key_column);
        if (joined) {
            rows.from = fmt::format("{} CROSS JOIN {}", scope.from(), rows.from);
            rows.condition += fmt::format(" AND {} = {} AND ({})", linked, object_key, condition);
        } else {
            rows.condition +=
                fmt::format(" AND {} IN (SELECT {} FROM {} WHERE {})", linked, object_key, scope.from(), condition);
        }
    }
    return rows;
}

/// What the path names, over foreign keys alone, is missing.
std::string ConditionCompiler::write_missing(Scope& scope, const Node& node, std::size_t skip, bool missing) {
    const std::span hops = std::span<const Hop>(node.path.hops).subspan(skip);
    if (node.path.open_relation)
        return write_unlinked(scope, hops, *node.path.open_relation, missing);
    if (const GenericForeignKey* generic = node.path.open_generic)
        return fmt::format("({} IS NULL OR {} IS NULL) IS {}TRUE", scope.column(hops, *generic->content_type),
                           scope.column(hops, *generic->key), missing ? "" : "NOT ");
    return fmt::format("{} IS {}NULL", scope.column(hops, node.path.compared()), missing ? "" : "NOT ");
}

/// Whether the row, or what its foreign keys lead to, links nothing.
std::string ConditionCompiler::write_unlinked(Scope& scope, std::span<const Hop> hops, const GM2MField& relation,
                                              bool unlinked) {
    const schema::JoinTable join = schema::join_table_of(relation);
    const backend::Dialect& dialect = writer_.dialect();
    const std::string key = scope.column(hops, relation.source().primary_key());
    const std::string source = dialect.quote(join.source_column), table = dialect.table(join.name);
    if (!unlinked)
        return fmt::format("{} IN (SELECT {} FROM {}{})", key, source, table,
                           join.nullable_columns.empty() ? "" : " WHERE 1 = 1" + schema::and_is_link(dialect, join));
    if (is_difference_of_sets(join.layout)) {
        Scope all(context_, writer_, relation.source());
        return fmt::format("({} IN (SELECT {} FROM {} EXCEPT SELECT {} FROM {}){})", key,
                           all.column(relation.source().primary_key()), all.from(), source, table,
                           hops.empty() ? "" : fmt::format(" OR {} IS NULL", key));
    }
    const std::string links = writer_.alias();
    return fmt::format("NOT EXISTS (SELECT 1 FROM {} AS {} WHERE {}.{} = {}{})", table, links, links, source, key,
                       schema::and_is_link(dialect, join, links + "."));
}

/// A relation to objects of any models, compared with objects: whether one of them is linked.
std::string ConditionCompiler::write_link(Scope& scope, const Node& node, std::size_t skip) {
    const std::span hops = std::span<const Hop>(node.path.hops).subspan(skip);
    if (const GenericForeignKey* generic = node.path.open_generic)
        return write_references(node, scope.column(hops, *generic->content_type), scope.column(hops, *generic->key),
                                generic);
    const GM2MField& relation = *node.path.open_relation;
    const schema::JoinTable join = schema::join_table_of(relation);
    const backend::Dialect& dialect = writer_.dialect();
    const std::string key = scope.column(hops, relation.source().primary_key());
    return fmt::format("{} IN (SELECT {} FROM {} WHERE {})", key, dialect.quote(join.source_column),
                       dialect.table(join.name),
                       write_references(node, dialect.quote(join.content_type_column), dialect.quote(join.key_column),
                                        nullptr));
}

/// Content type and key are those of one of the objects; `generic`, if it is such a key rather than a join table's.
std::string ConditionCompiler::write_references(const Node& node, const std::string& content_type,
                                                const std::string& key, const GenericForeignKey* generic) {
    std::map<const Model*, std::vector<const Reference*>> by_model;  // by that whose content type they have
    const bool of_proxies = node.path.open_relation && !node.path.open_relation->options().for_concrete_model;
    for (const Operand& operand : node.source->operands) {
        const auto& reference = operand.reference();
        if ((node.lookup() != Lookup::exact && node.lookup() != Lookup::in) || !reference)
            throw QueryError(
                fmt::format("'{}' refers to objects of any models: compare it with objects, or follow it to "
                            "one model, as in '{}__movie__title'",
                            node.path.text, node.path.text));
        if (!reference->model)
            throw QueryError(fmt::format("'{}' is compared with a reference that names no model", node.path.text));
        try {
            require_fitting_key(*reference);
        } catch (InvalidValue& error) {
            error.add_context(node.path.text);
            throw;
        }
        by_model[of_proxies ? reference->model : &reference->model->concrete_model()].push_back(&*reference);
    }
    std::vector<std::string> alternatives;
    for (const auto& [model, references] : by_model) {
        if (generic)
            require_same_form(*generic, *model);
        const Kind kind = generic && generic->key->kind() != Kind::text ? generic->key->kind() : Kind::text;
        const auto stored = [&](const Reference& reference) {
            return kind == Kind::text ? Value(reference.key.to_string()) : reference.key;
        };
        const std::string type = fmt::format("{} = {}", content_type, bind_content_type(*model));
        if (references.size() == 1) {
            alternatives.push_back(fmt::format("{} AND {} = {}", type, key, writer_.bind(stored(*references.front()))));
            continue;
        }
        backend::ValueList keys(kind);
        for (const Reference* reference : references)
            keys.push(stored(*reference).view());
        alternatives.push_back(
            fmt::format("{} AND {}", type, writer_.dialect().in_list(key, writer_.bind(std::move(keys)), kind)));
    }
    return alternatives.empty() ? "1 = 0" : joined(alternatives, " OR ");
}

}  // namespace gm2m::query
