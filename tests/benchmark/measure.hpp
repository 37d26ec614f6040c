#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workload.hpp"

namespace benchmark {

/// One row of the table.
struct Row {
    std::string workload, engine = "-", layout = "-", hand;
    double median = 0, fastest = 0, slowest = 0;  // seconds
    std::optional<double> peak_rss;               // MB
    std::optional<double> ratio;                  // to the C API's median
    std::size_t links = 0;                        // Workload::scale
};

struct Plan {
    const Workload* workload;
    Stage* stage;  // of the workload's scene
    std::vector<Hand> hands;
    int repeat;
};

/// Runs the hands in turn, each from the same state, after one round that does not count. Throws if two of them
/// disagree about the work, or if it is interrupted.
std::vector<Row> measure(const Plan& plan);

/// "W1 sqlite compact"
std::string title_of(const Workload& workload, Engine engine, Layout layout);
/// A line about what is going on, to standard error.
void show(const std::string& text);

/// What the process that measures a peak of memory does: the work, once.
void run_once(const Workload& workload, Hand hand, const Address& address);

double median_of(std::vector<double> values);

/// Has runs end early, with what they left cleaned up, on SIGINT and SIGTERM.
void watch_for_interrupts();

}  // namespace benchmark
