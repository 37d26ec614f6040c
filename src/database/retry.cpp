#include <gm2m/retry.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

namespace gm2m::detail {

void wait_before_attempt(int attempt) {
    thread_local std::minstd_rand random(std::random_device{}());
    const int longest = std::min(1'000'000, 5'000 << std::min(attempt - 1, 8));
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(0, longest)(random)));
}

bool may_retry(Database& database, const DatabaseError& error) noexcept {
    return error.retryable() && database.is_usable();
}

}  // namespace gm2m::detail
