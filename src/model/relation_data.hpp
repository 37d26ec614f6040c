#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>

#include <gm2m/link_signals.hpp>
#include <gm2m/many_to_many_field.hpp>

namespace gm2m::detail {

/// What the fields that relate many objects to many have in common; owned by the registry.
struct RelationData {
    /// Whether the targets are of any models: a GM2MField, else a ManyToManyField.
    const bool is_generic;
    Registry* registry = nullptr;
    SourceLocation location;
    std::string source_label;
    std::string name;
    std::string label;
    const Model* source = nullptr;      // once registered
    std::unique_ptr<Model> join_model;  // once asked for
    LinkSignals signals;

    explicit RelationData(bool generic) : is_generic(generic) {}

    /// Throws ConfigurationError while it is not registered.
    const Model& require_source() const;
};

/// What a GM2MField refers to.
struct GM2MFieldData : RelationData {
    GM2MFieldData() : RelationData(true) {}

    GM2MOptions options;
    const Model* through = nullptr;  // once registered
    Signal<Deleting> deleting;

    /// Throws ConfigurationError if there is none, or while it is not registered.
    const Model& require_through() const;

    struct Relation {
        std::string label_key;
        const Model* model;  // null until it is registered
        bool automatic;
        std::optional<LinkPolicy> on_delete = {};
    };
    mutable std::shared_mutex mutex;  // guards what follows
    std::vector<Relation> relations;

    /// The relation comes into being unless it is there; an automatic one becomes explicit if it is asked for.
    void add_relation(std::string_view label_key, const Model* model, bool automatic,
                      std::optional<LinkPolicy> on_delete = {});
};

/// What a ManyToManyField refers to.
struct ManyToManyData : RelationData {
    ManyToManyData() : RelationData(false) {}

    std::string target_label;
    const Model* target = nullptr;  // once registered
    ManyToManyOptions options;
};

/// The names of a relation's reverse side, which the source model's name may be part of. (BEHAVIOUR 2.3, 3.1)
struct ReverseNames {
    const std::string& related_name;
    const std::string& related_query_name;

    bool is_hidden() const noexcept { return related_name.ends_with('+'); }
    std::string accessor(const Model& source) const;
    std::string query(const Model& source) const;
    /// Throws ConfigurationError for names that no accessor can have.
    void check(const std::string& relation) const;
};

}  // namespace gm2m::detail
