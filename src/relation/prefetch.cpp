#include "relation/prefetch.hpp"

#include <map>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/query_set.hpp>

#include "model/relation_data.hpp"
#include "relation/follow.hpp"
#include "relation/forward_load.hpp"
#include "relation/queried_objects.hpp"
#include "relation/relation_side.hpp"
#include "relation/through_rows.hpp"
#include "relation/typed_load.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {
namespace {

/// Whether it is a foreign key of the model that is wanted.
bool is_followed(const Model& model, const Prefetch& wanted) {
    return !wanted.relation() && has_foreign_key(model, wanted.name());
}

/// Throws QueryError unless a foreign key can be prefetched so.
void check_followed(const Model& model, const Prefetch& wanted) {
    if (!wanted.queries().empty() || wanted.has_through())
        throw QueryError(fmt::format("{}.{} leads to one object, of which a prefetch chooses none and no rows link it",
                                     model.label(), wanted.name()));
}

/// The side of the relation that `model` is on. Throws NoReverseRelation; nothing if it is another model's relation.
std::optional<RelationSide> side_on(Context& context, const Model& model, const Prefetch& wanted) {
    detail::RelationData* relation = wanted.relation();
    if (!relation)
        return find_side(context, model, wanted.name());
    relation = detail::relation_on(*relation, model);
    return relation ? std::optional(RelationSide{relation, false}) : std::nullopt;
}

/// The query on the far objects of a side where all are of one model, if there is one. Throws WrongModel.
const detail::QueryState* query_of(const RelationSide& side, const Model& model, const Prefetch& wanted) {
    if (side.relation->is_generic && !side.reverse)
        return nullptr;
    const Model& far = *schema::typed_side_of(*side.relation, side.reverse).far;
    const detail::QueryState* query = nullptr;
    for (const auto& each : wanted.queries()) {
        if (&each->model->concrete_model() != &far.concrete_model())
            throw WrongModel(fmt::format("{} leads from {} to objects of {}: a query on {} chooses none of them",
                                         side.relation->label, model.label(), far.label(), each->model->label()));
        query = each.get();
    }
    return query;
}

/// Loads the relation of the objects of one model; the objects that were loaded.
std::vector<Object> load(Context& context, const RelationSide& side, const Model& model,
                         std::span<const Object> objects, const Prefetch& wanted) {
    const Owners owners(model, objects);
    if (wanted.has_through()) {
        const GM2MField field = gm2m_field(*side.relation);
        return load_with_rows(context, {field, side.reverse, side.near(model)}, owners);
    }
    if (side.relation->is_generic && !side.reverse)
        return load_forward(context, gm2m_field(*side.relation), owners, wanted.queries());
    return load_typed(context, *side.relation, side.reverse, owners, side.near(model), query_of(side, model, wanted));
}

/// Throws ObjectError unless the rows of a through model can be loaded along.
void check_through(const RelationSide& side, const Prefetch& wanted) {
    if (!wanted.has_through())
        return;
    if (!side.relation->is_generic || !gm2m_field(*side.relation).has_through())
        throw ObjectError(fmt::format("{} has no through model whose rows could be loaded", side.relation->label));
    if (!wanted.queries().empty())
        throw QueryError(fmt::format("a prefetch of {} with the rows of its through model takes no queries: query "
                                     "that model itself",
                                     side.relation->label));
}

[[noreturn]] void throw_not_of(const Prefetch& wanted, std::string_view why) {
    throw WrongModel(fmt::format("{} is a relation of {}, and {}", wanted.relation()->label,
                                 wanted.relation()->source_label, why));
}

}  // namespace

void check_prefetch(Context& context, const Model& model, const Prefetch& wanted) {
    if (is_followed(model, wanted))
        return check_followed(model, wanted);
    const std::optional<RelationSide> side = side_on(context, model, wanted);
    if (!side)
        throw_not_of(wanted, fmt::format("not of {}", model.label()));
    check_through(*side, wanted);
    (void)query_of(*side, model, wanted);
    for (const auto& query : wanted.queries())
        check_query(context, *query);
}

void prefetch(Context& context, std::span<const Object> objects, const Prefetch& wanted) {
    std::map<const Model*, std::vector<Object>> by_model;
    for (const Object& object : objects)
        by_model[&object.model()].push_back(object);
    std::vector<Object> loaded;
    std::exception_ptr missing;
    bool found = by_model.empty();
    for (const auto& [model, own] : by_model) {
        if (is_followed(*model, wanted)) {
            check_followed(*model, wanted);
            found = true;
            std::ranges::move(prefetch_followed(context, own, wanted.name()), std::back_inserter(loaded));
            continue;
        }
        std::optional<RelationSide> side;
        try {
            side = side_on(context, *model, wanted);
        } catch (const NoReverseRelation&) {
            missing = std::current_exception();  // other models among the objects may have it
        }
        if (!side)
            continue;
        found = true;
        check_through(*side, wanted);
        std::vector<Object> more = load(context, *side, *model, own, wanted);
        if (!wanted.next().empty())
            std::ranges::move(more, std::back_inserter(loaded));
    }
    if (!found) {
        if (missing)
            std::rethrow_exception(missing);
        throw_not_of(wanted, "none of the objects is one");
    }
    for (const Prefetch& next : wanted.next())
        if (!loaded.empty())
            prefetch(context, loaded, next);
}

}  // namespace gm2m::relation

namespace gm2m::detail {

// Declared with the query sets, which are below the relations.
void QueryCore::add_prefetch(const Prefetch& prefetch) {
    changing().after_fetch.push_back({[prefetch](Context& context, const Model& model) {
                                          relation::check_prefetch(context, model, prefetch);
                                      },
                                      [prefetch](Context& context, std::span<const Object> objects) {
                                          relation::prefetch(context, objects, prefetch);
                                      }});
}

}  // namespace gm2m::detail
