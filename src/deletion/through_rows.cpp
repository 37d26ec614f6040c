#include "deletion/through_rows.hpp"

#include <fmt/format.h>

namespace gm2m::deletion {

std::size_t remove_rows(Context& context, const Model& through, const std::string& rows,
                        std::span<const backend::Parameter> parameters) {
    return backend::in_transaction(context.connection, [&] {
        const Field& key = through.primary_key();
        std::vector<Reference> found;
        backend::RowSink sink([&](std::span<const ValueView> row) {
            found.push_back({&through, Value(key.kind(), row[0])});
        });
        const Kind columns[] = {key.kind()};
        const std::string sql = fmt::format("SELECT l.{} {}", context.connection.dialect().quote(key.column()), rows);
        backend::Request request{.sql = &sql, .parameters = parameters, .columns = columns, .sink = &sink};
        context.connection.execute(request, backend::Access::write);
        context.remove_objects(context, std::vector<ObjectRef>(found.begin(), found.end()));
        return found.size();
    });
}

ThroughRows::ThroughRows(Context& context, detail::RelationData& relation, const LinkSide& side, std::size_t begin,
                         bool lock, Memory& memory)
    : model_(gm2m_field(relation).join_model()),
      condition_(context, relation, memory),
      found_(model_.primary_key().kind()),
      kinds_{found_.kind()} {
    condition_.add(side, begin);
    const backend::Dialect& dialect = context.connection.dialect();
    const Field& key = model_.primary_key();
    const std::string column = dialect.quote(key.column());
    sql_ = fmt::format("SELECT {} {}", column, condition_.rows());
    if (lock && dialect.locks_rows())
        sql_ += fmt::format(" ORDER BY {}{} FOR UPDATE", column, dialect.in_byte_order(key.kind()));
}

}  // namespace gm2m::deletion
