#include <gm2m/verify.hpp>

#include "database/database_impl.hpp"
#include "deletion/integrity.hpp"

namespace gm2m {

std::vector<Inconsistency> verify(Database& database, const VerifyOptions& options) {
    return deletion::verify(database.impl().context, options);
}

}  // namespace gm2m
