#include <fmt/format.h>

#include "backend/nearest.hpp"
#include "check/found.hpp"

namespace gm2m::check_registry {
namespace {

std::string labels_of(const std::vector<const Model*>& models) {
    std::string labels;
    for (const Model* model : models)
        labels += (labels.empty() ? "" : " and ") + model->label();
    return labels;
}

std::string near_settings(const std::vector<Swap>& swaps, const std::string& setting) {
    std::vector<std::string> settings;
    for (const Swap& swap : swaps)
        if (!swap.models.empty())
            settings.push_back(swap.setting);
    return did_you_mean(setting, settings);
}

void check_replacement(const Registry& registry, const Swap& swap, Found& found) {
    const Model* replacement = find_model(registry, swap.label);
    const std::string subject = swap.models.empty() ? swap.label : swap.models.front()->label();
    if (!replacement)
        found.error(
            "gm2m.E317", subject, swap.location,
            fmt::format("'{}' names '{}', which is not registered{}", swap.setting, swap.label,
                        near_labels(registry, swap.label)),
            fmt::format("register '{}' with Registry::model(), or give swap() the label that is meant", swap.label));
    else if (const std::string why = why_no_objects(*replacement); !why.empty())
        found.error("gm2m.E317", subject, swap.location,
                    fmt::format("'{}' names {}, which {}", swap.setting, replacement->label(), why),
                    replacement->is_abstract() ? "name " + models_instead(*replacement)
                                               : "name a model that nothing replaces");
}

}  // namespace

/// Several models may share a setting: the one that it names is used. (BEHAVIOUR 8.2)
void check_swaps(const Registry& registry, Found& found) {
    const std::vector<Swap> swaps = registry.swaps();
    for (const Swap& swap : swaps) {
        if (swap.label.empty()) {
            if (swap.models.size() > 1)
                found.warning(
                    "gm2m.W008", swap.models[1]->label(), swap.models[1]->location(),
                    fmt::format("'{}' swaps {}, and does not say which of them is used: references take {}",
                                swap.setting, labels_of(swap.models), swap.models.front()->label()),
                    fmt::format("call Registry::swap(\"{}\", …) with the label of one of them", swap.setting));
            continue;
        }
        check_replacement(registry, swap, found);
        if (swap.models.empty())
            found.warning("gm2m.W007", swap.label, swap.location,
                          fmt::format("'{}' swaps nothing: no model is swappable by it{}", swap.setting,
                                      near_settings(swaps, swap.setting)),
                          "give swap() the setting of a model that is declared with .swappable()");
    }
}

}  // namespace gm2m::check_registry
