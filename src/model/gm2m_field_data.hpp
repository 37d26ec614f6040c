#pragma once

#include <mutex>
#include <shared_mutex>

#include <gm2m/gm2m_field.hpp>

namespace gm2m::detail {

/// What a GM2MField refers to; owned by the registry.
struct GM2MFieldData {
    Registry* registry;
    std::string source_label;
    std::string name;
    std::string label;
    GM2MOptions options;

    const Model* source = nullptr;  // once registered

    struct Relation {
        std::string label_key;
        const Model* model;  // null until it is registered
        bool automatic;
    };
    mutable std::shared_mutex mutex;  // guards what follows
    std::vector<Relation> relations;

    /// The relation comes into being unless it is there; an automatic one becomes explicit if it is asked for.
    void add_relation(std::string_view label_key, const Model* model, bool automatic);
};

}  // namespace gm2m::detail
