#include "relation/owners.hpp"

#include "model/access.hpp"
#include "model/prefetched.hpp"

namespace gm2m::relation {

Owners::Owners(const Model& model, std::span<const Object> all) : objects_(all), keys_(model.primary_key().kind()) {
    owners_.reserve(all.size());
    for (const Object& object : all)
        owners_.push_back(keys_.insert(saved_key({&model, data_of(object.row()), nullptr, object.row()}).view()));
}

void Owners::give(const LinksByOwner& links, std::span<const Object> targets, const detail::RelationData& relation,
                  bool reverse) const {
    for (std::size_t i = 0; i < objects_.size(); ++i) {
        const std::span<const std::uint32_t> own = links.of(owners_[i]);
        std::vector<Object> objects;
        objects.reserve(own.size());
        for (const std::uint32_t target : own)
            if (targets[target])
                objects.push_back(targets[target]);
        detail::Prefetched::store(*objects_[i].row(), relation, reverse, std::move(objects));
    }
}

}  // namespace gm2m::relation
