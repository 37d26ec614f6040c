#include "soci_api/content_types.hpp"

#include <string>

namespace benchmark::soci_api {

void read_content_types(soci::session& session, int (&content_types)[model_count]) {
    for (std::size_t model = 0; model < model_count; ++model)
        session << "SELECT id FROM gm2m_content_type WHERE app_label = 'cinema' AND model = :model",
            soci::use(std::string(model_names[model])), soci::into(content_types[model]);
}

std::size_t model_of(int content_type, const int (&content_types)[model_count]) {
    std::size_t model = 0;
    while (model < model_count && content_types[model] != content_type)
        ++model;
    return model;
}

}  // namespace benchmark::soci_api
