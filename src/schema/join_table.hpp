#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gm2m/many_to_many_field.hpp>

#include "backend/dialect.hpp"

namespace gm2m::schema {

/// A column by which links are ordered.
struct OrderColumn {
    std::string column;
    bool descending = false;
    bool can_be_null = false;
};

/// The join table of a relation, or its through model's: the names as declared, unquoted. (DESIGN 5)
struct JoinTable {
    std::string name;
    /// Numbers the links in the order of linking; empty where nothing does: in the compact layout, and where a through
    /// model's key is no number.
    std::string id_column = "id";
    std::string source_column = "gm2m_src_id";
    std::string content_type_column = "gm2m_ct_id";
    std::string key_column = "gm2m_pk";
    std::optional<std::size_t> key_length;
    Layout layout = Layout::standard;
    bool constraints = true;
    bool for_concrete_model = true;
    const Model* source = nullptr;
    const Model* through = nullptr;
    /// The through model's ordering, its key at the end; empty if it has none.
    std::vector<OrderColumn> ordering = {};
    /// Those of a through model's three columns that may be empty: a row is a link where none of them is.
    std::vector<std::string> nullable_columns = {};

    /// Whether the order of links is that of the numbers in `id_column`.
    bool is_numbered() const noexcept { return ordering.empty() && !id_column.empty(); }
    /// Whether there is an order of its own, of linking or of the through model.
    bool is_ordered() const noexcept { return !ordering.empty() || !id_column.empty(); }
    /// The model whose content type links to objects of a model have. (BEHAVIOUR 1.4)
    const Model& linked_model(const Model& model) const { return for_concrete_model ? model.concrete_model() : model; }
};

/// Throws ConfigurationError while the source model is not registered or not complete.
JoinTable join_table_of(const GM2MField& field);

/// The order of the links of one source, as ORDER BY has it: that of linking, or of the through model; else of content
/// type and key. `prefix` is the table's alias with a point, or nothing.
std::string link_order(const backend::Dialect& dialect, const JoinTable& join, std::string_view prefix,
                       bool reversed = false);

/// That a row is a link, in a condition that goes on, " AND …"; nothing where every row is one. `prefix` as before.
std::string and_is_link(const backend::Dialect& dialect, const JoinTable& join, std::string_view prefix = "");

/// The columns of a through model that an order names, its key at the end. Throws ConfigurationError for what is no
/// field of it.
std::vector<OrderColumn> order_columns(const Model& through, const std::vector<std::string>& names);

/// The links of many sources with a place for each in the order of the links of its source: 0 where there is no order.
struct PlacedLinks {
    std::string table;  // to be called `alias`
    std::string place;  // a column of it
};
/// `among` is list parameter of the sources' keys.
PlacedLinks placed_links(const backend::Dialect& dialect, const JoinTable& join, std::string_view alias,
                         std::size_t among);

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
    const Model* through = nullptr;
    bool far_can_be_null = false;  // a row without a far object is no link

    bool is_generic() const noexcept { return near_columns.size() == 2; }
};

/// `reverse` of a many-to-many field: the near objects are targets. Throws as join_table_of().
TypedSide typed_side_of(detail::RelationData& relation, bool reverse);

}  // namespace gm2m::schema
