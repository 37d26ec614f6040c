#pragma once

#include <deque>
#include <span>
#include <vector>

#include <gm2m/gm2m_field.hpp>
#include <gm2m/object.hpp>

namespace gm2m::relation {

/// What the further fields of a through model's rows are given. (BEHAVIOUR 4.3)
class ThroughValues {
public:
    using Assignments = std::vector<std::pair<const Field*, Value>>;

    /// `all` are those of all links, and outlive this.
    ThroughValues(const GM2MField& field, const FieldValues& all);

    /// What one link gets: `own` before what all get; null for none. Valid as long as this.
    /// Throws UnknownField, InvalidValue for what is no further field, or does not fit it.
    const Assignments& of(const FieldValues* own);
    /// Throws InvalidValue if a field that needs a value has none.
    void require_complete(const Assignments& assignments) const;
    /// Throws InvalidValue if rows that are there were to get another key, where it is generated.
    void require_same_key(const Assignments& assignments, std::span<const Value> rows) const;
    /// A row with these values; the fields that make it a link are left to the caller.
    Object make(const Assignments& assignments) const;

private:
    Assignments read(const FieldValues& values) const;
    bool makes_the_link(const Field& field) const;
    bool needs_value(const Field& field) const;

    const GM2MField field_;
    const Model& through_;
    const ThroughFields fields_;
    Assignments all_;
    std::deque<Assignments> own_;
};

}  // namespace gm2m::relation
