#pragma once

#include <gm2m/object.hpp>

#include "query/context.hpp"

namespace gm2m::relation {

/// The objects that a foreign key, or a generic one, of these objects leads to: what Database::follow() does.
std::vector<Object> follow(Context& context, std::span<const Object> objects, std::string_view name);

/// Whether the model has a foreign key of that name, generic or not.
bool has_foreign_key(const Model& model, std::string_view name);
/// As follow(), of objects of one model; each keeps what it leads to, which answers follow() as long as its key is the
/// same.
std::vector<Object> prefetch_followed(Context& context, std::span<const Object> objects, std::string_view name);

/// Lets a foreign key, generic or not, of `object`, whose data is given, refer to `target`: in memory alone, but for
/// the content type of the target. Throws UnknownField, QueryError, WrongModel, UnsavedObject, KeyTooLong.
void assign(Context& context, const Model& model, void* object, std::string_view name, const ObjectRef& target);

}  // namespace gm2m::relation
