#include "query/scope.hpp"

#include <fmt/format.h>

namespace gm2m::query {

std::string Scope::column(std::span<const Hop> hops, const Field& field) {
    const backend::Dialect& dialect = writer_.dialect();
    Place place{&model_, alias_, {}};
    for (const Hop& hop : hops) {
        const std::string key = column_at(place, *hop.foreign_key);
        place.model = hop.to;
        place.path.push_back(hop.foreign_key);
        std::string& joined = joined_[place.path];
        if (joined.empty()) {
            joined = writer_.alias();
            joins_ += fmt::format(" LEFT JOIN {} AS {} ON {}.{} = {}", context_.table_of(*hop.to), joined, joined,
                                  dialect.quote(hop.to->primary_key().column()), key);
        }
        place.alias = joined;
    }
    return column_at(place, field);
}

// A parent's table is joined for its columns alone: the key is in the model's own.
std::string Scope::column_at(const Place& place, const Field& field) {
    const backend::Dialect& dialect = writer_.dialect();
    const Model& table = field.table_model();
    if (&table == &place.model->concrete_model())
        return fmt::format("{}.{}", place.alias, dialect.quote(field.column()));
    const std::string own_key = fmt::format("{}.{}", place.alias, dialect.quote(place.model->primary_key().column()));
    if (field.is_primary_key())
        return own_key;
    std::vector<const Field*> path = place.path;
    path.push_back(&table.primary_key());
    std::string& joined = joined_[path];
    if (joined.empty()) {
        joined = writer_.alias();
        joins_ +=
            fmt::format(" {}JOIN {} AS {} ON {}.{} = {}", place.path.empty() ? "" : "LEFT ", context_.table_of(table),
                        joined, joined, dialect.quote(table.primary_key().column()), own_key);
    }
    return fmt::format("{}.{}", joined, dialect.quote(field.column()));
}

std::string Scope::from() const {
    return fmt::format("{} AS {}{}", context_.table_of(model_), alias_, joins_);
}

}  // namespace gm2m::query
