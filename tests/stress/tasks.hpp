#pragma once

#include <string>

#include "stress/workers.hpp"

namespace gm2m::test {

/// What a worker can be told to do, by name, so that another process knows it too. Throws std::out_of_range.
Task task_called(const std::string& name);

}  // namespace gm2m::test
