#pragma once

#include "backend/connection.hpp"
#include "check/found.hpp"

namespace gm2m::check_registry {

/// E401 to E406, W401 and W402: what the tables of the models, of the relations and of the content types lack.
/// 2 statements for each table. Throws DatabaseError.
void check_tables(backend::Connection& connection, const Registry& registry, const std::string& content_type_table,
                  Found& found);

}  // namespace gm2m::check_registry
