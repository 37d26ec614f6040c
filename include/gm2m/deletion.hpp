#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gm2m/error.hpp>
#include <gm2m/gm2m_field.hpp>
#include <gm2m/object.hpp>
#include <gm2m/related_manager.hpp>

namespace gm2m {

class Database;

/// A row of a join table: what links to what.
struct Link {
    Reference source;
    /// Of a content type without a registered model: no model, and the key as text.
    Reference target;

    friend bool operator==(const Link&, const Link&) = default;
};

/// How many rows of one relation's join table, or of one model by a foreign key ("shop.Book.author").
struct FieldCount {
    std::string field;
    std::size_t count = 0;

    friend bool operator==(const FieldCount&, const FieldCount&) = default;
};

/// What a deletion has removed, or would remove. (BEHAVIOUR 6.4)
struct Deleted {
    std::size_t rows = 0;     ///< of models
    std::size_t links = 0;    ///< of join tables
    std::size_t updated = 0;  ///< whose foreign key was set to something else
    std::vector<ModelCount> by_model;    ///< what makes up `rows`; models of which none went are left out
    std::vector<FieldCount> by_relation; ///< … `links`
    std::vector<FieldCount> by_foreign_key;  ///< … `updated`
};

/// What deletes nothing, but tells what a deletion would do: Database::explain_remove().
struct DeletionPlan {
    Deleted would;
    /// Why it would be refused; empty if it would not. What receivers of signals would say is not known.
    std::vector<std::string> refusals;
    /// Links that would stay though they lead nowhere: do_nothing.
    std::vector<FieldCount> left_behind;

    /// A line for each of them.
    std::string to_string() const;
};

/// Objects, or links, stand in the way of a deletion. They are listed up to `most_listed`.
class ObstructedDeletion : public DeletionError {
public:
    static constexpr std::size_t most_listed = 1'000;

    ObstructedDeletion(std::string message, std::vector<Reference> objects, std::vector<Link> links)
        : DeletionError(std::move(message)), objects_(std::move(objects)), links_(std::move(links)) {}

    /// Objects whose foreign key refers to one that is to go.
    const std::vector<Reference>& objects() const noexcept { return objects_; }
    const std::vector<Link>& links() const noexcept { return links_; }

private:
    std::vector<Reference> objects_;
    std::vector<Link> links_;
};

/// A policy says `protect`. (BEHAVIOUR 6.2, 6.4)
class ProtectedError : public ObstructedDeletion {
public:
    using ObstructedDeletion::ObstructedDeletion;
};

/// A policy says `restrict`, and the objects would stay. (BEHAVIOUR 6.4)
class RestrictedError : public ObstructedDeletion {
public:
    using ObstructedDeletion::ObstructedDeletion;
};

/// A receiver of `deleting` has called refuse().
class DeletionRefused : public DeletionError {
public:
    using DeletionError::DeletionError;
};

namespace detail {
class DeletingLists;
}

/// Objects are about to be deleted, and with them their links in a relation, or not: the event of
/// GM2MField::deleting(). Sent once per deletion and relation, inside the deletion's transaction, before anything is
/// deleted. Lives as long as the call. (BEHAVIOUR 6.3)
class Deleting {
public:
    Deleting(const GM2MField& field, Database& database, detail::DeletingLists& lists) noexcept
        : field_(field), database_(database), lists_(lists) {}

    const GM2MField& field() const noexcept { return field_; }
    /// The objects that go and to whose links a policy with a signal applies: sources and targets. Loaded when first
    /// asked for, 1 statement per model.
    const std::vector<Object>& objects() const;
    /// Their links in the relation. Loaded when first asked for, 1 statement.
    const std::vector<Link>& links() const;
    /// The database that deletes, in its transaction: a receiver may read and write there, and delete further objects.
    Database& database() const noexcept { return database_; }

    /// Ends the whole deletion: throws DeletionRefused, and nothing has happened.
    [[noreturn]] void refuse(std::string_view why) const;

private:
    GM2MField field_;
    Database& database_;
    detail::DeletingLists& lists_;
};

}  // namespace gm2m
