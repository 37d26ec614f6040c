#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "backend/value_list.hpp"

namespace gm2m::relation {

/// The places of the values in ascending order: of integers, or of texts by their bytes. O(n) for integers that lie
/// close together and are distinct, as keys are that a database has generated; else O(n log n).
std::vector<std::uint32_t> sorted_order(const backend::ValueList& keys);

/// Each of the values once, in that order. O(n) for integers that lie close together.
backend::ValueList sorted_distinct(backend::ValueList keys);

/// The keys in slices of at most `most`, all in the order in which rows are locked (Dialect::in_byte_order()).
std::deque<backend::ValueList> sorted_slices(const backend::ValueList& keys, std::size_t most);

}  // namespace gm2m::relation
