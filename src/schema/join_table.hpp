#pragma once

#include <optional>
#include <string>

#include <gm2m/gm2m_field.hpp>

namespace gm2m::schema {

/// The join table of a relation: its names as declared, unquoted. (DESIGN 5)
struct JoinTable {
    std::string name;
    std::string id_column = "id";  // of the standard layout
    std::string source_column = "gm2m_src_id";
    std::string content_type_column = "gm2m_ct_id";
    std::string key_column = "gm2m_pk";
    std::optional<std::size_t> key_length;
    Layout layout = Layout::standard;
    bool constraints = true;
    const Model* source = nullptr;
};

/// Throws ConfigurationError while the source model is not registered or not complete.
JoinTable join_table_of(const GM2MField& field);

}  // namespace gm2m::schema
