#pragma once

#include <gm2m/gm2m.hpp>

namespace gm2m::test {

/// The models of the world of random queries, as structs and at run time.
void declare_compiled_query_models(Registry& models);
void declare_run_time_query_models(Registry& models);

}  // namespace gm2m::test
