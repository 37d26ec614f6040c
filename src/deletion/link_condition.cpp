#include "deletion/link_condition.hpp"

#include <fmt/format.h>

#include "schema/join_table.hpp"

namespace gm2m::deletion {

using backend::Parameter;
using backend::ValueList;

LinkCondition::LinkCondition(Context& context, detail::RelationData& relation)
    : context_(context), relation_(relation),
      table_(context.connection.dialect().table(schema::typed_side_of(relation, true).table)) {}

void LinkCondition::add(const LinkSide& end, std::size_t begin) {
    const Going& going = *end.objects;
    const backend::Dialect& dialect = context_.connection.dialect();
    const std::size_t most = context_.keys_per_statement;
    if (!sql_.empty())
        sql_ += " OR ";
    if (!relation_.is_generic) {
        const schema::TypedSide side = schema::typed_side_of(relation_, end.reverse);
        sql_ += is_among(dialect.quote(side.near_columns.front()), going.keys().slice(begin, most));
        return;
    }
    const schema::JoinTable join = schema::join_table_of(GM2MField(static_cast<detail::GM2MFieldData&>(relation_)));
    if (!end.reverse)
        sql_ += is_among(dialect.quote(join.source_column), going.keys().slice(begin, most));
    else
        sql_ += fmt::format("({} AND {})", is_of_model(dialect.quote(join.content_type_column), *end.linked_model),
                            is_among(dialect.quote(join.key_column), going.texts(begin, most)));
}

std::string LinkCondition::bind(const Value& value) {
    parameters_.emplace_back(values_.emplace_back(value));
    return context_.connection.dialect().parameter(parameters_.size());
}

std::string LinkCondition::is_among(const std::string& column, ValueList keys) {
    if (keys.size() == 1)
        return fmt::format("{} = {}", column, bind(Value(keys.kind(), keys[0])));
    const Kind kind = keys.kind();
    parameters_.emplace_back(lists_.emplace_back(std::move(keys)));
    return context_.connection.dialect().in_list(column, parameters_.size(), kind);
}

// A content type that is not known here may come into being, with the first link, until the statement runs.
std::string LinkCondition::is_of_model(const std::string& column, const Model& model) {
    if (const std::optional<int> id = context_.content_types.find_id_once(model))
        return fmt::format("{} = {}", column, bind(Value(*id)));
    return fmt::format("{} = (SELECT id FROM {} WHERE app_label = {} AND model = {})", column,
                       context_.connection.dialect().table(context_.content_types.table()),
                       bind(Value(model.app_label())), bind(Value(model.model_name())));
}

std::string LinkCondition::source_column() const {
    return context_.connection.dialect().quote(relation_.is_generic
                                                   ? schema::typed_side_of(relation_, true).far_column
                                                   : schema::typed_side_of(relation_, false).near_columns.front());
}

std::string LinkCondition::link_columns() const {
    const schema::JoinTable join = schema::join_table_of(GM2MField(static_cast<detail::GM2MFieldData&>(relation_)));
    const backend::Dialect& dialect = context_.connection.dialect();
    return fmt::format("{}, {}, {}", dialect.quote(join.source_column), dialect.quote(join.content_type_column),
                       dialect.quote(join.key_column));
}

}  // namespace gm2m::deletion
