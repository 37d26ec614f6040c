#include "deletion/deletion.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "deletion/collector.hpp"
#include "deletion/counting.hpp"
#include "deletion/deleting.hpp"
#include "deletion/execution.hpp"
#include "deletion/removal_of_one.hpp"
#include "deletion/through_rows.hpp"
#include "relation/link_statements.hpp"
#include "schema/join_table.hpp"

namespace gm2m {

std::string DeletionPlan::to_string() const {
    std::string text;
    for (const ModelCount& count : would.by_model)
        text += fmt::format("delete {} of {}\n", count.count, count.label);
    for (const FieldCount& count : would.by_relation)
        text += fmt::format("delete {} links of {}\n", count.count, count.field);
    for (const FieldCount& count : would.by_foreign_key)
        text += fmt::format("set {} in {} rows\n", count.field, count.count);
    for (const FieldCount& count : left_behind)
        text += fmt::format("leave {} links of {} that lead nowhere\n", count.count, count.field);
    for (const std::string& refusal : refusals)
        text += fmt::format("refuse: {}\n", refusal);
    return text.empty() ? "nothing to delete\n" : text;
}

namespace deletion {

using backend::Access;
using backend::Parameter;
using backend::Request;
using relation::LinkStatements;

namespace {

void gather(Collector& collector, const Given& given) {
    for (const ObjectView& object : given.objects)
        collector.add(object);
    for (const detail::QueryState* query : given.queries)
        collector.add(*query);
}

/// Of what is given, which is not nothing.
const Model& a_model_of(const Given& given) {
    return given.objects.empty() ? *given.queries.front()->model : *given.objects.front().model;
}

/// Protection goes before restriction: the latter may only be for want of the former's objects.
void throw_refused(const std::vector<Refusal>& refusals) {
    if (refusals.empty())
        return;
    const bool restricts = std::ranges::all_of(refusals, &Refusal::is_restriction);
    std::string message = "nothing was deleted: ";
    std::vector<Reference> objects;
    std::vector<Link> links;
    for (const Refusal& refusal : refusals) {
        if (refusal.is_restriction != restricts)
            continue;
        message += (message.ends_with(": ") ? "" : "; ") + refusal.reason;
        objects.insert(objects.end(), refusal.objects.begin(), refusal.objects.end());
        links.insert(links.end(), refusal.links.begin(), refusal.links.end());
    }
    objects.resize(std::min(objects.size(), ObstructedDeletion::most_listed));
    links.resize(std::min(links.size(), ObstructedDeletion::most_listed));
    if (restricts)
        throw RestrictedError(std::move(message), std::move(objects), std::move(links));
    throw ProtectedError(std::move(message), std::move(objects), std::move(links));
}

/// Of the relations with a policy that leaves links: all that there are, less those that go, by their other end if not
/// by this.
std::vector<FieldCount> count_left_behind(Context& context, const Collected& collected,
                                          const std::vector<FieldCount>& going) {
    Collected concerned(collected.memory);
    for (const ConcernedLinks& links : collected.links) {
        if (links.sides_where(false).empty())
            continue;
        ConcernedLinks& all = concerned.links.emplace_back(links);
        all.are_objects = false;
        for (LinkSide& side : all.sides)
            side.policy = LinkPolicy::cascade;
    }
    std::vector<FieldCount> left = count(context, concerned).by_relation;
    for (FieldCount& all : left)
        if (const auto gone = std::ranges::find(going, all.field, &FieldCount::field); gone != going.end())
            all.count -= std::min(all.count, gone->count);  // somebody may have removed some in between
    std::erase_if(left, [](const FieldCount& count) { return count.count == 0; });
    return left;
}

/// Nobody else writes to the database once this is done, where that is what an engine locks.
void lock_database(Context& context, const Model& model) {
    context.connection.lock_database(context.table_name_of(model.concrete_model()));
}

/// None if it is not as simple as that.
std::optional<Deleted> remove_one(Context& context, const ObjectView& object) {
    Scratch scratch;
    const ValueView key = key_of(object, scratch);
    const RemovalOfOne* removal = RemovalOfOne::find(context, object.model->concrete_model());
    if (!removal)
        return std::nullopt;
    lock_database(context, *object.model);
    return removal->run(context, key);
}

Deleted remove_collected(Context& context, const Given& given) {
    Memory memory;
    Collector collector(context, true, memory);
    gather(collector, given);
    if (!collector.has_to_read()) {
        const auto work = [&] {
            lock_database(context, a_model_of(given));
            collector.collect(false);
            return execute(context, collector.collected());
        };
        // In a transaction a failure dooms it all, and a savepoint would be two round trips for nothing.
        const bool begins =
            collector.has_to_lock() && context.connection.depth() == 0 && !context.connection.in_foreign_transaction();
        return begins ? backend::in_transaction(context.connection, work) : work();
    }
    return backend::in_transaction(context.connection, [&] {
        lock_database(context, a_model_of(given));
        collector.collect(true);
        do {
            throw_refused(collector.refusals());
            send_deleting(context, collector.collected());
        } while (collector.collect_unvetoed());
        const Vanishing vanishing = load_vanishing(context, collector.collected());
        const Deleted done = execute(context, collector.collected());
        send_deleted(context, vanishing);
        return done;
    });
}

/// Rows of a through model with a content type.
void remove_rows_of(Context& context, const GM2MField& field, const Model& through, const Parameter& content_type) {
    const backend::Dialect& dialect = context.connection.dialect();
    const schema::JoinTable join = schema::join_table_of(field);
    remove_rows(context, through,
                fmt::format("FROM {} AS l WHERE l.{} = {}", dialect.table(join.name),
                            dialect.quote(join.content_type_column), dialect.parameter(1)),
                std::span(&content_type, 1));
}

}  // namespace

Deleted remove(Context& context, const Given& given) {
    if (given.objects.empty() && given.queries.empty())
        return {};
    std::optional<Deleted> deleted;
    if (given.objects.size() == 1 && given.queries.empty())
        deleted = remove_one(context, given.objects.front());
    if (!deleted)
        deleted = remove_collected(context, given);
    context.write_log.wrote_everything();
    for (const ObjectView& object : given.objects)
        if (object.row)
            context.stored_log.set(*object.row, false);
    return std::move(*deleted);
}

DeletionPlan explain_remove(Context& context, const Given& given) {
    Memory memory;
    Collector collector(context, false, memory);
    gather(collector, given);
    const auto explain = [&] {
        collector.collect(collector.has_to_read());
        DeletionPlan plan{count(context, collector.collected()), {}, {}};
        for (const Refusal& refusal : collector.refusals())
            plan.refusals.push_back(refusal.reason);
        plan.left_behind = count_left_behind(context, collector.collected(), plan.would.by_relation);
        return plan;
    };
    return backend::in_transaction(context.connection, explain, Access::read);
}

std::vector<ContentType> remove_stale(Context& context, bool of_unknown_apps) {
    std::vector<ContentType> stale = ContentTypes(context.content_types).stale(of_unknown_apps);
    if (stale.empty())
        return stale;
    backend::in_transaction(context.connection, [&] {
        std::deque<Parameter> parameters;
        std::vector<Request> requests;
        std::vector<int> ids;
        for (const ContentType& content_type : stale) {
            ids.push_back(content_type.id);
            const Parameter& id = parameters.emplace_back(Parameter::integer(content_type.id));
            for (const GM2MField& field : context.registry.gm2m_fields())
                if (const Model* through = field.find_through(); through && field.find_source())
                    remove_rows_of(context, field, *through, id);
                else if (field.find_source())
                    requests.push_back({.sql = &LinkStatements::of(context, field).remove_content_type,
                                        .parameters = std::span(&id, 1)});
        }
        context.connection.execute(requests, Access::write);
        context.content_types.remove(ids);
        context.write_log.wrote_everything();
    });
    return stale;
}

}  // namespace deletion
}  // namespace gm2m
