#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include <gm2m/content_types.hpp>

#include "backend/connection.hpp"

namespace gm2m::detail {

/// Committed content types of one database, shared by the connections of a pool.
class ContentTypeCache {
public:
    std::optional<ContentType> find(int id) const;
    std::optional<int> find_id(const Model& model) const;
    void insert(const ContentType& content_type);
    void clear();
    /// As long as it stays, so does the number of every model that has one.
    std::size_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

private:
    mutable std::mutex mutex_;
    std::atomic<std::size_t> generation_ = 0;
    std::unordered_map<int, ContentType> by_id_;
    std::unordered_map<const Model*, int> by_model_;
};

/// The content types as one connection sees them: the shared cache, and what this connection's open transaction has
/// created, which nobody else may see yet.
class ContentTypeStore final : public backend::TransactionObserver {
public:
    ContentTypeStore(backend::Connection& connection, const Registry& registry, std::string table,
                     std::shared_ptr<ContentTypeCache> cache);
    ~ContentTypeStore();

    const Registry& registry() const noexcept { return registry_; }
    const std::string& table() const noexcept { return table_; }

    /// The number of a model, created if need be.
    int id_of(const Model& model);
    /// The number of a model, if it has one in this database; never writes.
    std::optional<int> find_id(const Model& model);
    /// As find_id(); 0, which no row has, for a model without a number: it is linked to nothing.
    int id_or_none(const Model& model) { return find_id(model).value_or(0); }
    /// As find_id(), but does not look again for one that was missing when the table was read.
    std::optional<int> find_id_once(const Model& model);
    /// The content type of a number, if the table has it.
    std::optional<ContentType> find(int id);
    std::vector<ContentType> load();
    void remove(const std::vector<int>& ids);
    void clear();

    void committed(std::size_t depth) override;
    void rolled_back(std::size_t depth) override;

private:
    /// Created in a transaction that is still open.
    struct Pending {
        ContentType content_type;
        std::size_t depth;  // 0: in a transaction of the session's owner, of whose end nobody tells
    };

    std::optional<int> find_cached(const Model& model);
    ContentType create(const Model& model);
    void check_foreign_transaction();
    ContentType complete(int id, std::string app_label, std::string model) const;

    backend::Connection& connection_;
    const Registry& registry_;
    std::string table_;
    std::shared_ptr<ContentTypeCache> cache_;
    // What this connection has found there, lest its thread wait for others at each look.
    std::unordered_map<const Model*, int> known_;
    std::size_t known_generation_ = 0;  // of the cache
    std::vector<Pending> pending_;
    bool loaded_ = false;  // the whole table was read once
    std::string select_all_;
    std::string create_;
};

}  // namespace gm2m::detail
