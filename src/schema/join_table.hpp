#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gm2m/many_to_many_field.hpp>

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
    bool for_concrete_model = true;
    const Model* source = nullptr;

    /// The model whose content type links to objects of a model have. (BEHAVIOUR 1.4)
    const Model& linked_model(const Model& model) const { return for_concrete_model ? model.concrete_model() : model; }
};

/// Throws ConfigurationError while the source model is not registered or not complete.
JoinTable join_table_of(const GM2MField& field);

/// The links of one object, the near one, where all lead to objects of one model, the far one: the reverse side of a
/// GM2M field, and either side of a many-to-many field.
struct TypedSide {
    std::string table;
    std::string order_column;               // of linking; empty in the compact layout
    std::vector<std::string> near_columns;  // the key; of a GM2M field's target the content type and the key as text
    Kind near_kind = Kind::text;            // of the key among them
    std::string far_column;
    const Model* far = nullptr;
    const Model* source = nullptr;  // the model that declares the relation, near or far: writers lock its rows
    bool source_is_far = false;
    bool constraints = true;

    bool is_generic() const noexcept { return near_columns.size() == 2; }
};

/// `reverse` of a many-to-many field: the near objects are targets. Throws as join_table_of().
TypedSide typed_side_of(detail::RelationData& relation, bool reverse);

}  // namespace gm2m::schema
