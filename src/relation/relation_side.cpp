#include "relation/relation_side.hpp"

#include <map>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "model/relation_data.hpp"

namespace gm2m::relation {

namespace {

/// Throws NoReverseRelation for a name that is neither a relation of the model nor an accessor of any.
void require_known(const Registry& registry, const Model& model, std::string_view name) {
    std::vector<std::string> names;
    for (const GM2MField& field : registry.gm2m_fields()) {
        if (!field.find_source())
            continue;
        if (field.accessor_name() == name)
            return;
        if (model.is_a(*field.find_source()))
            names.push_back(field.name());
        if (field.is_related(model) && !field.is_hidden())
            names.push_back(field.accessor_name());
    }
    for (const ManyToManyField& field : registry.many_to_many_fields()) {
        if (!field.data().source)
            continue;
        if (model.is_a(*field.data().source))
            names.push_back(field.name());
        if (field.data().target && model.is_a(*field.data().target) && !field.is_hidden())
            names.push_back(field.accessor_name());
    }
    throw NoReverseRelation(fmt::format("{} has no relation and no reverse accessor '{}'{}", model.label(), name,
                                        did_you_mean(name, names)));
}

RelationSide look_for_side(const Registry& registry, const Model& model, std::string_view name) {
    if (const auto field = registry.find_gm2m_field(model, name))
        return {&field->relation(), false};
    if (const auto field = registry.find_many_to_many_field(model, name))
        return {&field->relation(), false};
    const auto pairs = registry.find_reverse_many_to_many(model, name);
    if (!pairs) {
        require_known(registry, model, name);
        return {&registry.reverse(model, name).relation(), true};
    }
    for (const GM2MField& field : registry.gm2m_fields())
        if (field.find_source() && field.is_related(model) && field.accessor_name() == name)
            throw ConfigurationError(
                fmt::format("the reverse accessor '{}' of {} is claimed by {} and by {}: give one of "
                            "them another related_name",
                            name, model.label(), pairs->label(), field.label()));
    return {&pairs->relation(), true};
}

/// Those of one model.
struct KnownSides {
    mutable std::map<std::string, RelationSide, std::less<>> by_name;
};

}  // namespace

const Model& RelationSide::near(const Model& model) const {
    if (!relation->is_generic)
        return reverse ? *static_cast<detail::ManyToManyData*>(relation)->target : *relation->source;
    return reverse ? static_cast<detail::GM2MFieldData*>(relation)->linked_model(model) : *relation->source;
}

RelationSide find_side(Context& context, const Model& model, std::string_view name) {
    auto& known = context.cached_for_registry<KnownSides>(&model, [] { return KnownSides(); }).by_name;
    if (const auto found = known.find(name); found != known.end())
        return found->second;
    return known.emplace(name, look_for_side(context.registry, model, name)).first->second;
}

}  // namespace gm2m::relation
