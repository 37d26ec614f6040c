#pragma once

#include <string>
#include <vector>

#include <gm2m/registry.hpp>

#include "backend/dialect.hpp"
#include "schema/join_table.hpp"

/// The SQL that defines tables. Every statement may be run again without effect.
namespace gm2m::schema {

/// The order in which tables can be created: a foreign key's target before the key.
struct CreationOrder {
    std::vector<const Model*> models;
    /// Nullable foreign keys whose target comes later: their constraints are added once both tables exist.
    std::vector<const Field*> late;
};

/// The managed models, in dependency order. Throws ConfigurationError if a model is not complete, or if foreign keys
/// that cannot be NULL form a cycle, so that no first row could be inserted.
CreationOrder creation_order(const Registry& registry);

/// A foreign key to "contenttypes.ContentType" refers to `content_type_table`.
std::vector<std::string> create_table(const backend::Dialect& dialect, const Model& model,
                                      const std::vector<const Field*>& late, const std::string& content_type_table);
std::string add_late_constraint(const backend::Dialect& dialect, const Field& field);
std::vector<std::string> create_join_table(const backend::Dialect& dialect, const JoinTable& table,
                                           const std::string& content_type_table);
/// By content type, key and source. Of a through model's table, which may have several of each, its name says which.
std::string create_reverse_index(const backend::Dialect& dialect, const JoinTable& table);
/// By source, content type and key, of a through model's table: the automatic one has a unique key.
std::string create_forward_index(const backend::Dialect& dialect, const JoinTable& table);
std::string create_content_type_table(const backend::Dialect& dialect, const std::string& name);

}  // namespace gm2m::schema
