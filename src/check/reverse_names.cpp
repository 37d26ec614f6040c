#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "check/found.hpp"
#include "model/relation_data.hpp"

namespace gm2m::check_registry {
namespace {

/// The names by which targets know a relation or a foreign key.
struct Side {
    std::string label;
    SourceLocation location;
    std::string accessor;    // empty if it has none
    std::string query_name;  // the same
    /// And whether they are declared to be; else they came with an object. What inherits them is meant too.
    std::vector<std::pair<const Model*, bool>> targets;
    const Model* child = nullptr;  // whose `<parent>_ptr` this is: no name for objects that are its own
    const detail::RelationData* expanded_from = nullptr;  // the relation of an abstract model

    bool is_named() const { return !accessor.empty() || !query_name.empty(); }
};

/// A foreign key claims a name only if it is given one: two foreign keys to one model, without, are the rule rather
/// than a mistake, and a lookup that they make ambiguous says so.
Side side_of(const Field& foreign_key) {
    const std::string name = detail::expand(foreign_key.options().related_name, foreign_key.model());
    Side side{foreign_key.label(), foreign_key.location(), "", "", {}};
    if (foreign_key.is_parent_link()) {
        side.query_name = foreign_key.model().model_name();
        side.child = &foreign_key.model();
    } else if (!name.ends_with('+')) {
        side.accessor = side.query_name = name;
    }
    if (foreign_key.target())
        side.targets.emplace_back(foreign_key.target(), true);
    return side;
}

template <class Relation>
Side side_of(const Relation& relation) {
    Side side{relation.label(), relation.location(), relation.accessor_name(), relation.query_name(), {}};
    side.expanded_from = relation.data().expanded_from;
    if (relation.is_hidden() && relation.options().related_query_name.empty())
        side.query_name.clear();
    return side;
}

/// In the order in which the blame is laid: on the relation rather than on the foreign key, on the later one.
std::vector<Side> sides(const Registry& registry) {
    std::vector<Side> all;
    for (const Model* model : registry.models())
        for (const auto& field : model->fields())
            if (field->is_foreign_key() && !field->is_inherited())
                all.push_back(side_of(*field));
    for (const ManyToManyField& field : registry.many_to_many_fields())
        if (field.data().source && field.data().target)
            all.push_back(side_of(field)), all.back().targets.emplace_back(field.data().target, true);
    for (const GM2MField& field : registry.gm2m_fields()) {
        if (!field.find_source())
            continue;
        Side side = side_of(field);
        const auto declared = field.get_related_models(false);
        for (const Model* model : field.get_related_models(true))
            side.targets.emplace_back(model, std::ranges::find(declared, model) != declared.end());
        all.push_back(std::move(side));
    }
    std::erase_if(all, [](const Side& side) { return !side.is_named(); });
    return all;
}

/// What objects of a model have by a name, of it or of what it inherits: labels.
std::map<std::string, std::string> names_of(const Registry& registry, const Model& model) {
    std::map<std::string, std::string> names;
    for (const auto& field : model.fields())
        names.emplace(field->name(), fmt::format("{}.{}", field->table_model().label(), field->name()));
    for (const GenericForeignKey& key : model.generic_foreign_keys())
        names.emplace(key.name, fmt::format("{}.{}", key.key->table_model().label(), key.name));
    for (const GM2MField& field : registry.gm2m_fields())
        if (field.find_source() && model.is_a(*field.find_source()))
            names.emplace(field.name(), field.label());
    for (const ManyToManyField& field : registry.many_to_many_fields())
        if (field.data().source && model.is_a(*field.data().source))
            names.emplace(field.name(), field.label());
    return names;
}

/// The same of every model.
class OwnNames {
public:
    explicit OwnNames(const Registry& registry) {
        for (const Model* model : registry.models())
            names_.emplace_back(model, names_of(registry, *model));
    }

