#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include <gm2m/gm2m_field.hpp>
#include <gm2m/link_signals.hpp>
#include <gm2m/many_to_many_field.hpp>

namespace gm2m::detail {

/// What the fields that relate many objects to many have in common; owned by the registry.
struct RelationData {
    /// Whether the targets are of any models: a GM2MField, else a ManyToManyField.
    const bool is_generic;
    Registry* registry = nullptr;
    std::atomic<std::size_t>* generation = nullptr;  // the registry's
    SourceLocation location;
    std::string source_label;
    std::string name;
    std::string label;
    const Model* source = nullptr;      // once registered
    std::unique_ptr<Model> join_model;  // once asked for
    LinkSignals signals;
    // Of an abstract source: the relations of the models that inherit it; of each of those, this one.
    std::vector<RelationData*> expansions;
    RelationData* expanded_from = nullptr;

    explicit RelationData(bool generic) : is_generic(generic) {}

    /// Throws ConfigurationError while it is not registered.
    const Model& require_source() const;
};

/// The relation that objects of a model have by a declaration: this, or, of an abstract source's, the one in its place
/// that is theirs. Null if they have none. Throws ConfigurationError while the source is not registered.
RelationData* relation_on(RelationData& declared, const Model& model);

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

    /// The model whose content type links to objects of a model have: of a proxy its concrete model, unless the field
    /// says otherwise. (BEHAVIOUR 1.4)
    const Model& linked_model(const Model& model) const noexcept {
        return options.for_concrete_model ? model.concrete_model() : model;
    }

    /// Whether the model itself has the reverse relation.
    bool has_relation(const Model& model) const;
    /// The relation comes into being unless it is there; an automatic one becomes explicit if it is asked for.
    void add_relation(std::string_view label_key, const Model* model, bool automatic,
                      std::optional<LinkPolicy> on_delete = {});
};

/// The field that a generic relation is.
inline GM2MField gm2m_field(RelationData& relation) {
    return GM2MField(static_cast<GM2MFieldData&>(relation));
}

/// What a ManyToManyField refers to.
struct ManyToManyData : RelationData {
    ManyToManyData() : RelationData(false) {}

    std::string target_label;
    const Model* target = nullptr;  // once registered
    ManyToManyOptions options;
};

/// A text in which `%(class)s` and `%(app_label)s` stand for the names of a model in lower case.
std::string expand(std::string text, const Model& model);

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
