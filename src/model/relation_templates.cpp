#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/registry_state.hpp"

/// Relations of abstract models: each model that inherits one has a relation of its own. (BEHAVIOUR 8.1)
namespace gm2m {
namespace {

/// A name of the join table that is the child's own.
std::string own_table(const detail::RelationData& relation, const std::string& declared, const Model& heir) {
    std::string table = detail::expand(declared, heir);
    if (!declared.empty() && table == declared)
        throw ConfigurationError(
            fmt::format("{} is a relation of an abstract model, of which each child has a join table of its "
                        "own: put %(class)s into the db_table '{}', or leave it out",
                        relation.label, declared));
    return table;
}

void connect(detail::RelationData& declared, detail::RelationData& expansion) {
    expansion.expanded_from = &declared;
    declared.expansions.push_back(&expansion);
}

}  // namespace

std::vector<const Model*> Registry::heirs_of(const detail::RelationData& relation) const {
    if (!relation.source || !relation.source->is_abstract())
        return {};
    return relation.source->heirs();
}

void Registry::expand(detail::GM2MFieldData& relation, const Model& heir) {
    GM2MOptions options = relation.options;
    options.db_table = own_table(relation, options.db_table, heir);
    detail::GM2MFieldData& expansion = gm2m(heir.label(), relation.name, std::move(options), relation.location).data();
    for (const auto& [key, model, automatic, on_delete] : relation.relations)
        expansion.add_relation(key, model, automatic, on_delete);
    connect(relation, expansion);
}

void Registry::expand(detail::ManyToManyData& relation, const Model& heir) {
    ManyToManyOptions options = relation.options;
    options.db_table = own_table(relation, options.db_table, heir);
    connect(
        relation,
        many_to_many(heir.label(), relation.name, relation.target_label, std::move(options), relation.location).data());
}

void Registry::expand_relations(const Model& parent, const Model& heir) {
    const auto of_parent = [&](const auto& all) {
        std::vector<typename std::remove_cvref_t<decltype(all)>::value_type::element_type*> found;
        for (const auto& relation : all)
            if (relation->source == &parent)
                found.push_back(relation.get());
        return found;
    };
    for (detail::GM2MFieldData* relation : of_parent(state_->gm2m_fields))
        expand(*relation, heir);
    for (detail::ManyToManyData* relation : of_parent(state_->many_to_many_fields))
        expand(*relation, heir);
}

bool Registry::is_source(const Model& model) const {
    const auto has_it = [&](const auto& relation) { return relation->source == &model; };
    return std::ranges::any_of(state_->gm2m_fields, has_it) || std::ranges::any_of(state_->many_to_many_fields, has_it);
}

}  // namespace gm2m
