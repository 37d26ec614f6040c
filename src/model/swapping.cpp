#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/names.hpp"
#include "model/registry_state.hpp"

/// Models that a setting replaces by others. (BEHAVIOUR 8.2)
namespace gm2m {

void Registry::swap(std::string_view setting, std::string_view label, SourceLocation at) {
    split_label(label);
    if (setting.empty())
        throw ConfigurationError(fmt::format("the setting that puts {} in a model's place has no name", label));
    const std::unique_lock lock(state_->mutex);
    const auto [found, fresh] =
        state_->replacements.try_emplace(std::string(setting), State::Replacement{std::string(label), at});
    if (!fresh && label_key(found->second.label) != label_key(label))
        throw ConfigurationError(
            fmt::format("'{}' is {} already, and cannot be {} too", setting, found->second.label, label));
    apply_swaps();
}

std::vector<Swap> Registry::swaps() const {
    std::map<std::string_view, Swap> swaps;
    const std::shared_lock lock(state_->mutex);
    for (const auto& [setting, replacement] : state_->replacements)
        swaps[setting] = {setting, {}, replacement.label, replacement.location};
    for (const auto& model : state_->models)
        if (!model->swappable_.empty()) {
            Swap& swap = swaps[model->swappable_];
            swap.setting = model->swappable_;
            swap.models.push_back(model.get());
        }
    std::vector<Swap> list;
    for (auto& [setting, swap] : swaps)
        list.push_back(std::move(swap));
    return list;
}

std::string Registry::swappable_label(std::string_view setting, std::string_view default_label) const {
    const std::shared_lock lock(state_->mutex);
    if (const auto found = state_->replacements.find(setting); found != state_->replacements.end())
        return found->second.label;
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
        const auto found = state_->replacements.find(model->swappable_);
        const bool replaced =
            found != state_->replacements.end() && label_key(found->second.label) != label_key(model->label_);
        model->swapped_by_ = replaced ? found->second.label : "";
    }
}

void ModelDeclaration::set_swappable(std::string_view setting) {
    Model& model = *model_;
    if (setting.empty())
        throw ConfigurationError(fmt::format("{} is swappable by a setting that has no name", model.label_));
    if (model.abstract_)
        throw ConfigurationError(fmt::format("{} is abstract, and so cannot be swappable", model.label_));
    if (model.proxied_)
        throw ConfigurationError(
            fmt::format("{} is a proxy of {}, and is swapped together with it: make that swappable", model.label_,
                        model.proxied_->label_));
    const std::unique_lock lock(registry_->state_->mutex);
    model.swappable_ = setting;
    registry_->apply_swaps();
}

}  // namespace gm2m
