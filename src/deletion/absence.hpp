#pragma once

#include <fmt/format.h>

#include "query/context.hpp"

namespace gm2m::deletion {

/// " AND …", of a statement about what leads to objects of a model that were not there to be locked: they are not there
/// now either, so that what was inserted with their keys meanwhile keeps what leads to it. `keys` is a condition on a
/// key column, on the keys of these objects; `value` a column, or its text, in the rows.
inline std::string and_is_absent(Context& context, const Model& model, const std::string& value, bool is_text,
                                 const std::string& keys) {
    const backend::Dialect& dialect = context.connection.dialect();
    const Field& key = model.primary_key();
    const std::string column = dialect.quote(key.column());
    return fmt::format(" AND {} NOT IN (SELECT {} FROM {} WHERE {})", value,
                       is_text ? dialect.key_to_text(column, key.kind()) : column, context.table_of(model), keys);
}

}  // namespace gm2m::deletion
