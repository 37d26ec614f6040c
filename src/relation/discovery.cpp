#include "relation/discovery.hpp"

#include "model/relation_data.hpp"
#include "model/names.hpp"
#include "relation/link_statements.hpp"

namespace gm2m::relation {

void discover(Context& context) {
    constexpr Kind columns[] = {Kind::integer};
    for (const GM2MField& field : context.registry.gm2m_fields()) {
        std::vector<int> found;
        backend::RowSink sink(
            [&](std::span<const ValueView> row) { found.push_back(static_cast<int>(row[0].integer())); });
        backend::Request request{
            .sql = &LinkStatements::of(context, field).occurring, .columns = columns, .sink = &sink};
        context.connection.execute(request, backend::Access::read);
        for (const int id : found) {
            const auto content_type = context.content_types.find(id);
            if (content_type && content_type->registered)
                field.data().add_relation(label_key(content_type->registered->label()), content_type->registered, true);
        }
    }
}

}  // namespace gm2m::relation
