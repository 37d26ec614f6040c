#pragma once

#include <string>
#include <vector>

#include "architecture/include_graph.hpp"

namespace gm2m::test {

/// Includes that go up or sideways in the table of layers, "file:line: what is wrong"; also files and public headers
/// that are in no layer, and project files that do not exist.
std::vector<std::string> layer_findings(const IncludeGraph& graph);

/// Includes of an engine's folder or of a driver's header from where they do not belong.
std::vector<std::string> driver_findings(const IncludeGraph& graph);

/// Public headers outside gm2m/interop/ that reach a driver or Boost, directly or through others.
std::vector<std::string> public_header_findings(const IncludeGraph& graph);

/// Whether a header of SOCI, libpq, SQLite or Boost stands behind the name or path.
bool is_foreign_to_users(const std::string& include);

}  // namespace gm2m::test
