#pragma once

#include <functional>

#include <gm2m/related_manager.hpp>

#include "query/context.hpp"

/// What a relation's limit_choices_to leaves to be linked. (BEHAVIOUR 2.3)
namespace gm2m::relation {

/// The condition on objects of a model, if there is one.
/// For a proxy also that of the model that it stands for.
std::optional<Condition> choice_of(const GM2MField& field, const Model& model);

/// Throws InvalidChoice, naming one, if there are objects that do not fulfil the condition of their model, but for
/// those that `exempt` takes out of such objects of one model. References and structs are asked about in the database,
/// as all objects are: what is in memory may not be what is stored. 1 statement for each model that has a condition.
void require_choices(Context& context, const GM2MField& field, std::span<const ObjectRef> objects,
                     const std::function<void(std::vector<Reference>& refused)>& exempt = {});

}  // namespace gm2m::relation
