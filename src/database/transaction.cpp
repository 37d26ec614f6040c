#include <gm2m/transaction.hpp>

#include "database/database_impl.hpp"

namespace gm2m {

Transaction::Transaction(Database& database) : database_(database) {
    database_.impl().context.connection.begin();
}

Transaction::~Transaction() {
    if (open_)
        database_.impl().context.connection.rollback();
}

void Transaction::commit() {
    database_.impl().context.connection.commit();
    open_ = false;
}

void Transaction::rollback() {
    if (std::exchange(open_, false))
        database_.impl().context.connection.rollback();
}

}  // namespace gm2m
