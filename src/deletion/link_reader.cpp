#include "deletion/link_reader.hpp"

#include <fmt/format.h>

#include "deletion/link_condition.hpp"
#include "relation/changed_links.hpp"
#include "schema/join_table.hpp"

namespace gm2m::deletion {

std::vector<Link> read_links(Context& context, const GM2MField& field, std::span<const LinkSide> sides,
                             std::size_t limit) {
    struct Row {
        Value source;
        std::int64_t content_type;
        std::string key;
    };
    std::vector<Row> rows;
    const Model& source = field.source();
    TakenSources taken;
    Memory memory;
    backend::RowSink sink([&](std::span<const ValueView> row) {
        if (taken.contains(row[0]))
            return;
        rows.push_back({Value(source.primary_key().kind(), row[0]), row[1].integer(), std::string(row[2].text())});
    });
    const std::vector<Kind> kinds{source.primary_key().kind(), Kind::integer, Kind::text};
    for_each_condition_once(
        context, field.relation(), sides, memory, [&](const LinkCondition& condition, const TakenSources& sources) {
            if (limit > 0 && rows.size() >= limit)
                return;
            taken = sources;
            const std::string sql =
                fmt::format("SELECT {} {}{}{}", condition.link_columns(), condition.rows(),
                            schema::and_is_link(context.connection.dialect(), schema::join_table_of(field)),
                            limit > 0 ? fmt::format(" LIMIT {}", limit - rows.size()) : "");
            backend::Request request{.sql = &sql,
                                     .parameters = condition.parameters(),
                                     .columns = kinds,
                                     .sink = &sink,
                                     .plan_by_lists = true};
            context.connection.execute(request, backend::Access::read);
        });
    relation::ModelsByContentType models(context);
    std::vector<Link> links;
    links.reserve(rows.size());
    for (Row& row : rows)
        links.push_back(
            {{&source, std::move(row.source)}, relation::reference_to(models.find(row.content_type), row.key)});
    return links;
}

}  // namespace gm2m::deletion
