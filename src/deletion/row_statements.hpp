#pragma once

#include <string>

#include "query/context.hpp"

namespace gm2m::deletion {

/// The SQL on rows that go, in the table of one model; parameter 1 is a key, or a list of keys.
struct RowStatements {
    /// Locks them in the order of their keys, which come back; where rows are locked.
    std::string lock_one, lock_many;
    std::string remove_one, remove_many;
    /// Those with integer keys from parameter 1 to parameter 2. Empty where rows go by lists.
    std::string remove_range;

    static const RowStatements& of(Context& context, const Model& model);
};

/// " ORDER BY" the key, in an order that all callers share.
std::string in_key_order(const backend::Dialect& dialect, const Field& key);

}  // namespace gm2m::deletion
