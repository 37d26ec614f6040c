#include "schema/join_table.hpp"

#include "model/relation_data.hpp"

namespace gm2m::schema {

JoinTable join_table_of(const GM2MField& field) {
    JoinTable table;
    table.source = &field.source();
    table.source->require_complete();
    table.name = field.table();
    table.key_length = field.options().pk_maxlength;
    table.layout = field.options().layout;
    table.constraints = field.options().db_constraint;
    table.for_concrete_model = field.options().for_concrete_model;
    return table;
}

namespace {

TypedSide reverse_side_of(const GM2MField& field) {
    const JoinTable join = join_table_of(field);
    return {.table = join.name,
            .order_column = join.layout == Layout::standard ? join.id_column : "",
            .near_columns = {join.content_type_column, join.key_column},
            .far_column = join.source_column,
            .far = join.source,
            .source = join.source,
            .source_is_far = true,
            .constraints = join.constraints};
}

TypedSide side_of(const ManyToManyField& field, bool reverse) {
    const Model& join = field.join_model();
    const Field& near = reverse ? field.target_key() : field.source_key();
    const Field& far = reverse ? field.source_key() : field.target_key();
    return {.table = join.table(),
            .order_column = join.has_primary_key() ? join.primary_key().column() : "",
            .near_columns = {near.column()},
            .near_kind = near.kind(),
            .far_column = far.column(),
            .far = far.target(),
            .source = &field.source(),
            .source_is_far = reverse,
            .constraints = field.options().db_constraint};
}

}  // namespace

TypedSide typed_side_of(detail::RelationData& relation, bool reverse) {
    if (relation.is_generic)
        return reverse_side_of(GM2MField(static_cast<detail::GM2MFieldData&>(relation)));
    return side_of(ManyToManyField(static_cast<detail::ManyToManyData&>(relation)), reverse);
}

}  // namespace gm2m::schema
