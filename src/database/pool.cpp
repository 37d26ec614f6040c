#include <gm2m/pool.hpp>

#include <soci/soci.h>

#include <gm2m/error.hpp>

#include "database/database_impl.hpp"

namespace gm2m {

struct Pool::Impl {
    Impl(const Registry& registry, std::string_view address, std::size_t size, const DatabaseOptions& chosen)
        : models(registry), url(backend::parse_url(address)), options(chosen),
          cache(std::make_shared<detail::ContentTypeCache>()), sessions(size), databases(size) {}

    const Registry& models;
    const backend::ConnectionUrl url;
    const DatabaseOptions options;
    const std::shared_ptr<detail::ContentTypeCache> cache;
    soci::connection_pool sessions;
    std::vector<std::unique_ptr<Database>> databases;  // by position; one is touched by its lease alone
};

Pool::Pool(const Registry& models, std::string_view url, std::size_t size, const DatabaseOptions& options) {
    check_configuration(models, options);
    if (size == 0)
        throw ConfigurationError("a pool has at least one connection");
    impl_ = std::make_unique<Impl>(models, url, size, options);
    if (impl_->url.file == ":memory:")
        throw ConfigurationError("each connection to sqlite3://:memory: has a database of its own: a pool is for files "
                                 "and servers");
}

Pool::~Pool() = default;

Pool::Lease Pool::acquire() {
    return lease(impl_->sessions.lease());
}

std::optional<Pool::Lease> Pool::try_acquire(std::chrono::milliseconds timeout) {
    std::size_t position = 0;
    if (!impl_->sessions.try_lease(position, static_cast<int>(timeout.count())))
        return std::nullopt;
    return lease(position);
}

Pool::Lease Pool::lease(std::size_t position) {
    std::unique_ptr<Database>& database = impl_->databases[position];
    try {
        soci::session& session = impl_->sessions.at(position);
        if (!database) {
            backend::open(session, impl_->url);
            database = std::make_unique<Database>(std::make_unique<Database::Impl>(
                impl_->models,
                std::make_unique<backend::Session>(session, impl_->options.busy_timeout, backend::Session::Owner::gm2m),
                impl_->options, impl_->cache));
        }
    } catch (...) {
        impl_->sessions.give_back(position);
        throw;
    }
    return Lease(*this, position, *database);
}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), position_(other.position_), database_(other.database_) {}

Pool::Lease& Pool::Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        release();
        pool_ = std::exchange(other.pool_, nullptr);
        position_ = other.position_;
        database_ = other.database_;
    }
    return *this;
}

Pool::Lease::~Lease() {
    release();
}

void Pool::Lease::release() noexcept {
    if (!pool_)
        return;
    backend::Connection& connection = database_->impl().context.connection;
    while (connection.depth() > 0)
        connection.rollback();
    connection.listen({});
    if (!connection.is_usable()) {
        pool_->impl_->databases[position_].reset();
        pool_->impl_->sessions.at(position_).close();
    }
    pool_->impl_->sessions.give_back(position_);
    pool_ = nullptr;
}

}  // namespace gm2m
