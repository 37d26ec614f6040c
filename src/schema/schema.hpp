#pragma once

#include <string>

#include <gm2m/registry.hpp>

#include "backend/connection.hpp"

namespace gm2m::schema {

/// Creates the content type table, the managed models' tables and the join tables, each unless it exists, and brings
/// the triggers to what the relations say, in one transaction; safe beside other processes that do the same. Throws
/// ConfigurationError before anything is written.
void create_tables(backend::Connection& connection, const Registry& registry, const std::string& content_type_table);

/// Drops what create_tables() creates, where it exists, in one transaction. The content type table stays if it holds
/// content types of models that are not in this registry: another program uses it.
void drop_tables(backend::Connection& connection, const Registry& registry, const std::string& content_type_table);

}  // namespace gm2m::schema
