#pragma once

#include <gm2m/object.hpp>

#include "query/context.hpp"

namespace gm2m::relation {

/// The objects that a foreign key, or a generic one, of these objects leads to: what Database::follow() does.
std::vector<Object> follow(Context& context, std::span<const Object> objects, std::string_view name);

}  // namespace gm2m::relation
