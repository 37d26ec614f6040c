#pragma once

#include <soci/soci.h>

#include "plain_hand.hpp"

namespace benchmark::soci_api {

/// SOCI fetches as many rows at a time as the vectors in into() hold.
constexpr std::size_t rows_at_once = 1'000;

/// The numbers of the models in this database.
void read_content_types(soci::session& session, int (&content_types)[model_count]);
/// model_count if it is the number of none of ours.
std::size_t model_of(int content_type, const int (&content_types)[model_count]);

}  // namespace benchmark::soci_api
