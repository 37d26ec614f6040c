#pragma once

#include <string_view>

/// What to do about errors that both engines have.
namespace gm2m::backend::cures {

inline constexpr std::string_view missing_table = "call create_tables(), or open the database that has it";
inline constexpr std::string_view missing_column = "Database::check() compares the declarations with the tables";

}  // namespace gm2m::backend::cures
