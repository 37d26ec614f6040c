#pragma once

#include <algorithm>
#include <span>

#include "backend/value_list.hpp"
#include "model/access.hpp"
#include "model/prefetched.hpp"
#include "query/query_state.hpp"

namespace gm2m::relation {

/// The objects of one model whose relation is loaded, by key; the same object may stand there twice.
struct Owners {
    Owners(const Model& model, std::span<const Object> all) : keys(model.primary_key().kind()) {
        for (const Object& object : all) {
            keys.push(saved_key({&model, data_of(object.row()), nullptr, object.row()}).view());
            objects.push_back(&object);
        }
    }
    backend::ValueList keys;
    std::vector<const Object*> objects;
};

/// A link that was read: which owner, which target, and where it stands in the order of linking.
struct Link {
    std::uint32_t owner;
    std::uint32_t model;  // an index into the parts of the load
    std::uint32_t target;
    std::int64_t order;
};

/// Gives each owner its objects; `sort` puts the links of one owner into their order.
template <class Sort, class ObjectOf>
void distribute(const Owners& owners, std::vector<Link>& links, const detail::RelationData& relation, bool reverse,
                Sort&& sort, ObjectOf&& object_of) {
    std::vector<std::size_t> ends(owners.objects.size() + 1, 0);
    for (const Link& link : links)
        ++ends[link.owner + 1];
    for (std::size_t i = 1; i < ends.size(); ++i)
        ends[i] += ends[i - 1];
    std::vector<const Link*> by_owner(links.size());
    std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
    for (const Link& link : links)
        by_owner[next[link.owner]++] = &link;
    for (std::size_t i = 0; i < owners.objects.size(); ++i) {
        const auto own = std::span(by_owner).subspan(ends[i], ends[i + 1] - ends[i]);
        sort(own);
        std::vector<Object> objects;
        objects.reserve(own.size());
        for (const Link* link : own)
            if (const Object& object = object_of(*link))
                objects.push_back(object);
        detail::Prefetched::store(*owners.objects[i]->row(), relation, reverse, std::move(objects));
    }
}

inline bool is_ordered(const detail::QueryState& query) {
    return !query.order.empty() || query.reversed;
}

}  // namespace gm2m::relation
