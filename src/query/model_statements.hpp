#pragma once

#include <span>
#include <string>
#include <vector>

#include "query/context.hpp"

namespace gm2m {

/// What a SELECT of a model's objects is made of.
struct ModelColumns {
    std::string columns;  // `t."id", t."title"`, in the order of the fields
    std::vector<Kind> kinds;
    /// What joins the parents' tables to the model's own, `t`, where columns are read; empty if it has no parent. The
    /// latter where `t` was joined by Dialect::join_by_key().
    std::string parents, parents_by_key;

    static const ModelColumns& of(Context& context, const Model& model);
};

/// The SQL that reads objects by their keys; its columns are ModelColumns'.
struct RowReadStatements {
    std::string select_by_key, select_by_keys;

    static const RowReadStatements& of(Context& context, const Model& model);
};

/// The SQL that writes rows of a model's own table; of a child those of its parents' tables go before.
struct RowWriteStatements {
    std::string insert;            // every column
    std::string insert_generated;  // without the key, which comes back; empty if the key is not the database's to make
    std::string update;            // every column but the key; the key is the last parameter. Empty if there is none.
    std::string upsert;

    static const RowWriteStatements& of(Context& context, const Model& model);
};

/// "UPDATE t SET a = $1, b = $2 WHERE id = $3": of fields that are all in the table of `table`, the model's own or a
/// parent's; of a parent's if the row is the model's too.
std::string update_statement(const backend::Dialect& dialect, const Model& model, const Model& table,
                             std::span<const Field* const> fields);

/// The fields of a model that are in a table that holds part of its rows, the key included.
std::vector<const Field*> fields_in(const Model& model, const Model& table);

}  // namespace gm2m
