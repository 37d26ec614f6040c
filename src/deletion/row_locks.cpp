#include "deletion/row_locks.hpp"

#include <fmt/format.h>

namespace gm2m::deletion {

std::string lock_statement(Context& context, const Model& model, bool one) {
    const backend::Dialect& dialect = context.connection.dialect();
    if (!dialect.locks_rows())
        return "";
    const Field& key = model.primary_key();
    const std::string column = dialect.quote(key.column());
    const std::string rows = fmt::format("SELECT 1 FROM {} WHERE ", context.table_of(model));
    if (one)
        return fmt::format("{}{} = {} FOR UPDATE", rows, column, dialect.parameter(1));
    return fmt::format("{}{}{} FOR UPDATE", rows, dialect.in_list(column, 1, key.kind()), in_key_order(dialect, key));
}

std::string in_key_order(const backend::Dialect& dialect, const Field& key) {
    return fmt::format(" ORDER BY {}{}", dialect.quote(key.column()), dialect.in_byte_order(key.kind()));
}

}  // namespace gm2m::deletion
