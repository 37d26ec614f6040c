#pragma once

#include <gm2m/gm2m_field.hpp>

#include "query/context.hpp"
#include "relation/owners.hpp"

namespace gm2m::relation {

/// Loads the targets of a GM2M field of the owners, which are of its source model, and gives them to the owners: one
/// statement for the links, one for each target model. Returns the targets, each once.
std::vector<Object> load_forward(Context& context, const GM2MField& relation, const Owners& owners,
                                 const detail::ModelQueries& queries);

}  // namespace gm2m::relation
