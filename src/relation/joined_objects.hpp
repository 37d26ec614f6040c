#pragma once

#include <gm2m/object.hpp>

#include "query/context.hpp"

namespace gm2m::relation {

/// The objects of one source where an engine runs in the process: one statement per model joins the links to the
/// model's table, which needs no list of keys. The order of linking is restored here, since the engine would sort
/// link by link through its own machinery.
/// `content_types` are those that the links have.
std::vector<Object> load_joined(Context& context, const GM2MField& field, const backend::Parameter& source,
                                const std::vector<int>& content_types);

}  // namespace gm2m::relation
