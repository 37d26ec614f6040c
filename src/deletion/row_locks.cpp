#include "deletion/row_locks.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "deletion/dependents.hpp"
#include "deletion/row_statements.hpp"
#include "relation/sorted_order.hpp"

namespace gm2m::deletion {
namespace {

using backend::ValueList;

std::vector<const Going*> in_lock_order(Context& context, const std::pmr::list<Going>& objects) {
    using Place = std::tuple<bool, int, std::string_view>;
    std::vector<std::pair<Place, const Going*>> places;
    for (const Going& going : objects) {
        const Model& model = going.model();
        const bool is_source =
            std::ranges::any_of(Dependents::of(context, model).ends, [](const LinkEnd& end) { return !end.reverse; });
        // Without a content type nobody links to it.
        const int content_type =
            objects.size() == 1 ? 0
                                : context.content_types.find_id_once(model).value_or(std::numeric_limits<int>::max());
        places.push_back({{!is_source, content_type, model.label()}, &going});
    }
    std::ranges::sort(places, {}, &std::pair<Place, const Going*>::first);
    std::vector<const Going*> order;
    for (const auto& [place, going] : places)
        order.push_back(going);
    return order;
}

}  // namespace

std::list<RowLock> row_locks(Context& context, const std::pmr::list<Going>& objects) {
    std::list<RowLock> locks;
    if (!context.connection.dialect().locks_rows())
        return locks;
    for (const Going* going : in_lock_order(context, objects)) {
        const RowStatements& statements = RowStatements::of(context, going->model());
        const auto append = [&](ValueList keys) {
            const std::string& sql = keys.size() == 1 ? statements.lock_one : statements.lock_many;
            locks.emplace_back(going->model(), sql, std::move(keys));
        };
        // One statement sorts by itself; several would not be in order together.
        if (going->size() <= context.keys_per_statement)
            append(going->keys());
        else
            for (ValueList& part : relation::sorted_slices(going->keys(), context.keys_per_statement))
                append(std::move(part));
    }
    return locks;
}

void run(Context& context, std::list<RowLock>& locks) {
    std::vector<backend::Request> requests;
    for (RowLock& lock : locks)
        requests.push_back(lock.request());
    context.connection.execute(requests, backend::Access::read);
}

}  // namespace gm2m::deletion
