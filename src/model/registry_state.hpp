#pragma once

#include <atomic>
#include <map>
#include <unordered_map>

#include <gm2m/registry.hpp>

#include "model/check_state.hpp"
#include "model/relation_data.hpp"

namespace gm2m {

struct Registry::State {
    mutable std::shared_mutex mutex;
    std::vector<std::unique_ptr<Model>> models;
    std::unordered_map<std::string, Model*> by_label;  // keyed by label_key()
    std::unordered_map<const detail::TypeInfo*, const Model*> by_type;
    std::vector<std::unique_ptr<detail::GM2MFieldData>> gm2m_fields;
    std::vector<std::unique_ptr<detail::ManyToManyData>> many_to_many_fields;
    std::vector<std::shared_ptr<void>> refused;  // relations of a name that is taken: there are handles of them
    std::unique_ptr<Model> content_type_model;
    struct Replacement {
        std::string label;
        SourceLocation location;  // of swap()
    };
    std::map<std::string, Replacement, std::less<>> replacements;  // by setting
    detail::CheckState checks;
    Signal<Deleting> deleting;

    std::atomic<std::size_t> generation = 0;

    std::mutex join_models;  // guards RelationData::join_model; taken before `mutex`
};

}  // namespace gm2m
