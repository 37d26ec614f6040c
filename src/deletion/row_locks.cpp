#include "deletion/row_locks.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "deletion/dependents.hpp"
#include "relation/sorted_order.hpp"

namespace gm2m::deletion {
namespace {

using backend::Dialect;
using backend::ValueList;

std::vector<const Going*> in_lock_order(Context& context, const std::deque<Going>& objects) {
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

std::string lock_statement(Context& context, const Model& model, bool one) {
    const Dialect& dialect = context.connection.dialect();
    const Field& key = model.primary_key();
    const std::string column = dialect.quote(key.column());
    const std::string rows = fmt::format("SELECT 1 FROM {} WHERE ", context.table_of(model));
    if (one)
        return fmt::format("{}{} = {} FOR UPDATE", rows, column, dialect.parameter(1));
    return fmt::format("{}{}{} FOR UPDATE", rows, dialect.in_list(column, 1, key.kind()), in_key_order(dialect, key));
}

}  // namespace

std::string in_key_order(const backend::Dialect& dialect, const Field& key) {
    return fmt::format(" ORDER BY {}{}", dialect.quote(key.column()), dialect.in_byte_order(key.kind()));
}

std::deque<RowLock> row_locks(Context& context, const std::deque<Going>& objects) {
    std::deque<RowLock> locks;
    if (!context.connection.dialect().locks_rows())
        return locks;
    for (const Going* going : in_lock_order(context, objects)) {
        const auto append = [&](ValueList keys) {
            std::string sql = lock_statement(context, going->model(), keys.size() == 1);
            locks.emplace_back(std::move(sql), std::move(keys));
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

}  // namespace gm2m::deletion
