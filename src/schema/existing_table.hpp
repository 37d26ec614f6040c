#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/connection.hpp"

namespace gm2m::schema {

/// A table or view as the database has it.
struct ExistingTable {
    struct Column {
        std::string name;
        std::string type;                 // in the engine's words, in lower case: "character varying(16)"
        std::optional<bool> can_be_null;  // not known of a view's
    };
    struct Index {
        bool unique;
        std::vector<std::string> columns;  // empty names stand for expressions
    };

    std::vector<Column> columns;  // none if it does not exist
    std::vector<Index> indexes;   // those of all rows, with the primary key's

    bool exists() const noexcept { return !columns.empty(); }
};

/// 2 statements, of which the second is sent only if the table exists. Throws DatabaseError.
ExistingTable read_table(backend::Connection& connection, std::string_view name);

}  // namespace gm2m::schema
