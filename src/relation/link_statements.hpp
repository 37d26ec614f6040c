#pragma once

#include <string>

#include "query/context.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The SQL on a relation's join table. Parameters, in this order, are the source's key, the content type and the
/// target's key as text; in the forward direction the last two may be lists, in the reverse direction the first.
struct LinkStatements {
    // Forward: of one source.
    std::string add, remove, clear;
    /// Unlinks what is not among the links given: parameters 2 and 3, or with one execution per row, parameter 2 as
    /// texts "<content type>:<key>".
    std::string remove_others;
    /// Locks the source; then flips the links of parameters 2 and 3 and returns (0: removed or 1: added, content type,
    /// key). Empty where a writer has the database to itself.
    std::string lock_source, toggle;
    std::string contains;
    /// The reads exist for all models, and for the content types in list parameter 2.
    struct Read {
        std::string all, count, exists, count_by_model;
    };
    Read of_all_models, of_some_models;

    // Reverse: of one target. The reads and reverse_clear take only the content type and the key.
    std::string reverse_add, reverse_remove, reverse_clear, reverse_remove_others;
    std::string reverse_set_add;  // as reverse_add; locks the sources that are linked now as well
    std::string reverse_all, reverse_keys, reverse_count, reverse_exists;
    /// Locks the sources in list parameter 1, in the order of their keys. Empty as lock_source is.
    std::string lock_sources;

    /// The links of the sources in list parameter 1: (source, content type, key, order).
    std::string of_many_sources;
    /// The sources of the links of content type 1 with the keys in list parameter 2: (key, order, the source's columns).
    std::string of_many_targets;

    /// Which content types occur in the join table.
    std::string occurring;
    /// Removes the links of content type 1, whatever their source.
    std::string remove_content_type;

    static const LinkStatements& of(Context& context, const GM2MField& field);
};

}  // namespace gm2m::relation
