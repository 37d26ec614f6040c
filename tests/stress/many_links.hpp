#pragma once

#include "support/cinema.hpp"

namespace gm2m::test {

/// How many movies user 1 prefers, where there are many.
constexpr int many_links = 100'000;

/// In an empty cinema: user 1 and so many movies, from 1 on, without links.
void insert_many_movies(const ScratchDatabase& scratch);
/// Links all of them to user 1.
void link_many_movies(Database& db, const ScratchDatabase& scratch);

}  // namespace gm2m::test
