#pragma once

#include <string>
#include <vector>

namespace gm2m::test {

/// How many keys one statement of the victim takes.
constexpr int victim_keys_per_statement = 10'000;

/// A process that carries out one operation on many movies (many_links.hpp): "add" links them to user 1, "remove"
/// deletes them by a query. Says "begun" before and "done" afterwards, and ends itself by SIGKILL after the n-th
/// statement, of "remove" the n-th DELETE, if that is not 0. Arguments: configuration, URL, operation, n.
int victim_process(const std::vector<std::string>& arguments);

}  // namespace gm2m::test
