#include "relation/linked_objects.hpp"

#include <algorithm>
#include <deque>

#include "relation/model_load.hpp"

namespace gm2m::relation {

void LinkedObjects::row(std::span<const ValueView> cells) {
    if (cells[0].is_null() || cells[1].is_null())  // of a through model whose fields may be empty
        return;
    const std::int64_t content_type = cells[0].integer();
    if (groups_.empty() || groups_[last_].content_type != content_type) {
        const auto found = std::ranges::find(groups_, content_type, &Group::content_type);
        last_ = static_cast<std::size_t>(found - groups_.begin());
        if (found == groups_.end())
            groups_.push_back({content_type});
    }
    Group& group = groups_[last_];
    std::uint32_t place = may_repeat_ ? group.index.find(group.keys, cells[1]) : KeyIndex::none;
    if (place == KeyIndex::none) {
        place = static_cast<std::uint32_t>(group.keys.size());
        group.keys.push_text(cells[1].text());
    }
    if (may_repeat_)
        group.places.push_back(place);
    group_of_.push_back(static_cast<std::uint32_t>(last_));
}

std::vector<Object> LinkedObjects::load_in_place(Context& context) {
    std::deque<ModelLoad> loads;
    std::vector<backend::Request> requests;
    for (Group& group : groups_) {
        group.objects.resize(group.keys.size());
        const auto content_type = context.content_types.find(static_cast<int>(group.content_type));
        if (content_type && content_type->registered)
            loads.emplace_back(*content_type->registered, group.keys, group.objects).append_requests(context, requests);
    }
    context.connection.execute(requests, backend::Access::read);

    std::vector<Object> objects;
    objects.reserve(group_of_.size());
    std::vector<std::size_t> next(groups_.size(), 0);
    for (const std::uint32_t of : group_of_) {
        Group& group = groups_[of];
        const std::size_t link = next[of]++;
        objects.push_back(may_repeat_ ? group.objects[group.places[link]] : std::move(group.objects[link]));
    }
    return objects;
}

std::vector<Object> LinkedObjects::load(Context& context) {
    std::vector<Object> objects = load_in_place(context);
    std::erase_if(objects, [](const Object& object) { return !object; });
    return objects;
}

}  // namespace gm2m::relation
