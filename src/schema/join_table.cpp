#include "schema/join_table.hpp"

namespace gm2m::schema {

JoinTable join_table_of(const GM2MField& field) {
    JoinTable table;
    table.source = &field.source();
    table.source->require_complete();
    table.name = field.table();
    table.key_length = field.options().pk_maxlength;
    table.layout = field.options().layout;
    table.constraints = field.options().db_constraint;
    return table;
}

}  // namespace gm2m::schema
