#pragma once

#include <cstdint>
#include <utility>

#include <gm2m/database.hpp>

namespace gm2m {

/// A transaction, rolled back unless it is committed. One inside another is a savepoint: if it is rolled back, the
/// outer one goes on. On SQLite the outermost takes the write lock at once, so that it cannot fail for it later. On
/// PostgreSQL it begins with the first statement, in the same round trip, or by itself before a nested one; one of no
/// statements costs nothing. Where SQL of one's own may come first (interop/soci.hpp) it begins at once.
///
/// After a DatabaseError inside a transaction nothing but rolling it back is possible; the same on both engines.
class [[nodiscard]] Transaction {
public:
    /// Begins. The database outlives the transaction. Throws Busy, ConnectionError; where it begins with the first
    /// statement, that one does.
    explicit Transaction(Database& database);
    /// Rolls back what is not committed.
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// Throws what the database says (an IntegrityError for a deferred constraint, Busy, DiskFull…), or
    /// TransactionAborted after an earlier error; then nothing of the transaction has happened. TransactionAborted,
    /// too, where it has ended already, or one that began inside it has not; then nothing changes.
    void commit();
    /// With all that began inside it. Nothing, where it has ended.
    void rollback();

private:
    Database& database_;
    std::uint64_t name_ = 0;  // by which the connection knows it; 0 once it has ended
};

/// Runs `work` in a transaction and commits it; rolls back if it throws. Returns what `work` returns.
template <class Work>
decltype(auto) atomically(Database& database, Work&& work) {
    Transaction transaction(database);
    if constexpr (std::is_void_v<decltype(work())>) {
        work();
        transaction.commit();
    } else {
        auto result = work();
        transaction.commit();
        return result;
    }
}

}  // namespace gm2m
