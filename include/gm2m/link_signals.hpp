#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <gm2m/object.hpp>
#include <gm2m/signal.hpp>

namespace gm2m {

class Database;

/// Links of one object are about to be made or removed, or have been: the event of LinkSignals. Lives as long as the
/// call.
struct LinkChange {
    /// "cinema.User.preferred_videos"
    const std::string& relation;
    /// The object whose relation was written: a source, or on the reverse side a target.
    const Reference& object;
    bool reverse;
    /// Exactly those that are linked or unlinked, and not what changes nothing; of clearing and cleared none.
    std::span<const Reference> objects;
    /// How many links; of clearing it is not known and 0.
    std::size_t count;
    /// The database that writes, in its transaction.
    Database& database;
};

/// Signals of one relation, sent by the operations of its managers, on either side, inside their transaction. Nothing
/// is sent for nothing. A receiver that throws ends the operation, and nothing has happened. Links that go with an
/// object that is deleted are told by GM2MField::deleting(). (BEHAVIOUR 6.7)
///
/// An unheard signal costs nothing. To know what is about to change, an operation with a receiver of `adding` or
/// `removing` is tried first, and undone: it takes twice as long. A receiver of `clearing` costs a statement, which
/// looks for links.
struct LinkSignals {
    Signal<LinkChange> adding, added, removing, removed, clearing, cleared;
};

}  // namespace gm2m
