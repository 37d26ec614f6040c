#pragma once

#include <span>

#include <gm2m/object.hpp>
#include <gm2m/prefetch.hpp>

#include "query/context.hpp"

namespace gm2m::relation {

/// Loads a relation of all the objects, of whatever models: for each model that has it one statement for the links and
/// one for each target model; on the reverse side one in all, for many objects two. An object that is linked from many
/// is loaded once. Throws NoReverseRelation if no model among the objects has the relation, UnsavedObject.
void prefetch(Context& context, std::span<const Object> objects, const Prefetch& prefetch);

/// Throws NoReverseRelation or WrongModel if `model` has no such relation, and what does not fit in its queries.
void check_prefetch(Context& context, const Model& model, const Prefetch& prefetch);

}  // namespace gm2m::relation
