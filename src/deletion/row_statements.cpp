#include "deletion/row_statements.hpp"

#include <fmt/format.h>

#include "backend/text_form.hpp"
#include "deletion/deletion_order.hpp"

namespace gm2m::deletion {
namespace {

/// Where a statement is cheap to repeat, each run of consecutive keys is one: SQLite collects and sorts the keys of a
/// list, seeks each, collects the rows that it finds, and seeks them again. But rows that refer to each other go in one
/// statement, as those of a table that somebody else has made may do.
bool goes_by_ranges(const backend::Dialect& dialect, const Model& model) {
    return dialect.writes_row_by_row() && text::is_integer(model.primary_key().kind()) && model.is_managed() &&
           !refers_to_itself(model);
}

RowStatements generate(const Context& context, const Model& model) {
    const backend::Dialect& dialect = context.connection.dialect();
    const Field& key = model.primary_key();
    const std::string table = context.table_of(model), column = dialect.quote(key.column()),
                      is_one = fmt::format("{} = {}", column, dialect.parameter(1)),
                      is_among = dialect.in_list(column, 1, key.kind());
    RowStatements sql{.remove_one = fmt::format("DELETE FROM {} WHERE {}", table, is_one),
                      .remove_many = fmt::format("DELETE FROM {} WHERE {}", table, is_among)};
    if (dialect.locks_rows()) {
        sql.lock_one = fmt::format("SELECT {} FROM {} WHERE {} FOR UPDATE", column, table, is_one);
        sql.lock_many =
            fmt::format("SELECT {} FROM {} WHERE {}{} FOR UPDATE", column, table, is_among, in_key_order(dialect, key));
    }
    if (goes_by_ranges(dialect, model))
        sql.remove_range = fmt::format("DELETE FROM {} WHERE {}", table, dialect.in_range(column, 1));
    return sql;
}

}  // namespace

const RowStatements& RowStatements::of(Context& context, const Model& model) {
    return context.cached<RowStatements>(&model, [&] { return generate(context, model); });
}

std::string in_key_order(const backend::Dialect& dialect, const Field& key) {
    return fmt::format(" ORDER BY {}{}", dialect.quote(key.column()), dialect.in_byte_order(key.kind()));
}

}  // namespace gm2m::deletion
