#include "relation/through_values.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/access.hpp"

namespace gm2m::relation {

ThroughValues::ThroughValues(const GM2MField& field, const FieldValues& all)
    : field_(field), through_(field.join_model()), fields_(field.through_fields()), all_(read(all)) {}

bool ThroughValues::makes_the_link(const Field& field) const {
    return &field == fields_.source || &field == fields_.target->content_type || &field == fields_.target->key;
}

ThroughValues::Assignments ThroughValues::read(const FieldValues& values) const {
    Assignments assignments;
    for (const auto& [name, value] : values) {
        const Field& field = through_.field(name);
        if (makes_the_link(field))
            throw InvalidValue(
                fmt::format("{} says what is linked: {} gives it its value itself", field.label(), field_.label()));
        Value fitting = field.coerce(value);
        field.check(fitting.view());
        assignments.emplace_back(&field, std::move(fitting));
    }
    return assignments;
}

const ThroughValues::Assignments& ThroughValues::of(const FieldValues* own) {
    if (!own || own->empty())
        return all_;
    Assignments merged = read(*own);
    for (const auto& assignment : all_)
        if (std::ranges::find(merged, assignment.first, &Assignments::value_type::first) == merged.end())
            merged.push_back(assignment);
    return own_.emplace_back(std::move(merged));
}

bool ThroughValues::needs_value(const Field& field) const {
    const bool is_made = field.is_primary_key() && field.is_generated();
    return !is_made && !field.null() && field.options().default_value.is_null() && !makes_the_link(field);
}

void ThroughValues::require_complete(const Assignments& assignments) const {
    for (const auto& field : through_.fields())
        if (needs_value(*field) &&
            std::ranges::find(assignments, field.get(), &Assignments::value_type::first) == assignments.end())
            throw InvalidValue(
                fmt::format("a link of {} needs a value for {}: give it by with_values({{{{\"{}\", …}}}}) or "
                            "WithValues, or declare the field with a default_value",
                            field_.label(), field->label(), field->name()));
}

// One that is not generated is given for the links that may have to be made.
void ThroughValues::require_same_key(const Assignments& assignments, std::span<const Value> rows) const {
    for (const auto& [field, value] : assignments)
        if (field->is_primary_key() && field->is_generated() &&
            std::ranges::any_of(rows, [&](const Value& key) { return key != value; }))
            throw InvalidValue(
                fmt::format("{} is the primary key, which a link of {} that exists keeps: updating() takes values "
                            "for the other fields",
                            field->label(), field_.label()));
}

Object ThroughValues::make(const Assignments& assignments) const {
    const Object row = through_.make();
    for (const auto& field : through_.fields())
        if (const Value& value = field->options().default_value; !value.is_null() && !makes_the_link(*field))
            row.set(field->name(), value);
    for (const auto& [field, value] : assignments)
        field->assign(data_of(row.row()), value.view());
    return row;
}

}  // namespace gm2m::relation
