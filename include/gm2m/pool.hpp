#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <gm2m/database.hpp>

namespace gm2m {

/// A fixed number of connections to one database, handed out to any thread. Connects when a connection is first
/// needed, and again after one was lost. Outlives its leases.
class Pool {
public:
    /// A Database for as long as the lease lives; movable. When it ends, an open transaction is rolled back.
    class [[nodiscard]] Lease {
    public:
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&& other) noexcept;
        ~Lease();

        Database& operator*() const& noexcept { return *database_; }
        Database& operator*() const&& = delete;  // the lease would be over at once
        Database* operator->() const noexcept { return database_; }

    private:
        friend class Pool;
        Lease(Pool& pool, std::size_t position, Database& database) noexcept
            : pool_(&pool), position_(position), database_(&database) {}
        void release() noexcept;

        Pool* pool_;
        std::size_t position_;
        Database* database_;
    };

    /// `size` is at least 1. Throws ConfigurationError as Database::open() does, and for "sqlite3://:memory:", where
    /// each connection would have a database of its own, but does not connect yet.
    Pool(const Registry& models, std::string_view url, std::size_t size, const DatabaseOptions& options = {});
    Pool(Registry&&, std::string_view, std::size_t, const DatabaseOptions& = {}) = delete;  // it outlives the pool
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Waits for a free connection. Throws ConnectionError.
    Lease acquire();
    /// Waits no longer than `timeout`; nothing if none became free. Throws ConnectionError.
    std::optional<Lease> try_acquire(std::chrono::milliseconds timeout);

private:
    Lease lease(std::size_t position);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace gm2m
