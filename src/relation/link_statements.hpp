#pragma once

#include <string>

#include "query/context.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The SQL on the links of one source, but for what makes links (linking_statements.hpp). Parameters, in this order,
/// are the source's key, and the content types and keys as text of targets, which may be lists.
struct LinkStatements {
    std::string remove, clear;
    /// The links (content type, key) in any order.
    std::string look;
    /// Lets nobody else write links of the source until the transaction ends.
    std::string lock_source;
    /// Row by row alone: clears, and returns the links (content type, key).
    std::string remove_all;
    std::string contains;
    /// The reads exist for all models, and for the content types in list parameter 2.
    struct Read {
        std::string all, count, exists, count_by_model;
        /// Row by row alone: those that occur, in any order.
        std::string content_types;
    };
    Read of_all_models, of_some_models;

    /// The links of the sources in list parameter 1: (source, content type, key, number in the order of linking); where
    /// nothing numbers them without it, the rows being in order. Where it has lists, those are of the keys.
    std::string of_many_sources;
    bool of_many_sources_has_lists = false;
    bool is_numbered;
    /// Whether a through model orders them.
    bool has_ordering;
    /// Whether rows of a through model may link an object twice.
    bool may_repeat;

    /// Which content types occur in the join table.
    std::string occurring;
    /// Removes the links of content type 1, whatever their source.
    std::string remove_content_type;

    static const LinkStatements& of(Context& context, const GM2MField& field);
};

}  // namespace gm2m::relation
