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

RemovalOfOne::RemovalOfOne(Context& context, const Model& model) : model_(model) {
    const Dependents& dependents = Dependents::of(context, model);
    const bool row_goes_first = context.connection.dialect().locks_rows();
    applies_ = !model.parent() && !dependents.go_after_reading &&
               (row_goes_first ? !dependents.go_last : dependents.foreign_keys.empty());
    if (!applies_)
        return;
    has_signal_ = std::ranges::any_of(dependents.ends, [](const LinkEnd& end) { return has_signal(end.policy); });
    const Step row{RowStatements::of(context, model).remove_one, {{Form::key}}, nullptr};
    if (row_goes_first)
        steps_.push_back(row);
    for (const std::vector<LinkEnd>& ends : ends_by_relation(dependents))
        if (row_goes_first)
            append_links(context, ends, true);
        else
            for (const LinkEnd& end : ends)
                append_links(context, std::span(&end, 1), false);
    if (!row_goes_first)
        steps_.push_back(row);
    for (const Step& step : steps_)
        slots_ += step.slots.size();
}

void RemovalOfOne::append_links(Context& context, std::span<const LinkEnd> ends, bool unless_there) {
    detail::RelationData& relation = *ends.front().relation;
    Step& step = steps_.emplace_back(
        Step{removal_of_one(context, relation, ends, unless_there ? &model_ : nullptr), {}, &relation});
    for (const LinkEnd& end : ends) {
        if (end.reverse && relation.is_generic)
            step.slots.insert(step.slots.end(), {{Form::content_type, end.linked_model}, {Form::text}});
        else
            step.slots.push_back({Form::key});
        if (unless_there)
            step.slots.push_back({Form::key});
    }
}

std::optional<Deleted> RemovalOfOne::run(Context& context, const ValueView& key) const {
    std::array<std::byte, 1024> buffer;
    std::pmr::monotonic_buffer_resource memory(buffer.data(), buffer.size());
    std::pmr::vector<Parameter> parameters(&memory);
    std::pmr::vector<Request> requests(&memory);
    parameters.reserve(slots_);
    requests.reserve(steps_.size());
    const Kind kind = model_.primary_key().kind();
    std::string text;
    text::append_value(text, kind, key);
    for (const Step& step : steps_) {
        for (const Slot& slot : step.slots)
            if (slot.form == Form::key) {
                parameters.emplace_back(kind, key);
            } else if (slot.form == Form::text) {
                parameters.push_back(Parameter::text(text));
            } else {
                const std::optional<int> id = context.content_types.find_id_once(*slot.model);
                if (!id)
                    return std::nullopt;
                parameters.push_back(Parameter::integer(*id));
            }
        requests.push_back({.sql = &step.sql, .parameters = std::span(parameters).last(step.slots.size())});
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
