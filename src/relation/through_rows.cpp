#include "relation/through_rows.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "query/object_sink.hpp"
#include "query/query_compiler.hpp"
#include "relation/follow.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {
namespace {

std::vector<Object> fetch(Context& context, const detail::QueryState& query) {
    query::QueryCompiler compiler(context, query);
    compiler.select_objects();
    std::vector<Object> objects;
    ObjectSink sink(*query.model, objects);
    backend::Request request = compiler.request(&sink);
    context.connection.execute(request, backend::Access::read);
    return objects;
}

std::vector<Operand> operands(std::span<const Value> values) {
    return {values.begin(), values.end()};
}

/// The rows of some near objects.
class RowQuery {
public:
    RowQuery(Context& context, const ThroughQuery& wanted)
        : context_(context), wanted_(wanted), fields_(wanted.field.through_fields()) {}

    /// Nothing if they can have none.
    std::optional<detail::QueryState> of(std::span<const Value> near_keys) const {
        detail::QueryState query{.context = &context_, .model = &wanted_.field.join_model()};
        query.order = order();
        if (!wanted_.reverse) {
            query.filters.push_back(F(fields_.source->name()).in(operands(near_keys)));
            return limit_targets(query) ? std::optional(query) : std::nullopt;
        }
        const std::optional<int> type = context_.content_types.find_id(wanted_.near);
        if (!type || !is_wanted(wanted_.field.source()))
            return std::nullopt;
        std::vector<Operand> texts;
        for (const Value& key : near_keys)
            texts.emplace_back(Value(key.to_string()));
        query.filters.push_back(F(fields_.target->content_type->name()) == Value(*type));
        query.filters.push_back(F(fields_.target->key->name()).in(std::move(texts)));
        return query;
    }

    std::vector<Object> far_objects(std::span<const Object> rows) const {
        return follow(context_, rows, wanted_.reverse ? fields_.source->name() : fields_.target->name);
    }
    std::vector<F> target() const { return {F(fields_.target->content_type->name()), F(fields_.target->key->name())}; }
    /// What a row says of the near object.
    Value near_of(const Object& row) const {
        return row[wanted_.reverse ? fields_.target->key->name() : fields_.source->name()];
    }

private:
    /// That of all(): of linking, if it is no other.
    std::vector<OrderTerm> order() const {
        std::vector<OrderTerm> terms = wanted_.order;
        const schema::JoinTable join = schema::join_table_of(wanted_.field);
        if (terms.empty() && !wanted_.reverse && !join.ordering.empty())
            return terms;  // the model's own
        if (terms.empty() && join.id_column.empty() && wanted_.reverse)
            terms.emplace_back(fields_.source->name());
        else if (terms.empty() && join.id_column.empty())
            terms = {OrderTerm(fields_.target->content_type->name()), OrderTerm(fields_.target->key->name())};
        terms.emplace_back("pk");
        return terms;
    }
    bool is_wanted(const Model& model) const {
        return !wanted_.only || std::ranges::any_of(*wanted_.only, [&](const Model* only) {
            return &only->concrete_model() == &model.concrete_model();
        });
    }
    bool limit_targets(detail::QueryState& query) const {
        if (!wanted_.only)
            return true;
        std::vector<Operand> types;
        for (const Model* model : *wanted_.only)
            if (const auto id = context_.content_types.find_id(wanted_.field.data().linked_model(*model)))
                types.emplace_back(Value(*id));
        const bool has_types = !types.empty();
        query.filters.push_back(F(fields_.target->content_type->name()).in(std::move(types)));
        return has_types;
    }

    Context& context_;
    const ThroughQuery& wanted_;
    ThroughFields fields_;
};

}  // namespace

std::vector<Object> rows_by_key(Context& context, const Model& model, std::span<const Value> keys) {
    std::vector<Object> rows;
    while (!keys.empty()) {
        const std::span part = keys.first(std::min(keys.size(), context.keys_per_statement));
        keys = keys.subspan(part.size());
        detail::QueryState query{.context = &context, .model = &model};
        query.filters.push_back(F("pk").in(operands(part)));
        std::ranges::move(fetch(context, query), std::back_inserter(rows));
    }
    return rows;
}

std::vector<Linked<>> linked_with_rows(Context& context, const ThroughQuery& wanted, const Value& near_key) {
    const RowQuery rows_of(context, wanted);
    std::vector<Linked<>> linked;
    const std::optional<detail::QueryState> query = rows_of.of(std::span(&near_key, 1));
    if (!query)
        return linked;
    std::vector<Object> rows = fetch(context, *query);
    std::vector<Object> objects = rows_of.far_objects(rows);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (objects[i])
            linked.push_back({std::move(rows[i]), std::move(objects[i])});
    return linked;
}

void sort_by_rows(Context& context, const ThroughQuery& wanted, const Value& source, std::vector<Object>& targets) {
    const RowQuery rows_of(context, wanted);
    const std::optional<detail::QueryState> query = rows_of.of(std::span(&source, 1));
    if (!query)
        return;
    std::map<std::pair<std::int64_t, std::string>, std::size_t> places;
    backend::RowSink sink([&](std::span<const ValueView> row) {
        if (!row[0].is_null() && !row[1].is_null())
            places.try_emplace({row[0].integer(), std::string(row[1].text())}, places.size());
    });
    query::QueryCompiler compiler(context, *query);
    compiler.select_values(rows_of.target());
    backend::Request request = compiler.request(&sink);
    context.connection.execute(request, backend::Access::read);
    std::ranges::stable_sort(targets, {}, [&](const Object& target) {
        const Model& linked = wanted.field.data().linked_model(target.model());
        const auto found = places.find({context.content_types.id_or_none(linked), target.key().to_string()});
        return found == places.end() ? places.size() : found->second;
    });
}

std::vector<Object> load_with_rows(Context& context, const ThroughQuery& wanted, const Owners& owners) {
    const RowQuery rows_of(context, wanted);
    std::vector<Object> rows;
    for (std::size_t begin = 0; begin < owners.size(); begin += context.keys_per_statement) {
        std::vector<Value> keys;
        for (std::size_t i = begin; i < owners.size() && i - begin < context.keys_per_statement; ++i)
            keys.emplace_back(owners.keys().kind(), owners.keys()[i]);
        if (const std::optional<detail::QueryState> query = rows_of.of(keys))
            std::ranges::move(fetch(context, *query), std::back_inserter(rows));
    }
    const std::vector<Object> objects = rows_of.far_objects(rows);
    LoadedLinks links;
    KeyIndex index;
    const backend::ValueList near = wanted.reverse ? owners.key_texts() : owners.keys();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Value key = rows_of.near_of(rows[i]);
        const std::uint32_t owner = key.is_null() ? KeyIndex::none : index.find_next(near, key.view());
        if (owner != KeyIndex::none)
            links.push(0, owner, static_cast<std::uint32_t>(i));
    }
    owners.give(std::move(links).by_owner(owners.size(), [](std::span<LoadedLinks::Link>) {}), objects,
                wanted.field.relation(), wanted.reverse, rows);
    std::vector<Object> distinct;
    std::set<const detail::Row*> seen;
    for (const Object& object : objects)
        if (object && seen.insert(object.row()).second)
            distinct.push_back(object);
    return distinct;
}

}  // namespace gm2m::relation
