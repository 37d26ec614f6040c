#include <gm2m/transaction.hpp>

#include <gm2m/error.hpp>

#include "database/database_impl.hpp"

namespace gm2m {

Transaction::Transaction(Database& database) : database_(database) {
    backend::Connection& connection = database_.impl().context.connection;
    connection.begin();
    name_ = connection.transaction();
}

Transaction::~Transaction() {
    rollback();
}

void Transaction::commit() {
    backend::Connection& connection = database_.impl().context.connection;
    if (!name_ || !connection.is_open(name_))
        throw TransactionAborted("this transaction has ended: nothing is left to be committed", "", "COMMIT");
    if (connection.transaction() != name_)
        throw TransactionAborted("a transaction that began inside this one is open: it is to end first", "", "COMMIT");
    connection.commit();
    name_ = 0;
}

void Transaction::rollback() {
    const std::uint64_t name = std::exchange(name_, 0);
    if (!name)
        return;
    backend::Connection& connection = database_.impl().context.connection;
    while (connection.is_open(name))
        connection.rollback();
}

}  // namespace gm2m
