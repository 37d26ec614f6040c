#pragma once

#include <string>

#include "query/context.hpp"

/// Rows that go are locked in the order of their keys, so that deletions wait for one another instead of for a
/// deadlock.
namespace gm2m::deletion {

/// "SELECT … FOR UPDATE", by one key or by a list of keys; empty where rows are not locked.
std::string lock_statement(Context& context, const Model& model, bool one);

/// " ORDER BY" the key, in an order that all callers share.
std::string in_key_order(const backend::Dialect& dialect, const Field& key);

}  // namespace gm2m::deletion
