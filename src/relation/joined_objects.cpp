#include "relation/joined_objects.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "query/model_statements.hpp"
#include "relation/placed_objects.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {
namespace {

/// The statement for one relation and one target model.
struct JoinStatement {
    std::string sql;
    std::vector<Kind> kinds;

    static JoinStatement generate(Context& context, const GM2MField& field, const Model& target) {
        const backend::Dialect& dialect = context.connection.dialect();
        const schema::JoinTable join = schema::join_table_of(field);
        const ModelColumns& of_target = ModelColumns::of(context, target);
        const std::string key = "l." + dialect.quote(join.key_column);
        JoinStatement statement;
        statement.sql =
            fmt::format("SELECT {}, {} FROM {} AS l {}{} WHERE l.{} = {} AND l.{} = {}{}",
                        join.is_numbered() ? "l." + dialect.quote(join.id_column) : "0", of_target.columns,
                        dialect.table(join.name),
                        dialect.join_by_key(context.table_of(target), dialect.quote(target.primary_key().column()),
                                            dialect.key_from_text(key, target.primary_key().kind()), "t"),
                        of_target.parents_by_key, dialect.quote(join.source_column), dialect.parameter(1),
                        dialect.quote(join.content_type_column), dialect.parameter(2),
                        join.is_numbered() ? "" : " ORDER BY " + key);
        statement.kinds.push_back(Kind::big_integer);
        statement.kinds.insert(statement.kinds.end(), of_target.kinds.begin(), of_target.kinds.end());
        return statement;
    }
};

/// Those of one relation, by target.
struct JoinStatements {
    mutable std::vector<std::pair<const Model*, std::unique_ptr<JoinStatement>>> by_target;

    const JoinStatement& of(Context& context, const GM2MField& field, const Model& target) const {
        for (const auto& [model, statement] : by_target)
            if (model == &target)
                return *statement;
        by_target.emplace_back(&target,
                               std::make_unique<JoinStatement>(JoinStatement::generate(context, field, target)));
        return *by_target.back().second;
    }
};

}  // namespace

std::vector<Object> load_joined(Context& context, const GM2MField& field, const backend::Parameter& source,
                                const std::vector<int>& content_types) {
    const JoinStatements& statements = context.cached<JoinStatements>(&field.data(), [] { return JoinStatements(); });
    std::vector<Placed> placed;
    for (const int id : content_types) {
        const auto content_type = context.content_types.find(id);
        if (!content_type || !content_type->registered)
            continue;
        const JoinStatement& statement = statements.of(context, field, *content_type->registered);
        const backend::Parameter parameters[] = {source, backend::Parameter::integer(id)};
        PlacedSink sink(*content_type->registered, placed);
        backend::Request request{
            .sql = &statement.sql, .parameters = parameters, .columns = statement.kinds, .sink = &sink};
        context.connection.execute(request, backend::Access::read);
    }
    if (schema::join_table_of(field).is_numbered())
        std::ranges::sort(placed, {}, &Placed::place);
    return objects_of(std::move(placed));
}

}  // namespace gm2m::relation
