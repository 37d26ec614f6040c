#include <gm2m/content_types.hpp>

#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "content_types/content_type_store.hpp"
#include "model/names.hpp"

namespace gm2m {

const Registry& ContentTypes::registry() const noexcept {
    return store_->registry();
}

ContentType ContentTypes::get_for_model(const Model& model, bool for_concrete_model) {
    const Model& typed = for_concrete_model ? model.concrete_model() : model;
    if (typed.is_abstract() || typed.is_swapped_out())
        typed.require_complete();  // says so
    return {store_->id_of(typed), typed.app_label(), typed.model_name(), &typed};
}

ContentType ContentTypes::get_for_model(std::string_view label, bool for_concrete_model) {
    return get_for_model(registry().get(label), for_concrete_model);
}

ContentType ContentTypes::get_for_id(int id) {
    if (auto found = store_->find(id))
        return *std::move(found);
    throw DoesNotExist(fmt::format("there is no content type {}", id));
}

ContentType ContentTypes::get_by_natural_key(std::string_view app_label, std::string_view model) {
    for (ContentType& content_type : store_->load())
        if (content_type.app_label == app_label && content_type.model == model)
            return std::move(content_type);
    throw DoesNotExist(fmt::format("there is no content type {}.{}", app_label, model));
}

std::vector<ContentType> ContentTypes::all() {
    return store_->load();
}

std::vector<ContentType> ContentTypes::stale(bool of_unknown_apps) {
    std::set<std::string> apps;
    for (const Model* model : registry().models())
        apps.insert(model->app_label());
    std::vector<ContentType> stale = store_->load();
    std::erase_if(stale, [&](const ContentType& content_type) {
        return content_type.registered || (!of_unknown_apps && !apps.contains(content_type.app_label));
    });
    return stale;
}

void ContentTypes::clear_cache() {
    store_->clear();
}

}  // namespace gm2m
