#include "query/scope.hpp"

#include <fmt/format.h>

namespace gm2m::query {

std::string Scope::column(std::span<const Hop> hops, const Field& field) {
    const backend::Dialect& dialect = writer_.dialect();
    std::string alias = alias_;
    std::vector<const Field*> path;
    for (const Hop& hop : hops) {
        path.push_back(hop.foreign_key);
        std::string& joined = joined_[path];
        if (joined.empty()) {
            joined = writer_.alias();
            joins_ += fmt::format(" LEFT JOIN {} AS {} ON {}.{} = {}.{}", context_.table_of(*hop.to), joined, joined,
                                  dialect.quote(hop.to->primary_key().column()), alias,
                                  dialect.quote(hop.foreign_key->column()));
        }
        alias = joined;
    }
    return fmt::format("{}.{}", alias, dialect.quote(field.column()));
}

std::string Scope::from() const {
    return fmt::format("{} AS {}{}", context_.table_of(model_), alias_, joins_);
}

}  // namespace gm2m::query
