#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <gm2m/database.hpp>
#include <gm2m/error.hpp>
#include <gm2m/pool.hpp>
#include <gm2m/transaction.hpp>

namespace gm2m {
namespace detail {

/// Waits before the next attempt: for a random time of up to 5 ms, and of twice as much each further time, at most 1 s;
/// so callers that have met do not meet again.
void wait_before_attempt(int attempt);
/// Whether work that has failed may be begun anew on this database.
bool may_retry(Database& database, const DatabaseError& error) noexcept;

template <class Work>
auto run_work(Work& work, Database& database) {
    if constexpr (std::invocable<Work&, Database&>)
        return work(database);
    else
        return work();
}

/// One attempt: `committing` says how far it got.
template <class Work>
auto attempt_work(Database& database, Work& work, bool& committing) {
    Transaction transaction(database);
    if constexpr (std::is_void_v<decltype(run_work(work, database))>) {
        run_work(work, database);
        committing = true;
        transaction.commit();
    } else {
        auto result = run_work(work, database);
        committing = true;
        transaction.commit();
        return result;
    }
}

}  // namespace detail

/// Runs `work`, a function of nothing or of the Database, in a transaction, and begins anew when that fails with an
/// error that is retryable(): a deadlock, a serialization failure, a busy file. At most `attempts` times; then, or for
/// any other error, throws what the last one threw, and nothing has happened. Returns what `work` returns. `work` must
/// be fit to run more than once: what it changed outside of the database stays changed.
///
/// Inside a transaction that is open already there is one attempt: only the whole of it can be begun anew.
template <class Work>
auto retry(Database& database, int attempts, Work&& work) {
    if (database.in_transaction())
        attempts = 1;
    for (int attempt = 1;; ++attempt) {
        bool committing = false;
        try {
            return detail::attempt_work(database, work, committing);
        } catch (const DatabaseError& error) {
            if (attempt >= attempts || !detail::may_retry(database, error))
                throw;
        }
        detail::wait_before_attempt(attempt);
    }
}

/// The same on a connection of a pool, and on another one where the connection was lost; unless it was lost while the
/// transaction committed: nobody knows then whether it has.
template <class Work>
auto retry(Pool& pool, int attempts, Work&& work) {
    for (int attempt = 1;; ++attempt) {
        bool committing = false;
        try {
            Pool::Lease lease = pool.acquire();
            return detail::attempt_work(*lease, work, committing);
        } catch (const ConnectionError& error) {
            if (attempt >= attempts || !error.retryable() || committing)
                throw;
        } catch (const DatabaseError& error) {
            if (attempt >= attempts || !error.retryable())
                throw;
        }
        detail::wait_before_attempt(attempt);
    }
}

}  // namespace gm2m
