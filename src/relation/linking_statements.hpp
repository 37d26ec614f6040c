#pragma once

#include <string>
#include <vector>

#include "query/context.hpp"
#include "relation/link_list.hpp"

namespace gm2m::relation {

/// The SQL that makes links of one source to objects of certain models, and sees to it that these objects are there:
/// the row of a target is read, and where rows can be locked kept from being deleted, in the same statement. Where one
/// is missing a link's key is NULL, which the join table refuses, and with it all that the statement does.
/// (BEHAVIOUR 2.12)
///
/// The parameters are those of LinkStatements; with lists, each model's target_keys() follow.
struct LinkingStatements {
    /// Of the targets, in the order of the content types.
    std::vector<TargetModel> models;

    std::string add;
    /// With lists alone, each link once; after lock_source, flip the links given, or leave exactly these. What is
    /// linked already need not be there. Return (content type, key), the content type negative where the link has gone.
    std::string toggle, set;
    /// With lists alone, by model: locks the objects in list parameter 1, in the order of their keys. Before a
    /// statement is executed for several slices of a list: together they would not lock in order.
    std::vector<std::string> locks;

    /// Good until it is called again.
    static const LinkingStatements& of(Context& context, const GM2MField& field,
                                       const std::vector<TargetModel>& models);
};

}  // namespace gm2m::relation
