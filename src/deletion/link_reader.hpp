#pragma once

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// The links of a relation at some ends of it, at most `limit` of them; 0 for all. One statement, unless there are more
/// objects than one parameter holds.
std::vector<Link> read_links(Context& context, const GM2MField& field, std::span<const LinkSide> sides,
                             std::size_t limit);

}  // namespace gm2m::deletion
