#pragma once

#include <span>
#include <string>
#include <vector>

#include "query/context.hpp"

namespace gm2m {

/// The SQL of a model's own table.
struct ModelStatements {
    std::string columns;  // `t."id", t."title"`, in the order of the fields
    std::vector<Kind> kinds;
    std::string select_by_key;
    std::string select_by_keys;
    std::string insert;            // every column
    std::string insert_generated;  // without the key, which comes back; empty if the key is not the database's to make
    std::string update;            // every column but the key; the key is the last parameter. Empty if there is none.
    std::string upsert;
    std::string remove;

    static const ModelStatements& of(Context& context, const Model& model);
};

/// "UPDATE t SET a = $1, b = $2 WHERE id = $3"
std::string update_statement(const backend::Dialect& dialect, const Model& model, std::span<const Field* const> fields);

}  // namespace gm2m
