#pragma once

#include <gm2m/registry.hpp>

#include "backend/connection.hpp"

/// The triggers of the relations that ask for them: on the source's table, and on that of every managed model, which
/// may be a target; where the side's policy deletes links. (BEHAVIOUR 6.6)
namespace gm2m::schema {

/// Creates those that the registry asks for, once the tables are there, and drops those that it asks for no more: of
/// its managed relations, on the tables of its managed models. Those on tables of other models stay: another program
/// may have made them.
void update_triggers(backend::Connection& connection, const Registry& registry, const std::string& content_type_table);

/// Drops all that delete links of the registry's managed relations, on whatever table: without the join table they
/// would fail.
void drop_triggers(backend::Connection& connection, const Registry& registry);

}  // namespace gm2m::schema
