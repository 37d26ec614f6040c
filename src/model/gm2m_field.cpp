#include <gm2m/gm2m_field.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/registry.hpp>

#include "backend/nearest.hpp"
#include "model/relation_data.hpp"
#include "model/names.hpp"
#include "model/through.hpp"

namespace gm2m {
namespace {

template <class T>
const T& expect(const std::string& name, const ParameterValue& value, std::string_view wanted) {
    if (const T* found = std::get_if<T>(&value))
        return *found;
    throw ConfigurationError(fmt::format("the parameter '{}' takes {}", name, wanted));
}

/// By the peer's names, in any case.
LinkPolicy parse_policy(const std::string& parameter, const ParameterValue& value) {
    static const std::vector<std::string> names{"cascade",           "do_nothing",          "cascade_signal",
                                                "do_nothing_signal", "cascade_signal_veto", "protect"};
    const std::string& given = expect<std::string>(parameter, value, "the name of a policy, such as \"CASCADE\"");
    const std::string name = to_lower(given);
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        throw ConfigurationError(
            fmt::format("'{}' is no policy for '{}'{}", given, parameter, did_you_mean(name, names)));
    return static_cast<LinkPolicy>(found - names.begin());
}

detail::ReverseNames reverse_names(const detail::GM2MFieldData& data) {
    return {data.options.related_name, data.options.related_query_name};
}

}  // namespace

namespace detail {

bool GM2MFieldData::has_relation(const Model& model) const {
    const std::shared_lock lock(mutex);
    return std::ranges::any_of(relations, [&](const Relation& relation) { return relation.model == &model; });
}

void GM2MFieldData::add_relation(std::string_view key, const Model* model, bool automatic,
                                 std::optional<LinkPolicy> on_delete) {
    for (RelationData* expansion : expansions)
        static_cast<GM2MFieldData*>(expansion)->add_relation(key, model, automatic, on_delete);
    const std::unique_lock lock(mutex);
    ++*generation;  // names come to lead elsewhere
    for (Relation& relation : relations)
        if (relation.label_key == key) {
            relation.automatic = relation.automatic && automatic;
            if (model)
                relation.model = model;
            if (on_delete)
                relation.on_delete = on_delete;
            return;
        }
    relations.push_back({std::string(key), model, automatic, on_delete});
}

}  // namespace detail

GM2MOptions GM2MOptions::parse(const Parameters& parameters) {
    GM2MOptions options;
    std::vector<std::string> seen;
    for (const auto& [name, value] : parameters) {
        if (std::ranges::find(seen, name) != seen.end())
            throw ConfigurationError(fmt::format("the parameter '{}' is given twice", name));
        seen.push_back(name);
        if (name == "related") {
            options.related = expect<std::vector<std::string>>(name, value, "a list of model labels");
        } else if (name == "verbose_name") {
            options.verbose_name = expect<std::string>(name, value, "text");
        } else if (name == "db_table") {
            options.db_table = expect<std::string>(name, value, "text");
        } else if (name == "db_constraint") {
            options.db_constraint = expect<bool>(name, value, "true or false");
        } else if (name == "for_concrete_model") {
            options.for_concrete_model = expect<bool>(name, value, "true or false");
        } else if (name == "related_name") {
            options.related_name = expect<std::string>(name, value, "text");
        } else if (name == "related_query_name") {
            options.related_query_name = expect<std::string>(name, value, "text");
        } else if (name == "pk_maxlength") {
            if (std::holds_alternative<std::nullptr_t>(value)) {
                options.pk_maxlength = std::nullopt;
            } else {
                const int length = expect<int>(name, value, "a number of characters, or null for no limit");
                if (length < 1)
                    throw ConfigurationError("pk_maxlength is at least 1; null means no limit");
                options.pk_maxlength = static_cast<std::size_t>(length);
            }
        } else if (name == "through") {
            options.through = expect<std::string>(name, value, "the label of a model");
        } else if (name == "through_fields") {
            options.through_fields = expect<std::vector<std::string>>(name, value, "a list of field names");
        } else if (name == "limit_choices_to") {
            throw ConfigurationError("the parameter 'limit_choices_to' takes conditions, which are given in code: "
                                     "GM2MOptions::limit_choices_to");
        } else if (name == "on_delete") {
            options.on_delete = parse_policy(name, value);
        } else if (name == "on_delete_src") {
            options.on_delete_src = parse_policy(name, value);
        } else if (name == "on_delete_tgt") {
            options.on_delete_tgt = parse_policy(name, value);
        } else if (name == "db_triggers") {
            options.db_triggers = expect<bool>(name, value, "true or false");
        } else if (name == "managed") {
            options.managed = expect<bool>(name, value, "true or false");
        } else if (name == "unique") {
            options.unique = expect<bool>(name, value, "true or false");
        } else if (name == "layout") {
            const auto& layout = expect<std::string>(name, value, "\"standard\" or \"compact\"");
            if (layout != "standard" && layout != "compact")
                throw ConfigurationError(
                    fmt::format("'{}' is no layout: there are \"standard\" and \"compact\"", layout));
            options.layout = layout == "compact" ? Layout::compact : Layout::standard;
        } else {
            throw ConfigurationError(fmt::format(
                "a GM2MField has no parameter '{}'{}", name,
                did_you_mean(name, {"related", "verbose_name", "db_table", "db_constraint", "for_concrete_model",
                                    "related_name", "related_query_name", "pk_maxlength", "through", "through_fields",
                                    "layout", "on_delete", "on_delete_src", "on_delete_tgt", "limit_choices_to",
                                    "db_triggers", "managed", "unique"})));
        }
    }
    // An explicit 16 is not seen any more by Registry::gm2m().
    if (!options.through.empty() && std::ranges::find(seen, "pk_maxlength") != seen.end())
        throw ConfigurationError(
            "the parameters 'through' and 'pk_maxlength' contradict each other: the through model's "
            "field says how long keys can be");
    return options;
}

const std::string& GM2MField::name() const noexcept {
    return data_->name;
}
const std::string& GM2MField::source_label() const noexcept {
    return data_->source_label;
}
const std::string& GM2MField::label() const noexcept {
    return data_->label;
}
const SourceLocation& GM2MField::location() const noexcept {
    return data_->location;
}
const GM2MOptions& GM2MField::options() const noexcept {
    return data_->options;
}

const Model& GM2MField::source() const {
    return data_->require_source();
}

const Model* GM2MField::find_source() const noexcept {
    return data_->source;
}

std::string GM2MField::table() const {
    if (has_through())
        return join_model().table();
    return data_->options.db_table.empty() ? source().table() + "_" + data_->name : data_->options.db_table;
}

bool GM2MField::is_hidden() const noexcept {
    return reverse_names(*data_).is_hidden();
}

std::string GM2MField::accessor_name() const {
    return reverse_names(*data_).accessor(source());
}

std::string GM2MField::query_name() const {
    return reverse_names(*data_).query(source());
}

LinkSignals& GM2MField::signals() const noexcept {
    return data_->signals;
}

detail::RelationData& GM2MField::relation() const noexcept {
    return *data_;
}

const Model& GM2MField::join_model() const {
    return has_through() ? data_->require_through() : data_->registry->join_model(*data_);
}

const Model* GM2MField::find_through() const noexcept {
    return data_->through;
}

ThroughFields GM2MField::through_fields() const {
    (void)source();
    (void)data_->require_through();
    const detail::ThroughChoice choice = detail::choose_through_fields(*data_);
    if (choice.source && choice.target)
        return {choice.source, choice.target};
    const detail::ThroughProblem& problem =
        *std::ranges::find(choice.problems, false, &detail::ThroughProblem::is_warning);
    throw ConfigurationError(fmt::format("{}: {}. {} [{}]", label(), problem.message, problem.hint, problem.id));
}

std::optional<std::size_t> GM2MField::key_length() const {
    return has_through() ? through_fields().target->key->options().max_length : options().pk_maxlength;
}

void GM2MField::add_relation(std::string_view model, std::optional<LinkPolicy> on_delete) const {
    split_label(model);
    data_->add_relation(label_key(model), data_->registry->find(model), false, on_delete);
}

void GM2MField::add_relation(const Model& model, std::optional<LinkPolicy> on_delete) const {
    data_->add_relation(label_key(model.label()), &model, false, on_delete);
}

LinkPolicy GM2MField::source_policy() const noexcept {
    return options().on_delete_src.value_or(options().on_delete);
}

LinkPolicy GM2MField::target_policy(const Model& model) const noexcept {
    const std::shared_lock lock(data_->mutex);
    for (const auto& relation : data_->relations)
        if (relation.model == &model && relation.on_delete)
            return *relation.on_delete;
    return options().on_delete_tgt.value_or(options().on_delete);
}

Signal<Deleting>& GM2MField::deleting() const noexcept {
    return data_->deleting;
}

std::vector<const Model*> GM2MField::get_related_models(bool include_auto) const {
    const std::shared_lock lock(data_->mutex);
    std::vector<const Model*> models;
    for (const auto& relation : data_->relations)
        if (relation.model && (include_auto || !relation.automatic))
            models.push_back(relation.model);
    return models;
}

bool GM2MField::is_related(const Model& model) const noexcept {
    const std::shared_lock lock(data_->mutex);
    return std::ranges::any_of(data_->relations,
                               [&](const auto& relation) { return relation.model && model.is_a(*relation.model); });
}

}  // namespace gm2m
