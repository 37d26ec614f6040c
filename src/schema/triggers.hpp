#pragma once

#include <gm2m/registry.hpp>

#include "backend/dialect.hpp"

namespace gm2m::schema {

/// The triggers of the relations that ask for them: on the source's table, and on that of every managed model, which may be
/// a target; where the side's policy deletes links. (BEHAVIOUR 6.6)
std::vector<backend::Dialect::Trigger> triggers(const backend::Dialect& dialect, const Registry& registry,
                                                const std::string& content_type_table);

}  // namespace gm2m::schema
