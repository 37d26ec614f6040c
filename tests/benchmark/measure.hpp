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
};

struct Plan {
    const Workload* workload;
    Engine engine;
    Layout layout;
    std::vector<Hand> hands;
    int repeat;
    std::string postgresql_url;
};

/// Runs the hands in turn, each from the same state, after one round that does not count. Throws if two of them
/// disagree about the work, or if it is interrupted.
std::vector<Row> measure(const Plan& plan);

/// What the process that measures a peak of memory does: the work, once.
void run_once(const Workload& workload, Hand hand, const Address& address);

double median_of(std::vector<double> values);

/// Has runs end early, with what they left cleaned up, on SIGINT and SIGTERM.
void watch_for_interrupts();

}  // namespace benchmark
