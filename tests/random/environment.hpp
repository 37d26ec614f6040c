#pragma once

#include <cstdlib>

namespace gm2m::test {

/// The number that an environment variable holds. A run at random takes its seed from one: another seed each time would
/// be no test.
inline unsigned from_environment(const char* variable, unsigned otherwise) {
    const char* given = std::getenv(variable);
    return given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : otherwise;
}

}  // namespace gm2m::test
