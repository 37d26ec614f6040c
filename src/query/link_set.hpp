#pragma once

#include "query/query_state.hpp"
#include "query/sql_writer.hpp"
#include "schema/join_table.hpp"

namespace gm2m::query {

/// The links of one object that lead to objects of one model, in whatever join table they are. Names are quoted.
struct LinkSet {
    std::string table;
    std::vector<schema::OrderColumn> order;  // that of linking, or of a through model; empty in the compact layout
    std::vector<OrderTerm> through_order;             // in its place
    bool is_numbered;                                 // by numbers that compare for links to objects of any models
    std::vector<std::pair<std::string, Value>> near;  // what the links have in their columns
    std::string far_column;
    bool far_is_text;  // of a GM2M field: the far keys as text
    const Model* through = nullptr;  // which may link an object twice

    /// `far` is a model that the relation leads to.
    static LinkSet of(const Context& context, const detail::LinkedTo& linked, const Model& far);

    /// A condition on the join table under an alias.
    std::string is_near(SqlWriter& writer, const std::string& alias) const;
    /// A condition on a column of far keys: it is linked.
    std::string is_linked(SqlWriter& writer, const std::string& key, Kind kind) const;
    /// A condition on the join table under an alias: it leads to the object with that key.
    std::string leads_to(SqlWriter& writer, const std::string& alias, const std::string& key, Kind kind) const;
    /// What the row that links the object with that key has in a column; of several, the first in the order of the
    /// links.
    std::string in_row(SqlWriter& writer, const std::string& column, const std::string& key, Kind kind) const;
    /// Of several rows under an alias, the first.
    std::string first_of(const SqlWriter& writer, const std::string& alias) const;
    /// A column of far keys as the join table has them.
    std::string stored(const SqlWriter& writer, const std::string& key, Kind kind) const;
};

}  // namespace gm2m::query
