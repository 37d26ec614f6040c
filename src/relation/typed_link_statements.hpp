#pragma once

#include <string>
#include <vector>

#include "query/context.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The SQL that asks for the objects that one object's links lead to, all of one model. The parameters are the near
/// object's columns. Each connection makes this with the first work on the side, and the statements below when it needs
/// them.
struct TypedLinkStatements {
    schema::TypedSide side;
    Kind far_kind;

    std::string all;
    /// The far model's, after the order if it has that, and then it does not come sorted.
    std::vector<Kind> all_columns;
    bool all_has_order = false;
    /// Whether the last answer had several objects: a hint of how much memory to begin with.
    mutable bool found_several = false;

    static const TypedLinkStatements& of(Context& context, detail::RelationData& relation, bool reverse);
};

/// The SQL that asks for the links alone. The parameters are the near object's columns.
struct TypedKeyStatements {
    std::string keys, count, exists;
    /// Parameters: the far key, the near object's columns.
    std::string contains;

    static const TypedKeyStatements& of(Context& context, detail::RelationData& relation, bool reverse);
};

/// The SQL on the links of many objects.
struct TypedLoadStatements {
    /// The links of many objects, their distinct keys in a list as the last parameter: (place in the list, order, the
    /// far model's columns). The order is to be sorted by, unless the links of each object come sorted. Empty where the
    /// next serves. Where it has lists the far objects come once each: (the far model's columns, a list of places).
    std::string of_many;
    bool of_many_is_sorted = false;
    bool of_many_has_lists = false;
    /// The links without the far objects: (place in the list, order, far key), or where of_many has lists (place in the
    /// list, far key), the order being that of the far keys. Empty where of_many is, for keys that the database may
    /// compare otherwise than by their value, and where they are to be sorted by and are no integers.
    std::string links_of_many;
    /// Where statements cost nothing to repeat: the links of the near keys in list parameter 1, (place in the list, far
    /// key, and the order if the links keep one), and the objects of the far keys in list parameter 2, (place in the
    /// list, the far model's columns). Parameter 3 is the content type, if there is one.
    std::string links_and_objects;

    static const TypedLoadStatements& of(Context& context, detail::RelationData& relation, bool reverse);
};

/// The SQL that unlinks. The parameters are the far keys, a list, and the near object's columns.
struct TypedUnlinkingStatements {
    std::string remove;
    /// Has no far keys.
    std::string clear;
    /// After set_add of TypedLinkingStatements: unlinks what is not among the far keys given.
    std::string remove_others;
    /// Locks the sources that are written: the far keys in list parameter 1, in the order of the keys, or the near key.
    /// Empty where a writer has the database to itself.
    std::string lock;

    static const TypedUnlinkingStatements& of(Context& context, detail::RelationData& relation, bool reverse);
};

/// The SQL that makes links of one object, and sees to it that the targets are there, as LinkingStatements do: unless a
/// foreign key of the database does. Of a GM2M field's reverse side the near object, a target, is of one of many
/// models.
struct TypedLinkingStatements {
    /// The parameters are the far keys, a list, the near object's columns, and the near key if it takes_target_key.
    std::string add;
    /// As add; also locks the sources that are linked now.
    std::string set_add;
    bool takes_target_key = false;
    /// Locks the targets that are written: the near key in parameter 1 or the far keys, a list. After
    /// TypedUnlinkingStatements::lock; empty if it takes none.
    std::string lock_targets;

    /// `near`: the near object's model.
    static const TypedLinkingStatements& of(Context& context, detail::RelationData& relation, bool reverse,
                                            const Model& near);
};

}  // namespace gm2m::relation
