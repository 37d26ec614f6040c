#pragma once

#include <string>
#include <vector>

namespace benchmark {

/// Runs a program, found in PATH, to its end; its output goes to standard error. Throws if it fails.
void run_program(const std::vector<std::string>& command);

/// Runs this program with these arguments and returns the most memory that the process had resident, in MB.
double peak_of_own_process(const std::vector<std::string>& arguments);

/// The option that peak_of_own_process() sends first: the rest is run as a child. Returns the exit code.
inline constexpr char peak_option[] = "--peak-of";
int report_peak(char** arguments);

}  // namespace benchmark
