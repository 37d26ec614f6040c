#include "check/found.hpp"

#include <fmt/format.h>

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
    // Those without objects are not listed. Only the search for join models throws.
    try {
        const Model* found = registry.find(label);
        return found && !why_no_objects(*found).empty() ? found : nullptr;
    } catch (const Error&) {
        return nullptr;
    }
}

std::string why_no_objects(const Model& model) {
    if (model.is_abstract())
        return "is abstract";
    if (model.is_swapped_out())
        return fmt::format("has been swapped out for {}", model.swapped_by());
    return "";
}

std::string models_instead(const Model& model) {
    if (!model.is_abstract())
        return fmt::format("Registry::swappable_label(\"{}\")", model.swappable());
    std::string heirs;
    for (const Model* heir : model.heirs())
        if (!heir->is_abstract())
            heirs += (heirs.empty() ? "" : " or ") + heir->label();
    return heirs.empty() ? "a model that inherits it" : heirs;
}

void check_target(const Model& target, std::string_view what, const std::string& subject, const SourceLocation& at,
                  Found& found) {
    if (const std::string why = why_no_objects(target); !why.empty())
        found.error(target.is_abstract() ? "gm2m.E316" : "gm2m.E315", subject, at,
                    fmt::format("{} refers to {}, which {}", what, target.label(), why),
                    fmt::format("refer to {}", models_instead(target)));
}

std::string near_labels(const Registry& registry, const std::string& label) {
    std::vector<std::string> labels;
    for (const Model* model : registry.models())
        labels.push_back(model->label());
    return did_you_mean(label, labels);
}

}  // namespace gm2m::check_registry
