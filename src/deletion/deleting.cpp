#include "deletion/deleting.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "deletion/link_reader.hpp"
#include "relation/model_load.hpp"

namespace gm2m {

const std::vector<Object>& detail::DeletingLists::objects() {
    if (objects_)
        return *objects_;
    std::vector<const deletion::Going*> distinct;  // one that is source and target comes once
    for (const deletion::LinkSide& side : sides_)
        if (std::ranges::find(distinct, side.objects) == distinct.end())
            distinct.push_back(side.objects);
    std::deque<std::vector<Object>> parts;
    std::deque<relation::ModelLoad> loads;
    std::vector<backend::Request> requests;
    for (const deletion::Going* going : distinct) {
        std::vector<Object>& part = parts.emplace_back(going->size());
        loads.emplace_back(going->model(), going->texts(0, going->size()), part).append_requests(context_, requests);
    }
    context_.connection.execute(requests, backend::Access::read);
    objects_.emplace();
    for (std::vector<Object>& part : parts)
        for (Object& object : part)
            if (object)
                objects_->push_back(std::move(object));
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
    throw DeletionVetoed(fmt::format("a receiver of {}.deleting() refuses the deletion: {}", field_.label(), why));
}

void deletion::send_deleting(Context& context, Collected& collected) {
    for (ConcernedLinks& links : collected.links) {
        std::vector<LinkSide> sides = links.sides;
        std::erase_if(sides, [](const LinkSide& side) { return !has_signal(side.policy); });
        if (sides.empty())
            continue;
        const GM2MField field = links.field();
        if (!is_heard(context.registry, field))
            continue;
        detail::DeletingLists lists(context, field, std::move(sides));
        const Deleting event(field, *context.database, lists);
        const bool vetoed = field.deleting().send(event);
        links.vetoed = context.registry.deleting().send(event) || vetoed;
    }
}

}  // namespace gm2m
