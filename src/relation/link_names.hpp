#pragma once

#include <string>

#include <fmt/format.h>

#include "backend/dialect.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The names in the statements on a GM2M field's join table, quoted.
struct LinkNames {
    LinkNames(const backend::Dialect& dialect, const schema::JoinTable& join)
        : table(dialect.table(join.name)),
          source(dialect.quote(join.source_column)),
          content_type(dialect.quote(join.content_type_column)),
          key(dialect.quote(join.key_column)),
          order(schema::link_order(dialect, join, "")),
          and_is_link(schema::and_is_link(dialect, join)),
          source_table(dialect.table(join.source->table())),
          source_key(dialect.quote(join.source->primary_key().column())),
          source_kind(join.source->primary_key().kind()) {}

    std::string triple() const { return fmt::format("{}, {}, {}", source, content_type, key); }

    /// Locks the row of the source, parameter 1, against others who write its links: where rows can be locked.
    std::string lock_source(std::string_view selected) const {
        return fmt::format("SELECT {} FROM {} WHERE {} = $1 FOR NO KEY UPDATE", selected, source_table, source_key);
    }

    std::string table, source, content_type, key, order, and_is_link;
    std::string source_table, source_key;
    Kind source_kind;
};

}  // namespace gm2m::relation
