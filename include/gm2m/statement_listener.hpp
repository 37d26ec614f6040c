#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace gm2m {

/// A statement that a database has run.
struct StatementEvent {
    /// With placeholders in place of values; valid during the call.
    std::string_view sql;
    /// From sending to the last row; of a statement in a pipeline, from the time the pipeline was sent.
    std::chrono::nanoseconds duration{};
    /// Rows returned, or changed. On PostgreSQL links may come as lists, of which each is one row.
    std::size_t rows = 0;
    /// How many times it was executed: 1, or where that costs no round trip, once per row that a prepared statement
    /// writes, once per run of consecutive keys whose rows it deletes, and once per step of a reverse prefetch.
    std::size_t executions = 1;
    /// Statements that went to the server together share a number.
    std::uint64_t round_trip = 0;
    /// BEGIN, SAVEPOINT, COMMIT….
    bool transaction_control = false;
    bool failed = false;
};

/// Sees every statement, on the thread that runs it. It must not throw or use the database.
using StatementListener = std::function<void(const StatementEvent&)>;

}  // namespace gm2m
