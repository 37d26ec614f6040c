#include "scene.hpp"

namespace benchmark {

std::size_t Scene::links() const {
    switch (linked) {
        case Linked::nothing: return 0;
        case Linked::to_all_users: return dataset.links();
        case Linked::to_one_user: return to_one;
    }
    return 0;
}

void Scene::each_link(const std::function<void(std::int64_t, Key)>& take) const {
    if (linked == Linked::to_all_users)
        dataset.each_user([&](std::int64_t user, std::span<const Key> objects) {
            for (const Key object : objects)
                take(user, object);
        });
    if (linked == Linked::to_one_user) {
        const std::vector<Key> objects = dataset.shuffled_objects();
        for (const Key object : std::span(objects).first(to_one))
            take(1, object);
    }
}

}  // namespace benchmark
