#include "relation/relation_side.hpp"

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/relation_data.hpp"

namespace gm2m::relation {

RelationSide find_side(const Registry& registry, const Model& model, std::string_view name) {
    if (const auto field = registry.find_gm2m_field(model, name))
        return {&field->relation(), false};
    if (const auto field = registry.find_many_to_many_field(model, name))
        return {&field->relation(), false};
    const auto pairs = registry.find_reverse_many_to_many(model, name);
    if (!pairs)
        return {&registry.reverse(model, name).relation(), true};
    for (const GM2MField& field : registry.gm2m_fields())
        if (field.is_related(model) && field.accessor_name() == name)
            throw ConfigurationError(fmt::format("the reverse accessor '{}' of {} is claimed by {} and by {}: give one of "
                                                 "them another related_name",
                                                 name, model.label(), pairs->label(), field.label()));
    return {&pairs->relation(), true};
}

}  // namespace gm2m::relation
