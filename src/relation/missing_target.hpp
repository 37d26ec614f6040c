#pragma once

#include <span>
#include <string_view>

#include <gm2m/error.hpp>
#include <gm2m/object.hpp>

namespace gm2m::relation {

/// Whether a write failed for a NULL in `column`, which stands for a target that is not there. (BEHAVIOUR 2.12)
bool is_missing_target(const IntegrityError& error, std::string_view column);

/// Throws what a caller is to see instead: an IntegrityError of a foreign key that says which of the targets is not
/// there, or, of several, that one is not.
[[noreturn]] void throw_missing_target(const IntegrityError& error, std::span<const Reference> targets);

}  // namespace gm2m::relation
