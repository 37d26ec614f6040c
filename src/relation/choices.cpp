#include "relation/choices.hpp"

#include <map>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/access.hpp"
#include "model/names.hpp"
#include "query/query_compiler.hpp"

namespace gm2m::relation {

std::optional<Condition> choice_of(const GM2MField& field, const Model& model) {
    std::optional<Condition> all;
    for (const auto& [label, condition] : field.options().limit_choices_to)
        if (label_key(label) == label_key(model.label()) ||
            label_key(label) == label_key(model.concrete_model().label()))
            all = all ? *all && condition : condition;
    return all;
}

void require_choices(Context& context, const GM2MField& field, std::span<const ObjectRef> objects,
                     const std::function<void(std::vector<Reference>& refused)>& exempt) {
    if (field.options().limit_choices_to.empty())
        return;
    std::map<std::string, std::pair<const Model*, std::vector<Operand>>> by_model;
    for (const ObjectRef& object : objects) {
        const ObjectView view = context.reader.read(object);
        by_model.try_emplace(view.model->label(), view.model, std::vector<Operand>())
            .first->second.second.emplace_back(saved_key(view));
    }
    for (auto& [label, given] : by_model) {
        auto& [model, keys] = given;
        const std::optional<Condition> choice = choice_of(field, *model);
        if (!choice)
            continue;
        detail::QueryState query{.context = &context, .model = model};
        query.filters.push_back(F("pk").in(std::move(keys)));
        query.filters.push_back(!*choice);
        std::vector<Reference> refused;
        const Kind kind = model->primary_key().kind();
        backend::RowSink sink([&](std::span<const ValueView> row) {
            refused.push_back({given.first, Value(kind, row[0])});
        });
        query::QueryCompiler compiler(context, query);
        compiler.select_keys(false);
        backend::Request request = compiler.request(&sink);
        context.connection.execute(request, backend::Access::read);
        if (exempt && !refused.empty())
            exempt(refused);
        if (!refused.empty())
            throw InvalidChoice(
                fmt::format("{} does not fulfil what limit_choices_to of {} asks of {}: nothing was linked",
                            refused.front().to_string(), field.label(), label));
    }
}

}  // namespace gm2m::relation
