#include "deletion/dependents.hpp"

#include <algorithm>

#include "schema/join_table.hpp"

namespace gm2m::deletion {
namespace {

/// The models whose content types links to objects of a model may have.
std::vector<const Model*> linked_models(const Registry& registry, const Model& model) {
    std::vector<const Model*> models;
    for (const Model* each : registry.models())
        if (&each->concrete_model() == &model)
            models.push_back(each);
    return models;
}

LinkEnd source_of(const GM2MField& field) {
    return {&field.relation(), false, nullptr, field.source_policy(), field.has_through()};
}
LinkEnd target_of(const GM2MField& field, const Model& model) {
    return {&field.relation(), true, &model, field.target_policy(model), field.has_through()};
}

bool have_to_be_read(const Dependents& dependents) {
    using Action = ForeignKeyPolicy::Action;
    const auto is_read = [](const Field* field) {
        const Action action = field->options().on_delete.action();
        return action == Action::cascade || action == Action::protect || action == Action::restrict;
    };
    const auto is_asked = [](const LinkEnd& end) {
        return end.policy == LinkPolicy::protect || (end.has_through && !leaves_links(end.policy));
    };
    return std::ranges::any_of(dependents.foreign_keys, is_read) || std::ranges::any_of(dependents.ends, is_asked);
}

Dependents find(Context& context, const Model& model) {
    Dependents found;
    const std::vector<const Model*> linked = linked_models(context.registry, model);
    const auto is_table_of = [&](const Model* other) { return other && &other->concrete_model() == &model; };
    for (const GM2MField& field : context.registry.gm2m_fields()) {
        if (!field.find_source())
            continue;  // without a source it has no table
        if (&field.source() == &model) {
            found.ends.push_back(source_of(field));
            found.go_last = found.go_last || field.options().db_constraint;
        }
        for (const Model* each : linked)
            found.ends.push_back(target_of(field, *each));
        // A trigger would take the links with the row, before they are counted.
        found.go_last = found.go_last || field.options().db_triggers;
    }
    for (const ManyToManyField& field : context.registry.many_to_many_fields())
        for (const auto& [end, reverse] : {std::pair(field.data().source, false), std::pair(field.data().target, true)})
            if (is_table_of(end)) {
                found.ends.push_back({&field.relation(), reverse, nullptr, LinkPolicy::cascade, false});
                found.go_last = found.go_last || field.options().db_constraint;
            }
    for (const Model* other : context.registry.models())
        for (const auto& field : other->fields())
            if (!field->is_inherited() && is_table_of(field->target()) &&
                field->options().on_delete.action() != ForeignKeyPolicy::do_nothing) {
                found.foreign_keys.push_back(field.get());
                found.go_last = true;
            }
    found.go_after_reading = have_to_be_read(found);
    return found;
}

}  // namespace

bool Dependents::is_told(const Registry& registry) const {
    return std::ranges::any_of(ends, [&](const LinkEnd& end) {
        return has_signal(end.policy) && is_heard(registry, gm2m_field(*end.relation));
    });
}

const Dependents& Dependents::of(Context& context, const Model& model) {
    return context.cached_for_registry<Dependents>(&model, [&] { return find(context, model); });
}

bool is_heard(const Registry& registry, const GM2MField& field) {
    for (detail::RelationData* relation = &field.relation(); relation; relation = relation->expanded_from)
        if (static_cast<detail::GM2MFieldData*>(relation)->deleting.is_heard())
            return true;
    return registry.deleting().is_heard();
}

}  // namespace gm2m::deletion
