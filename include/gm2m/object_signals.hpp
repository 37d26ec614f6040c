#pragma once

#include <span>

#include <gm2m/object.hpp>
#include <gm2m/signal.hpp>

namespace gm2m {

class Database;

/// An object was inserted or updated: the event of ObjectSignals::saved. Lives as long as the call.
struct ObjectSaved {
    /// The object; empty where the program gave a bare struct or a reference to update().
    const Object& object;
    const Reference& reference;
    /// Inserted, not updated; of save() of an object that has a key it is not known, and false.
    bool created;
    /// The database that writes, in its transaction.
    Database& database;
};

/// Objects of one model were deleted: the event of ObjectSignals::deleted. Lives as long as the call.
struct ObjectsDeleted {
    const Model& model;
    /// As they were, those that went with others included.
    std::span<const Object> objects;
    Database& database;
};

/// Signals of one model, sent by the operations of a Database on objects, inside their transaction; not by the update()
/// of a query, which loads no objects. A receiver that throws ends the operation, and nothing has happened in the
/// database. An unheard signal costs nothing; a receiver of `deleted` has the objects loaded. (BEHAVIOUR 6.7)
struct ObjectSignals {
    Signal<ObjectSaved> saved;
    Signal<ObjectsDeleted> deleted;
};

}  // namespace gm2m