    /// What an object of the model, or of one that inherits it, has by that name; empty if it is nothing.
    std::string find(const Model& model, const std::string& name) const {
        if (name.empty())
            return "";
        std::string found;
        for (const auto& [heir, names] : names_)
            if (const auto own = names.find(name); own != names.end() && heir->is_a(model)) {
                found = own->second;
                if (heir == &model)
                    break;
            }
        return found;
    }

private:
    std::vector<std::pair<const Model*, std::map<std::string, std::string>>> names_;
};

/// A name that is not wanted by accident is an error; one that came with a first object keeps no program from starting
/// again.
Level level_for(bool is_declared) {
    return is_declared ? Level::error : Level::warning;
}

void check_against_fields(const OwnNames& own_names, const Side& side, Found& found) {
    if (side.child)
        return;  // lookups take the field
    std::set<std::string> told;
    for (const auto& [target, is_declared] : side.targets) {
        const std::string field = own_names.find(*target, side.accessor);
        const std::string other = field.empty() ? own_names.find(*target, side.query_name) : "";
        if (!told.insert(field + other).second)
            continue;
        if (!field.empty())
            found.add(level_for(is_declared), "gm2m.E202", side.label, side.location,
                      fmt::format("the reverse accessor '{}' clashes with the field {}", side.accessor, field),
                      fmt::format("give the relation another related_name, or rename {}", field));
        else if (!other.empty())
            found.add(level_for(is_declared), "gm2m.E203", side.label, side.location,
                      fmt::format("the reverse query name '{}' clashes with the field {}", side.query_name, other),
                      fmt::format("give the relation another related_query_name, or rename {}", other));
    }
}

/// The model at which both meet, and whether both are declared to.
std::pair<const Model*, bool> common_target(const Side& one, const Side& other) {
    std::pair<const Model*, bool> common{nullptr, false};
    for (const auto& [model, is_declared] : one.targets)
        for (const auto& [also, is_also_declared] : other.targets) {
            const Model* const heir = model->is_a(*also) ? model : also->is_a(*model) ? also : nullptr;
            if (!heir || (one.child && heir->is_a(*one.child)) || (other.child && heir->is_a(*other.child)))
                continue;
            const bool both = is_declared && is_also_declared;
            if (!common.first || both > common.second)
                common = {heir, both};
        }
    return common;
}

/// The cure for two relations with one accessor.
std::string hint_at_accessors(const Side& first, const Side& second) {
    if (!first.expanded_from || first.expanded_from != second.expanded_from)
        return "give one of them another related_name";
    return fmt::format("put %(class)s into the related_name of {}, from which both come", first.expanded_from->label);
}

void check_against_each_other(const Side& first, const Side& second, Found& found) {
    const bool same_accessor = !first.accessor.empty() && first.accessor == second.accessor;
    const auto is_query_name_of = [](const std::string& name, const Side& side) {
        return !name.empty() && name == side.query_name;
    };
    const bool is_mixed = is_query_name_of(second.accessor, first) || is_query_name_of(first.accessor, second);
    if (!same_accessor && !is_mixed && !is_query_name_of(second.query_name, first))
        return;
    const auto [target, is_declared] = common_target(first, second);
    if (!target)
        return;
    if (same_accessor)
        return found.add(level_for(is_declared), "gm2m.E204", second.label, second.location,
                         fmt::format("the reverse accessor '{}' on {} clashes with that of {}", second.accessor,
                                     target->label(), first.label),
                         hint_at_accessors(first, second));
    const bool by_accessor = is_query_name_of(second.accessor, first);
    found.add(level_for(is_declared), "gm2m.E205", second.label, second.location,
              fmt::format("the reverse {} '{}' on {} clashes with the reverse {} of {}",
                          by_accessor ? "accessor" : "query name", by_accessor ? second.accessor : second.query_name,
                          target->label(), by_accessor || !is_mixed ? "query name" : "accessor", first.label),
              "give one of them another related_name or related_query_name");
}

}  // namespace

void check_reverse_names(const Registry& registry, Found& found) {
    const std::vector<Side> all = sides(registry);
    const OwnNames own_names(registry);
    for (std::size_t i = 0; i < all.size(); ++i) {
        check_against_fields(own_names, all[i], found);
        for (std::size_t j = 0; j < i; ++j)
            check_against_each_other(all[j], all[i], found);
    }
}

}  // namespace gm2m::check_registry
