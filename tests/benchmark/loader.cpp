#include "loader.hpp"

#include <charconv>

namespace benchmark {

void load(Loader& loader, const Scene& scene, const std::array<int, model_count>& content_types) {
    loader.begin("cinema_user", "id, name");
    for (std::int64_t user = 1; user <= scene.dataset.users; ++user)
        loader.row(user, Dataset::user_name(user));
    loader.end();
    for (std::size_t model = 0; model < model_count; ++model) {
        loader.begin("cinema_" + std::string(model_names[model]), "id, title");
        for (std::int64_t id = 1; id <= scene.dataset.objects[model]; ++id)
            loader.row(id, Dataset::title({model, id}));
        loader.end();
    }
    loader.begin("cinema_user_preferred_videos", "gm2m_src_id, gm2m_ct_id, gm2m_pk");
    scene.each_link([&](std::int64_t user, Key object) {
        char text[20];
        const auto end = std::to_chars(text, text + sizeof text, object.id).ptr;
        loader.link(user, content_types[object.model], {text, end});
    });
    loader.end();
    loader.finish();
}

}  // namespace benchmark
