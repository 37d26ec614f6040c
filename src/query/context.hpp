#pragma once

#include <functional>
#include <memory>
#include <span>
#include <unordered_map>

#include <gm2m/registry.hpp>

#include "backend/connection.hpp"
#include "content_types/content_type_store.hpp"
#include "model/access.hpp"
#include "query/stored_log.hpp"
#include "query/write_log.hpp"

namespace gm2m {

class Database;

/// What every operation on one database needs: the registry, the connection, the content types, and the SQL that was
/// generated for this engine, by what it belongs to.
class Context {
public:
    Context(const Registry& models, backend::Connection& port, detail::ContentTypeStore& store, std::size_t most_keys)
        : registry(models),
          connection(port),
          content_types(store),
          keys_per_statement(most_keys),
          reader(models),
          stored_log(port) {
        connection.observe(write_log);
        connection.observe(stored_log);
    }
    ~Context() {
        connection.forget(stored_log);
        connection.forget(write_log);
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// The name of the model's table, as it was declared: of content types, this database's.
    const std::string& table_name_of(const Model& model) const {
        return &model == &registry.content_type_model() ? content_types.table() : model.table();
    }
    /// The same, quoted.
    std::string table_of(const Model& model) const { return connection.dialect().table(table_name_of(model)); }

    /// The T that was made for `owner` (a model, a relation), made by `make` the first time.
    template <class T, class Make>
    const T& cached(const void* owner, Make&& make) {
        static const char tag = 0;
        Cached& entry = entry_of({&tag, owner});
        if (!entry.made)
            entry.made = std::make_shared<T>(make());
        return *static_cast<const T*>(entry.made.get());
    }

    /// As cached(), of what depends on all that the registry has: made again after a declaration. Valid until the next
    /// call.
    template <class T, class Make>
    const T& cached_for_registry(const void* owner, Make&& make) {
        static const char tag = 0;
        Cached& entry = entry_of({&tag, owner});
        if (const std::size_t now = registry.generation(); !entry.made || entry.generation != now) {
            entry.made = std::make_shared<T>(make());
            entry.generation = now;
        }
        return *static_cast<const T*>(entry.made.get());
    }

    const Registry& registry;
    backend::Connection& connection;
    detail::ContentTypeStore& content_types;
    /// The most keys that one parameter holds; more go into further statements.
    const std::size_t keys_per_statement;
    ObjectReader reader;
    WriteLog write_log;
    /// Deletes objects with what depends on them, and says how many went, for layers below that of deletions: set by
    /// the database.
    std::size_t (*remove_objects)(Context& context, std::span<const ObjectRef> objects) = nullptr;
    StoredLog stored_log;
    /// Whose this is, for receivers of signals.
    Database* database = nullptr;

private:
    struct Key {
        const void* tag;
        const void* owner;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept {
            return std::hash<const void*>()(key.tag) * 31 + std::hash<const void*>()(key.owner);
        }
    };
    struct Cached {
        std::shared_ptr<void> made;
        std::size_t generation = 0;  // of the registry when it was made, if it depends on that
    };
    /// What it returns stays valid while others are added.
    Cached& entry_of(const Key& key);

    std::unordered_map<Key, Cached, Hash> cache_;
};

}  // namespace gm2m
