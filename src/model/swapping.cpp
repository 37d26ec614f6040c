#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/names.hpp"
#include "model/registry_state.hpp"

/// Models that a setting replaces by others. (BEHAVIOUR 8.2)
namespace gm2m {

void Registry::swap(std::string_view setting, std::string_view label) {
    split_label(label);
    if (setting.empty())
        throw ConfigurationError(fmt::format("the setting that puts {} in a model's place has no name", label));
    const std::unique_lock lock(state_->mutex);
    const auto [found, fresh] = state_->swaps.try_emplace(std::string(setting), label);
    if (!fresh && label_key(found->second) != label_key(label))
        throw ConfigurationError(
            fmt::format("'{}' is {} already, and cannot be {} too", setting, found->second, label));
    apply_swaps();
}

std::string Registry::swappable_label(std::string_view setting, std::string_view default_label) const {
    const std::shared_lock lock(state_->mutex);
    if (const auto found = state_->swaps.find(setting); found != state_->swaps.end())
        return found->second;
    for (const auto& model : state_->models)
        if (model->swappable_ == setting)
            return model->label_;
    if (default_label.empty())
        throw ConfigurationError(
            fmt::format("'{}' is not set, and no model is swappable by it yet: call swap() before, declare "
                        "the swappable model before, or give the label that it has by default",
                        setting));
    split_label(default_label);
    return std::string(default_label);
}

/// With the registry locked.
void Registry::apply_swaps() {
    ++state_->generation;
    for (const auto& model : state_->models) {
        const auto found = state_->swaps.find(model->swappable_);
        const bool replaced = found != state_->swaps.end() && label_key(found->second) != label_key(model->label_);
        model->swapped_by_ = replaced ? found->second : "";
    }
}

void ModelDeclaration::set_swappable(std::string_view setting) {
    Model& model = *model_;
    if (setting.empty())
        throw ConfigurationError(fmt::format("{} is swappable by a setting that has no name", model.label_));
    if (model.abstract_)
        throw ConfigurationError(fmt::format("{} is abstract, and so cannot be swappable", model.label_));
    const std::unique_lock lock(registry_->state_->mutex);
    model.swappable_ = setting;
    registry_->apply_swaps();
}

}  // namespace gm2m
