#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <gm2m/expression.hpp>
#include <gm2m/registry.hpp>

namespace gm2m::query {

/// One step of a path, from one model to another.
struct Hop {
    enum class Type {
        foreign_key,          // to the one object that a foreign key names
        reverse_foreign_key,  // to the objects whose foreign key names this one
        gm2m,                 // to the linked objects of one model
        reverse_gm2m,         // to the sources that link this one
        generic_foreign_key,  // to the object that a content type and a key name, if it is of that model
    };
    Type type;
    const Model* from;
    const Model* to;
    const Field* foreign_key = nullptr;
    std::optional<GM2MField> relation = {};
    const GenericForeignKey* generic = nullptr;

    /// Whether its end is reached by a subquery rather than a join: there can be several objects, or none.
    bool is_multiple() const noexcept { return type != Type::foreign_key; }
    friend bool operator==(const Hop&, const Hop&) = default;
};

/// A path that was found in the models: some hops, and the field at their end; none if the path ends at a relation.
struct ResolvedPath {
    std::vector<Hop> hops;
    const Field* field = nullptr;
    std::string text;  // for messages
    /// A path that ends at a relation to objects of any models, or at a generic foreign key; compared with objects
    /// alone.
    std::optional<GM2MField> open_relation = {};
    const GenericForeignKey* open_generic = nullptr;

    /// What is compared at the end of a path that is not open: the field; where it ends at a relation, the key of what
    /// that leads to.
    const Field& compared() const { return field ? *field : hops.back().to->primary_key(); }
    bool is_open() const noexcept { return open_relation || open_generic; }
    /// Whether no one value of the row is at its end.
    bool leads_to_several() const noexcept { return is_open() || std::ranges::any_of(hops, &Hop::is_multiple); }
};

/// Throws UnknownField, naming the path and offering the nearest names; QueryError for a name that is ambiguous.
ResolvedPath resolve(const Registry& registry, const Model& model, const detail::FieldPath& path);

}  // namespace gm2m::query
