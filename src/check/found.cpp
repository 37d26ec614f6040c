#include "check/found.hpp"

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "model/names.hpp"

namespace gm2m::check_registry {

const Model* find_model(const Registry& registry, std::string_view label) {
    const std::string key = label_key(label);
    for (const Model* model : registry.models())
        if (label_key(model->label()) == key)
            return model;
    const Model& content_types = registry.content_type_model();
    if (label_key(content_types.label()) == key)
        return &content_types;
    // Those that have been swapped out are not listed. Only the search for join models throws.
    try {
        const Model* found = registry.find(label);
        return found && found->is_swapped_out() ? found : nullptr;
    } catch (const Error&) {
        return nullptr;
    }
}

std::string near_labels(const Registry& registry, const std::string& label) {
    std::vector<std::string> labels;
    for (const Model* model : registry.models())
        labels.push_back(model->label());
    return did_you_mean(label, labels);
}

}  // namespace gm2m::check_registry
