#pragma once

#include <span>
#include <string>

#include "measure.hpp"

namespace benchmark {

void print_table(std::span<const Row> rows);
/// Rows of {workload, engine, layout, hand, median_s, peak_rss_mb, ratio}, and of {…, links} for S. Throws if the file
/// cannot be written.
void write_json(std::span<const Row> rows, const std::string& path);

}  // namespace benchmark
