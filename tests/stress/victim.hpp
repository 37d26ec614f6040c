#pragma once

#include <string>
#include <vector>

namespace gm2m::test {

/// How many objects the victim adds in one call, and how many of them one statement takes.
constexpr int victim_links = 100'000;
constexpr int victim_keys_per_statement = 10'000;

/// A process that adds movies to user 1, says "begun" before and "done" afterwards, and ends itself by SIGKILL after
/// the n-th statement, if that is not 0. Arguments: configuration, URL, n.
int victim_process(const std::vector<std::string>& arguments);

}  // namespace gm2m::test
