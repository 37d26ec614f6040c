#include "deletion/child_rows.hpp"

#include <fmt/format.h>

#include "deletion/row_statements.hpp"

namespace gm2m::deletion {

ChildRows::ChildRows(Context& context, const Model& model, backend::ValueList keys, bool lock)
    : model_(model),
      keys_(std::move(keys)),
      found_(keys_.kind()),
      parameters_{backend::Parameter(keys_)},
      kinds_{keys_.kind()} {
    const backend::Dialect& dialect = context.connection.dialect();
    const std::string own_key = dialect.quote(model.primary_key().column());
    select_ = fmt::format("SELECT {} FROM {} WHERE {}", own_key, context.table_of(model),
                          dialect.in_list(own_key, 1, keys_.kind()));
    if (!lock || !dialect.locks_rows())
        return;
    for (const Model* table : model.table_models()) {
        const Field& key = table->primary_key();
        const std::string order = in_key_order(dialect, key) + " FOR UPDATE";
        if (table == &model)
            select_ += order;
        else
            locks_.push_back(fmt::format("SELECT 1 FROM {} WHERE {} IN ({}){}", context.table_of(*table),
                                         dialect.quote(key.column()), select_, order));
    }
}

void ChildRows::append_requests(std::vector<backend::Request>& requests) {
    for (const std::string& sql : locks_)
        requests.push_back({.sql = &sql, .parameters = parameters_, .plan_by_lists = true});
    requests.push_back(
        {.sql = &select_, .parameters = parameters_, .columns = kinds_, .sink = this, .plan_by_lists = true});
}

}  // namespace gm2m::deletion
