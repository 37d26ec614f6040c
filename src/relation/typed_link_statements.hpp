#pragma once

#include <string>

#include "query/context.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The SQL on the links of one object that all lead to objects of one model. The parameters of writes are the far keys,
/// a list, and the near object's columns; those of reads the near object's columns alone.
struct TypedLinkStatements {
    schema::TypedSide side;
    Kind far_kind;

    std::string add, remove, clear;
    /// As add; also locks the sources that are linked now. Then: unlinks what is not among the far keys given.
    std::string set_add, remove_others;
    /// Locks the sources that are written: the far keys in list parameter 1, in the order of the keys, or the near key.
    /// Empty where a writer has the database to itself.
    std::string lock;

    std::string all, keys, count, exists;
    /// Parameters: the far key, the near object's columns.
    std::string contains;
    /// The links of many objects, their distinct keys in a list as the last parameter: (near key, order, the far model's
    /// columns). The order is to be sorted by, unless the links of each object come sorted. Empty where the next serves.
    std::string of_many;
    bool of_many_is_sorted = false;
    /// Where statements cost nothing to repeat: the links of the near keys in list parameter 1, (place in the list, far key,
    /// and the order if the links keep one), and the objects of the far keys in list parameter 2, (place in the list, the
    /// far model's columns). Parameter 3 is the content type, if there is one.
    std::string links_and_objects;

    static const TypedLinkStatements& of(Context& context, detail::RelationData& relation, bool reverse);
};

}  // namespace gm2m::relation
