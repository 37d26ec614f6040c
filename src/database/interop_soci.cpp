#include <gm2m/interop/soci.hpp>

#include "database/database_impl.hpp"

namespace gm2m {

Database borrow(const Registry& models, soci::session& session, const DatabaseOptions& options) {
    check_configuration(models, options);
    return Database(std::make_unique<Database::Impl>(
        models, std::make_unique<backend::Session>(session, options.busy_timeout), options,
        std::make_shared<detail::ContentTypeCache>()));
}

soci::session& session_of(Database& database) {
    return database.impl().session->lend();
}

}  // namespace gm2m
