#pragma once

#include <span>

#include <gm2m/object.hpp>

#include "model/access.hpp"
#include "query/context.hpp"

/// Rows of models, one by one or many: what Database::insert() and its like do. Everything is checked before anything
/// is written.
namespace gm2m::object_store {

/// Inserts the objects, in one transaction; objects without a key get theirs. Throws InvalidValue, UnsavedObject (a
/// key that nobody makes is missing), IntegrityError.
void insert(Context& context, std::span<const Object> objects);
/// Null if there is no such row. The key may be of any kind that reads as the primary key's.
Object find(Context& context, const Model& model, const Value& key);
/// As find(), but throws DoesNotExist.
Object get(Context& context, const Model& model, const Value& key);
/// Writes the named fields, all but the key if none is named. Throws DoesNotExist if the row is gone.
void update(Context& context, const ObjectView& object, std::span<const std::string_view> fields);
/// Writes the given fields of objects of one model, one execution for each, in one round trip. Throws as update().
void update_many(Context& context, std::span<const Object> objects, std::span<const Field* const> fields);
/// Inserts the object if it has no key; else inserts or updates its row, in one statement.
void save(Context& context, const Object& object);

/// Rows of a through model were written as objects: what was prefetched of the relations whose links they are is
/// outdated. (BEHAVIOUR 5.3)
void outdate_links(Context& context, const Model& model);

}  // namespace gm2m::object_store
