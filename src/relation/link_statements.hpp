#pragma once

#include <string>

#include "query/context.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The SQL on the links of one source. Parameters, in this order, are the source's key, and the content types and keys as
/// text of targets, which may be lists.
struct LinkStatements {
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

    /// The links of the sources in list parameter 1: (source, content type, key, order); in the compact layout without an
    /// order, the rows being in it.
    std::string of_many_sources;
    bool keeps_order;

    /// Which content types occur in the join table.
    std::string occurring;
    /// Removes the links of content type 1, whatever their source.
    std::string remove_content_type;

    static const LinkStatements& of(Context& context, const GM2MField& field);
};

}  // namespace gm2m::relation
