#include <algorithm>

#include <fmt/format.h>

#include "check/found.hpp"
#include "model/names.hpp"
#include "model/relation_data.hpp"
#include "model/through.hpp"

namespace gm2m::check_registry {
namespace {

void check_source(const Registry& registry, const detail::RelationData& relation, Found& found) {
    if (!relation.source)
        return found.error("gm2m.E310", relation.label, relation.location,
                           fmt::format("the source model '{}' is not registered{}", relation.source_label,
                                       near_labels(registry, relation.source_label)),
                           fmt::format("register '{}' with Registry::model()", relation.source_label));
    if (relation.source->find_field(relation.name) || relation.source->find_generic_foreign_key(relation.name))
        found.error("gm2m.E309", relation.label, relation.location,
                    fmt::format("{} has a field of this name too", relation.source->label()),
                    "give one of them another name");
}

/// The most characters of a model's keys as text; none: unlimited. Of keys that the database counts up, what any number
/// of rows that a table could hold would take.
std::optional<std::size_t> longest_key(const Field& key) {
    const bool counts = key.is_generated();
    switch (key.kind()) {
        case Kind::small_integer: return counts ? 5 : 6;
        case Kind::integer: return counts ? 10 : 11;
        case Kind::big_integer: return counts ? 16 : 20;
        case Kind::uuid: return 36;
        case Kind::date: return 10;
        case Kind::time: return 15;
        case Kind::date_time: return 32;
        default: return key.options().max_length;
    }
}

/// A sentence as it stands behind "hint: ".
std::string as_hint(std::string sentence) {
    if (sentence.ends_with('.'))
        sentence.pop_back();
    return to_lower(sentence.substr(0, 1)) + sentence.substr(1);
}

/// E101 to E111. (BEHAVIOUR 4.2)
void check_through(const GM2MField& field, const detail::ThroughChoice& choice, Found& found) {
    for (const detail::ThroughProblem& problem : choice.problems)
        found.add(problem.is_warning ? Level::warning : Level::error, problem.id, field.label(), field.location(),
                  problem.message, as_hint(problem.hint));
}

/// `through`: the generic foreign key of the through model, if there is one.
void check_key_lengths(const GM2MField& field, const GenericForeignKey* through, Found& found) {
    const std::optional<std::size_t> limit =
        through ? through->key->options().max_length : field.options().pk_maxlength;
    const std::string parameter = through ? "the max_length of " + through->key->label() : "pk_maxlength";
    if (!limit)
        return;
    for (const Model* model : field.get_related_models()) {
        if (!model->has_primary_key())
            continue;
        const Field& key = model->primary_key();
        const std::optional<std::size_t> longest = longest_key(key);
        if (longest && *longest <= *limit)
            continue;
        found.warning(
            "gm2m.W001", field.label(), field.location(),
            fmt::format("the keys of {} can have {} as text, but {} is {}: objects with longer ones cannot be "
                        "linked",
                        model->label(), longest ? fmt::format("{} characters", *longest) : "any length", parameter,
                        *limit),
            longest ? fmt::format("set {} to {} or more, or to none", parameter, *longest)
                    : fmt::format("set {} to none, or give {} a max_length", parameter, key.label()));
    }
}

void check_related(const Registry& registry, const GM2MField& field, Found& found) {
    for (const std::string& label : field.options().related)
        if (!find_model(registry, label))
            found.warning("gm2m.W002", field.label(), field.location(),
                          fmt::format("the related model '{}' is not registered, so that it has no reverse accessor{}",
                                      label, near_labels(registry, label)),
                          fmt::format("register '{}', or take it out of `related`", label));
    for (const Model* model : field.get_related_models())  // also of add_relation()
        if (const std::string why = why_no_objects(*model); !why.empty())
            found.add(model->is_abstract() ? Level::warning : Level::error,
                      model->is_abstract() ? "gm2m.W002" : "gm2m.E201", field.label(), field.location(),
                      fmt::format("the related model {} {}", model->label(), why),
                      fmt::format("name {} in `related`", models_instead(*model)));
}

void check_choices(const Registry& registry, const GM2MField& field, Found& found) {
    for (const auto& [label, condition] : field.options().limit_choices_to) {
        const Model* model = find_model(registry, label);
        if (!model)
            found.warning("gm2m.W006", field.label(), field.location(),
                          fmt::format("limit_choices_to limits nothing: the model '{}' is not registered{}", label,
                                      near_labels(registry, label)),
                          fmt::format("register '{}', or name the model that is meant", label));
        else if (const std::string why = why_no_objects(*model); !why.empty())
            found.warning("gm2m.W006", field.label(), field.location(),
                          fmt::format("limit_choices_to limits nothing: the model {} {}", model->label(), why),
                          fmt::format("limit {}", models_instead(*model)));
    }
}

bool keeps_links(LinkPolicy policy) {
    return policy == LinkPolicy::do_nothing || policy == LinkPolicy::do_nothing_signal;
}

bool deletes_links(LinkPolicy policy) {
    return policy == LinkPolicy::cascade || policy == LinkPolicy::cascade_signal;
}

/// `is_constrained`: the links' foreign key to the source is enforced by the database.
void check_policies(const GM2MField& field, bool is_constrained, Found& found) {
    const GM2MOptions& options = field.options();
    if (is_constrained && keeps_links(field.source_policy()))
        found.warning(
            "gm2m.W003", field.label(), field.location(),
            "the links of a source that is deleted stay, but the join table's foreign key refuses that: a source "
            "that has links cannot be deleted",
            "set db_constraint to false, or on_delete_src to cascade, or to protect if that is what is meant");
    if (options.on_delete != LinkPolicy::cascade && options.on_delete_src && options.on_delete_tgt)
        found.warning("gm2m.W004", field.label(), field.location(),
                      "on_delete never applies, since both on_delete_src and on_delete_tgt are given",
                      "leave out on_delete, or one of the others");
    const auto related = field.get_related_models();
    const bool may_delete =
        deletes_links(field.source_policy()) || deletes_links(options.on_delete_tgt.value_or(options.on_delete)) ||
        std::ranges::any_of(related, [&](const Model* model) { return deletes_links(field.target_policy(*model)); });
    if (options.db_triggers && !may_delete)
        found.warning("gm2m.W005", field.label(), field.location(),
                      "db_triggers has no effect: by neither side's policy are links deleted",
                      "set db_triggers to false, or on_delete to cascade");
}

void check_links(const GM2MField& field, Found& found) {
    if (!field.has_through()) {
        check_key_lengths(field, nullptr, found);
        check_policies(field, field.options().db_constraint, found);
    } else if (field.find_source()) {
        const detail::ThroughChoice choice = detail::choose_through_fields(field.data());
        check_through(field, choice, found);
        if (choice.target)
            check_key_lengths(field, choice.target, found);
        if (choice.source)
            check_policies(field, choice.source->options().db_constraint, found);
    }
}

}  // namespace

void check_relations(const Registry& registry, Found& found) {
    for (const GM2MField& field : registry.gm2m_fields()) {
        check_source(registry, field.data(), found);
        if (field.options().unique)
            found.error("gm2m.E001", field.label(), field.location(), "a GM2MField cannot be unique",
                        "leave out `unique`");
        check_related(registry, field, found);
        check_choices(registry, field, found);
        check_links(field, found);
    }
    for (const ManyToManyField& field : registry.many_to_many_fields()) {
        check_source(registry, field.data(), found);
        if (const Model* target = field.data().target)
            check_target(*target, "the relation", field.label(), field.location(), found);
        else
            found.error("gm2m.E311", field.label(), field.location(),
                        fmt::format("the target model '{}' is not registered{}", field.data().target_label,
                                    near_labels(registry, field.data().target_label)),
                        fmt::format("register '{}' with Registry::model()", field.data().target_label));
    }
}

}  // namespace gm2m::check_registry
