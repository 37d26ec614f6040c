#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace gm2m {

/// The base of everything that gm2m throws. The classes below it differ by what a caller would do about them.
class Error : public std::exception {
public:
    explicit Error(std::string message) : message_(std::move(message)) {}

    /// One sentence or two: the model, field and key concerned, and what to do.
    const char* what() const noexcept override { return message_.c_str(); }

    /// Appends `context` ("in cinema.User.preferred_videos") while the error passes through a layer that knows more.
    void add_context(std::string_view context);

private:
    std::string message_;
};

/// A declaration, a parameter or a URL is wrong: the program has to be changed.
class ConfigurationError : public Error {
public:
    using Error::Error;
};

/// A swappable model is used though a setting has replaced it: the message names the replacement. (BEHAVIOUR 8.2)
class SwappedModel : public ConfigurationError {
public:
    using ConfigurationError::ConfigurationError;
};

/// An object cannot be used for what was asked. Raised before anything is written.
class ObjectError : public Error {
public:
    using Error::Error;
};

/// The object has no primary key yet: insert it first.
class UnsavedObject : public ObjectError {
public:
    using ObjectError::ObjectError;
};

/// No model of that name or of that struct is registered.
class UnknownModel : public ObjectError {
public:
    using ObjectError::ObjectError;
};

/// The object is of another model than the one that is asked for.
class WrongModel : public ObjectError {
public:
    using ObjectError::ObjectError;
};

/// The model has no reverse accessor of that name (yet). (BEHAVIOUR 3.2)
class NoReverseRelation : public ObjectError {
public:
    using ObjectError::ObjectError;
};

/// The text form of the object's key is longer than the join table's `pk_maxlength`. (BEHAVIOUR 2.10)
class KeyTooLong : public ObjectError {
public:
    using ObjectError::ObjectError;
};

/// The object does not fulfil the condition that the relation sets for objects of its model: limit_choices_to.
class InvalidChoice : public ObjectError {
public:
    using ObjectError::ObjectError;
};

/// A value does not fit its field: too long, out of range, missing, of another kind, not valid UTF-8, with a NUL byte.
class InvalidValue : public ObjectError {
public:
    using ObjectError::ObjectError;
};

/// A question cannot be asked, or has not the answer that was asked for.
class QueryError : public Error {
public:
    using Error::Error;
};

/// The model has no field of that name; the message offers the nearest ones.
class UnknownField : public QueryError {
public:
    using QueryError::QueryError;
};

/// No row has that key.
class DoesNotExist : public QueryError {
public:
    using QueryError::QueryError;
};

/// More than one row where one was asked for.
class MultipleObjectsReturned : public QueryError {
public:
    using QueryError::QueryError;
};

/// A deletion was refused; nothing has been deleted.
class DeletionError : public Error {
public:
    using Error::Error;
};

/// The database refused, failed, or went away. What was under way has been rolled back.
class DatabaseError : public Error {
public:
    DatabaseError(std::string message, std::string code, std::string sql, bool retryable = false)
        : Error(std::move(message)), code_(std::move(code)), sql_(std::move(sql)), retryable_(retryable) {}

    /// The engine's own code: an SQLSTATE of five characters (PostgreSQL) or the symbol of an extended result code
    /// ("SQLITE_CONSTRAINT_UNIQUE"). Empty where no statement was involved.
    const std::string& code() const noexcept { return code_; }
    /// The statement, with placeholders in place of values; empty where there was none.
    const std::string& sql() const noexcept { return sql_; }
    /// Whether the same work, begun anew from the start of its transaction, may succeed.
    bool retryable() const noexcept { return retryable_; }

private:
    std::string code_;
    std::string sql_;
    bool retryable_;
};

/// A constraint of the database refused the write.
class IntegrityError : public DatabaseError {
public:
    enum class Constraint { unique, foreign_key, not_null, check, other };

    IntegrityError(std::string message, std::string code, std::string sql, Constraint constraint)
        : DatabaseError(std::move(message), std::move(code), std::move(sql)), constraint_(constraint) {}

    Constraint constraint() const noexcept { return constraint_; }

private:
    Constraint constraint_;
};

/// The server or the file cannot be reached, or the connection was lost. A new connection may succeed.
class ConnectionError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// Another connection held a lock for longer than the busy timeout. Retryable.
class Busy : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// Concurrent transactions got in each other's way (serialization failure, deadlock). Retryable.
class SerializationFailure : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// A table does not exist: create_tables() was not called, or the database is another one.
class MissingTable : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// The database, the file or the transaction is read-only.
class ReadOnlyDatabase : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// There is no room left on the disk, or a size limit of the database is reached.
class DiskFull : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// A statement inside this transaction has failed: it can only be rolled back. Nest a Transaction around work that
/// may fail, to go on after its failure.
class TransactionAborted : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

}  // namespace gm2m
