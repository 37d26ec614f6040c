#include "deletion/through_rows.hpp"

#include <fmt/format.h>

namespace gm2m::deletion {

bool has_through(const LinkEnd& end) {
    return end.relation->is_generic && end.field().has_through();
}

ThroughRows::ThroughRows(Context& context, const LinkEnd& end, const Going& going, std::size_t begin, bool lock)
    : model_(end.field().join_model()), condition_(context, *end.relation), found_(model_.primary_key().kind()),
      kinds_{found_.kind()} {
    condition_.add(going, end.reverse, begin);
    const backend::Dialect& dialect = context.connection.dialect();
    const Field& key = model_.primary_key();
    const std::string column = dialect.quote(key.column());
    sql_ = fmt::format("SELECT {} FROM {} WHERE {}", column, condition_.table(), condition_.sql());
    if (lock && dialect.locks_rows())
        sql_ += fmt::format(" ORDER BY {}{} FOR UPDATE", column, dialect.in_byte_order(key.kind()));
}

}  // namespace gm2m::deletion
