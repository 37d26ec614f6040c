#pragma once

#include <set>
#include <string>
#include <vector>

namespace gm2m::test {

/// A statement's SELECTs and writes, each without those that are nested in it, and the parts of a UNION by themselves.
std::vector<std::string> blocks_of(const std::string& sql);

/// What keeps a statement, in the form of plain(), from running where join tables are distributed by their sources, and
/// all objects' tables by their keys. (DESIGN 5) Empty if nothing does.
std::set<std::string> obstacles(const std::string& sql);

}  // namespace gm2m::test
