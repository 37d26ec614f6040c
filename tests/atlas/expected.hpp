#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "atlas/models.hpp"

namespace gm2m::test {

/// What the peer answers on its database.
const nlohmann::json& expected();

/// "atlas.timezone:279", as expected.json names objects.
std::string peer_name(const Model& model, const Value& key);
/// Sorted, as in expected.json.
std::vector<std::string> peer_names(const std::vector<Object>& objects);
/// The object of that name.
Object find_peer_object(Database& db, const std::string& name);

/// All answers of expected.json that are asked of the relation, against those of `db`.
void expect_answers(Database& db, const ::atlas::Atlas& atlas);

}  // namespace gm2m::test
