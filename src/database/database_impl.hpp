#pragma once

#include <gm2m/database.hpp>

#include "backend/session.hpp"
#include "content_types/content_type_store.hpp"
#include "query/context.hpp"

namespace gm2m {

/// Deletes objects of any models, for Context::remove_objects.
std::size_t remove_objects(Context& context, std::span<const ObjectRef> objects);

struct Database::Impl {
    Impl(const Registry& models, std::unique_ptr<backend::Session> connected, const DatabaseOptions& chosen,
         std::shared_ptr<detail::ContentTypeCache> cache)
        : session(std::move(connected)),
          store(session->connection(), models, chosen.content_type_table, std::move(cache)), content_types(store),
          context(models, session->connection(), store, chosen.keys_per_statement), options(chosen) {
        context.remove_objects = remove_objects;
    }

    std::unique_ptr<backend::Session> session;
    detail::ContentTypeStore store;
    ContentTypes content_types;
    Context context;
    DatabaseOptions options;
};

/// Reports what check() finds. Throws CheckError, and ConfigurationError for options that make no sense.
void check_configuration(const Registry& models, const DatabaseOptions& options);

}  // namespace gm2m
