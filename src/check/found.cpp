#include "check/found.hpp"

#include "backend/nearest.hpp"
#include "model/names.hpp"

namespace gm2m::check_registry {

const Model* find_model(const Registry& registry, std::string_view label) {
    const std::string key = label_key(label);
    for (const Model* model : registry.models())
        if (label_key(model->label()) == key)
            return model;
    const Model& content_types = registry.content_type_model();
    return label_key(content_types.label()) == key ? &content_types : nullptr;
}

std::string near_labels(const Registry& registry, const std::string& label) {
    std::vector<std::string> labels;
    for (const Model* model : registry.models())
        labels.push_back(model->label());
    return did_you_mean(label, labels);
}

}  // namespace gm2m::check_registry
