#include "deletion/removal_of_one.hpp"

#include <algorithm>
#include <array>
#include <memory_resource>

#include <gm2m/object_signals.hpp>

#include "backend/text_form.hpp"
#include "deletion/link_condition.hpp"
#include "deletion/row_statements.hpp"
#include "deletion/statement_batch.hpp"

namespace gm2m::deletion {
namespace {

using backend::Parameter;
using backend::Request;

/// The ends whose links go with the object, by relation.
std::vector<std::vector<LinkEnd>> ends_by_relation(const Dependents& dependents) {
    std::vector<std::vector<LinkEnd>> relations;
    for (const LinkEnd& end : dependents.ends) {
        if (leaves_links(end.policy))
            continue;
        const auto found = std::ranges::find(relations, end.relation,
                                             [](const std::vector<LinkEnd>& ends) { return ends.front().relation; });
        (found == relations.end() ? relations.emplace_back() : *found).push_back(end);
    }
    return relations;
}

}  // namespace

const RemovalOfOne* RemovalOfOne::find(Context& context, const Model& model) {
    const RemovalOfOne& removal =
        context.cached_for_registry<RemovalOfOne>(&model, [&] { return RemovalOfOne(context, model); });
    const bool is_told = model.signals().deleted.is_heard() ||
                         (removal.has_signal_ && Dependents::of(context, model).is_told(context.registry));
    return removal.applies_ && !is_told ? &removal : nullptr;
}

RemovalOfOne::RemovalOfOne(Context& context, const Model& model)
    : model_(model), row_goes_first_(context.connection.dialect().locks_rows()) {
    model.require_complete();
    const Dependents& dependents = Dependents::of(context, model);
    applies_ = !model.parent() && !dependents.go_after_reading &&
               (row_goes_first_ ? !dependents.go_last : dependents.foreign_keys.empty());
    if (!applies_)
        return;
    has_signal_ = std::ranges::any_of(dependents.ends, [](const LinkEnd& end) { return has_signal(end.policy); });
    Step row;
    row.sql.emplace("", RowStatements::of(context, model).remove_one);
    if (row_goes_first_)
        steps_.push_back(row);
    for (std::vector<LinkEnd>& ends : ends_by_relation(dependents)) {
        ends_ += ends.size();
        detail::RelationData* const relation = ends.front().relation;
        if (row_goes_first_)
            steps_.push_back({relation, std::move(ends)});
        else
            for (const LinkEnd& end : ends)
                steps_.push_back({relation, {end}});
    }
    if (!row_goes_first_)
        steps_.push_back(row);
}

const std::string& RemovalOfOne::sql_of(Context& context, const Step& step, const std::string& known) const {
    const auto found = step.sql.find(known);
    if (found != step.sql.end())
        return found->second;
    const Model* const unless_there = row_goes_first_ ? &model_ : nullptr;
    return step.sql.emplace(known, removal_of_one(context, *step.relation, step.ends, known, unless_there))
        .first->second;
}

Deleted RemovalOfOne::run(Context& context, const ValueView& key) const {
    std::array<std::byte, 1024> buffer;
    std::pmr::monotonic_buffer_resource memory(buffer.data(), buffer.size());
    std::pmr::vector<Parameter> parameters(&memory);
    std::pmr::vector<Request> requests(&memory);
    parameters.reserve(4 * ends_ + 1);  // at most, so that they stay where they are
    requests.reserve(steps_.size());
    const Parameter key_alone(model_.primary_key().kind(), key);
    std::string text, known;
    text::append_value(text, key_alone.kind, key);
    for (const Step& step : steps_) {
        const std::size_t before = parameters.size();
        known.clear();
        for (const LinkEnd& end : step.ends) {
            if (!end.reverse || !step.relation->is_generic) {
                known += known_type;
                parameters.push_back(key_alone);
            } else {
                known += append_content_type(context, *end.linked_model, parameters);
                parameters.push_back(Parameter::text(text));
            }
            if (row_goes_first_)
                parameters.push_back(key_alone);
        }
        if (!step.relation)
            parameters.push_back(key_alone);
        requests.push_back({.sql = &sql_of(context, step, known), .parameters = std::span(parameters).subspan(before)});
    }
    context.connection.execute(requests, backend::Access::write);

    Deleted deleted;
    Tally tally;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        tally.count += requests[i].affected;
        if (i + 1 < steps_.size() && steps_[i + 1].relation == steps_[i].relation)
            continue;
        tally.relation = steps_[i].relation;
        tally.model = tally.relation ? nullptr : &model_;
        tally.add_to(deleted);
        tally.count = 0;
    }
    return deleted;
}

}  // namespace gm2m::deletion
