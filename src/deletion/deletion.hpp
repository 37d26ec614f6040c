#pragma once

#include <gm2m/content_types.hpp>
#include <gm2m/deletion.hpp>

#include "model/access.hpp"
#include "query/context.hpp"
#include "query/query_state.hpp"

namespace gm2m::deletion {

/// What is to be deleted: objects of any models, and all of some queries.
struct Given {
    std::vector<ObjectView> objects;
    std::vector<const detail::QueryState*> queries;
};

/// Deletes it with what depends on it, in one transaction. Where nothing has to be read before, that is one round trip:
/// one statement for each relation and one for the rows; one more locks the rows if others could link to them
/// meanwhile.
Deleted remove(Context& context, const Given& given);

/// What remove() would do; changes nothing.
DeletionPlan explain_remove(Context& context, const Given& given);

/// Removes the stale content types and the links that name them.
std::vector<ContentType> remove_stale(Context& context, bool of_unknown_apps);

}  // namespace gm2m::deletion
