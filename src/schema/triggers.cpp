#include "schema/triggers.hpp"

#include <fmt/format.h>

#include "schema/join_table.hpp"

namespace gm2m::schema {
namespace {

bool deletes_links(LinkPolicy policy) {
    return policy == LinkPolicy::cascade || policy == LinkPolicy::cascade_signal;
}

}  // namespace

std::vector<backend::Dialect::Trigger> triggers(const backend::Dialect& dialect, const Registry& registry,
                                                const std::string& content_type_table) {
    std::vector<backend::Dialect::Trigger> all;
    for (const GM2MField& field : registry.gm2m_fields()) {
        if (!field.options().db_triggers)
            continue;
        const JoinTable join = join_table_of(field);
        const std::string links = dialect.table(join.name);
        const auto append = [&](const Model& model, std::string_view side, std::string condition, bool before) {
            const std::string proxy = model.is_proxy() ? "_" + model.model_name() : "";
            all.push_back({fmt::format("{}_{}{}_{}", join.name, model.table(), proxy, side), dialect.table(model.table()), links,
                           std::move(condition), before});
        };
        const auto key_of = [&](const Model& model) { return "OLD." + dialect.quote(model.primary_key().column()); };
        // Before, since the join table's foreign key refuses a row that still has links.
        if (join.source->is_managed() && deletes_links(field.source_policy()))
            append(*join.source, "src", fmt::format("{} = {}", dialect.quote(join.source_column), key_of(*join.source)),
                   true);
        for (const Model* model : registry.models())
            if (model->concrete_model().is_managed() && deletes_links(field.target_policy(*model)))
                append(*model, "tgt",
                       fmt::format("{} = (SELECT c.id FROM {} AS c WHERE c.app_label = {} AND c.model = {}) AND {} = {}",
                                   dialect.quote(join.content_type_column), dialect.table(content_type_table),
                                   dialect.literal(model->app_label()), dialect.literal(model->model_name()),
                                   dialect.quote(join.key_column),
                                   dialect.key_to_text(key_of(*model), model->primary_key().kind())),
                       false);
    }
    return all;
}

}  // namespace gm2m::schema
