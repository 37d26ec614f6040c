#include "deletion/deleting.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/object_signals.hpp>

#include "deletion/link_reader.hpp"
#include "relation/model_load.hpp"

namespace gm2m {

namespace {

/// The objects of each, in one round trip; those that are not there are left out.
std::deque<std::vector<Object>> load(Context& context, std::span<const deletion::Going* const> all) {
    std::deque<std::vector<Object>> parts;
    std::deque<relation::ModelLoad> loads;
    std::vector<backend::Request> requests;
    for (const deletion::Going* going : all) {
        std::vector<Object>& part = parts.emplace_back(going->size());
        loads.emplace_back(going->model(), going->texts(0, going->size()), part).append_requests(context, requests);
    }
    context.connection.execute(requests, backend::Access::read);
    for (std::vector<Object>& part : parts)
        std::erase_if(part, [](const Object& object) { return !object; });
    return parts;
}

}  // namespace

const std::vector<Object>& detail::DeletingLists::objects() {
    if (objects_)
        return *objects_;
    std::vector<const deletion::Going*> distinct;  // one that is source and target comes once
    for (const deletion::LinkSide& side : sides_)
        if (!side.unless_there && std::ranges::find(distinct, side.objects) == distinct.end())
            distinct.push_back(side.objects);
    objects_.emplace();
    for (std::vector<Object>& part : load(context_, distinct))
        std::ranges::move(part, std::back_inserter(*objects_));
    return *objects_;
}

const std::vector<Link>& detail::DeletingLists::links() {
    if (!links_)
        links_ = deletion::read_links(context_, field_, sides_, 0);
    return *links_;
}

const std::vector<Object>& Deleting::objects() const {
    return lists_.objects();
}

const std::vector<Link>& Deleting::links() const {
    return lists_.links();
}

void Deleting::refuse(std::string_view why) const {
    throw DeletionRefused(fmt::format("a receiver of {}.deleting() refuses the deletion: {}", field_.label(), why));
}

void deletion::send_deleting(Context& context, Collected& collected) {
    for (ConcernedLinks& links : collected.links) {
        if (links.told)
            continue;
        std::vector<LinkSide> sides(links.sides.begin(), links.sides.end());
        std::erase_if(sides, [](const LinkSide& side) { return !has_signal(side.policy); });
        if (sides.empty())
            continue;
        const GM2MField field = links.field();
        if (!is_heard(context.registry, field))
            continue;
        links.told = true;
        detail::DeletingLists lists(context, field, std::move(sides));
        const Deleting event(field, *context.database, lists);
        for (detail::RelationData* sender = links.relation; sender; sender = sender->expanded_from)
            links.vetoed = static_cast<detail::GM2MFieldData*>(sender)->deleting.send(event) || links.vetoed;
        links.vetoed = context.registry.deleting().send(event) || links.vetoed;
    }
}

deletion::Vanishing deletion::load_vanishing(Context& context, const Collected& collected) {
    std::vector<const Going*> heard;
    for (const Going& going : collected.objects)
        if (going.model().signals().deleted.is_heard())
            heard.push_back(&going);
    Vanishing vanishing;
    if (heard.empty())
        return vanishing;
    std::deque<std::vector<Object>> parts = load(context, heard);
    for (std::size_t i = 0; i < heard.size(); ++i)
        vanishing.emplace_back(&heard[i]->model(), std::move(parts[i]));
    return vanishing;
}

void deletion::send_deleted(Context& context, const Vanishing& vanished) {
    for (const auto& [model, objects] : vanished)
        if (!objects.empty())
            model->signals().deleted.send({*model, objects, *context.database});
}

}  // namespace gm2m
