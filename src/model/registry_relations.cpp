#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "model/names.hpp"
#include "model/registry_state.hpp"

/// The part of a registry that is about relations.
namespace gm2m {
namespace {

void fill(detail::RelationData& data, Registry& registry, std::atomic<std::size_t>& generation, std::string_view source,
          std::string_view name, const SourceLocation& at) {
    split_label(source);
    check_field_name("relation", name, source);
    data.registry = &registry;
    data.generation = &generation;
    data.location = at;
    data.source_label = source;
    data.name = name;
    data.label = fmt::format("{}.{}", source, name);
}

/// Neither of an abstract model, nor of one that has been replaced.
bool has_table(const detail::RelationData& data) {
    return !data.source || (!data.source->is_abstract() && !data.source->is_swapped_out());
}

/// Throws ConfigurationError for parameters of which one makes another senseless. (BEHAVIOUR 2.3)
void check_parameters(const std::string& label, const GM2MOptions& options) {
    const auto refuse = [&](std::string_view problem) {
        throw ConfigurationError(fmt::format("{}: {}", label, problem));
    };
    if (options.pk_maxlength == std::size_t{0})
        refuse("pk_maxlength is at least 1; none means no limit");
    if (options.db_triggers && !options.managed)
        refuse("db_triggers are made with the join table, which managed = false keeps create_tables() away from");
    const GM2MOptions defaults;
    if (options.through.empty()) {
        if (!options.through_fields.empty())
            refuse("through_fields chooses among the fields of a through model, and there is none");
        return;
    }
    split_label(options.through);
    for (const auto& [name, given] : {std::pair("db_table", !options.db_table.empty()),
                                      std::pair("db_constraint", !options.db_constraint),
                                      std::pair("pk_maxlength", options.pk_maxlength != defaults.pk_maxlength),
                                      std::pair("layout", options.layout != defaults.layout),
                                      std::pair("managed", !options.managed)})
        if (given)
            refuse(fmt::format("'through' and '{}' contradict each other: the links are rows of {}, whose declaration "
                               "says that",
                               name, options.through));
    if (options.through_fields.size() > 4)
        refuse("through_fields has 2 to 4 names: a foreign key, a generic one, and the latter's two fields");
}

}  // namespace

/// Gives a new relation its source if that is registered. False if another relation has the name.
bool Registry::claim_name(detail::RelationData& data) {
    const std::string key = label_key(data.source_label);
    if (const auto found = state_->by_label.find(key); found != state_->by_label.end()) {
        const Model& source = *found->second;
        if (source.is_proxy())
            throw ConfigurationError(fmt::format("{}: {} is a proxy, and has the relations of {}: declare it there",
                                                 data.label, source.label(), source.concrete_model().label()));
        data.source = &source;
        data.label = fmt::format("{}.{}", source.label(), data.name);
    }
    const auto is_taken_by = [&](const auto& other) {
        return other->name == data.name && label_key(other->source_label) == key;
    };
    const auto is_inherited_beside = [&](const auto& other) {
        return other->name == data.name && data.source && other->source &&
               (data.source->is_a(*other->source) || other->source->is_a(*data.source));
    };
    const auto find = [&](const auto& is_meant) -> const detail::RelationData* {
        if (const auto found = std::ranges::find_if(state_->gm2m_fields, is_meant); found != state_->gm2m_fields.end())
            return found->get();
        const auto found = std::ranges::find_if(state_->many_to_many_fields, is_meant);
        return found != state_->many_to_many_fields.end() ? found->get() : nullptr;
    };
    if (find(is_taken_by)) {
        checks().add({"gm2m.E309", Level::error, "the relation is declared twice; the second declaration is ignored",
                      "give one of them another name", data.label, data.location});
        return false;
    }
    if (const detail::RelationData* other = find(is_inherited_beside)) {
        const Model& child = data.source->is_a(*other->source) ? *data.source : *other->source;
        throw ConfigurationError(
            fmt::format("{} and {} have one name, and objects of {} would have both: rename one of them", data.label,
                        other->label, child.label()));
    }
    return true;
}

GM2MField Registry::gm2m(std::string_view source, std::string_view name, GM2MOptions options, SourceLocation at) {
    auto data = std::make_unique<detail::GM2MFieldData>();
    fill(*data, *this, state_->generation, source, name, at);
    check_parameters(data->label, options);
    if (!options.db_table.empty())
        check_column_name("db_table", options.db_table, data->label);
    detail::ReverseNames{options.related_name, options.related_query_name}.check(data->label);
    data->options = std::move(options);
    for (const std::string& related : data->options.related) {
        split_label(related);
        data->add_relation(label_key(related), find(related), false);
    }
    for (const auto& [model, condition] : data->options.limit_choices_to)
        split_label(model);
    std::unique_lock lock(state_->mutex);
    detail::GM2MFieldData& declared = *data;
    if (!claim_name(declared)) {
        state_->refused.emplace_back(std::move(data));
        return GM2MField(declared);
    }
    if (const auto found = state_->by_label.find(label_key(declared.options.through)); found != state_->by_label.end())
        declared.through = found->second;
    ++state_->generation;
    state_->gm2m_fields.push_back(std::move(data));
    lock.unlock();
    for (const Model* heir : heirs_of(declared))
        expand(declared, *heir);
    return GM2MField(declared);
}

ManyToManyField Registry::many_to_many(std::string_view source, std::string_view name, std::string_view target,
                                       ManyToManyOptions options, SourceLocation at) {
    split_label(target);
    auto data = std::make_unique<detail::ManyToManyData>();
    fill(*data, *this, state_->generation, source, name, at);
    for (const auto& [what, text] :
         {std::pair("db_table", &options.db_table), std::pair("source_column", &options.source_column),
          std::pair("target_column", &options.target_column)})
        if (!text->empty())
            check_column_name(what, *text, data->label);
    detail::ReverseNames{options.related_name, options.related_query_name}.check(data->label);
    data->target_label = target;
    data->options = std::move(options);
    std::unique_lock lock(state_->mutex);
    detail::ManyToManyData& declared = *data;
    if (!claim_name(declared)) {
        state_->refused.emplace_back(std::move(data));
        return ManyToManyField(declared);
    }
    if (const auto found = state_->by_label.find(label_key(target)); found != state_->by_label.end())
        declared.target = found->second;
    ++state_->generation;
    state_->many_to_many_fields.push_back(std::move(data));
    lock.unlock();
    for (const Model* heir : heirs_of(declared))
        expand(declared, *heir);
    return ManyToManyField(declared);
}

std::vector<GM2MField> Registry::gm2m_fields() const {
    const std::shared_lock lock(state_->mutex);
    std::vector<GM2MField> fields;
    fields.reserve(state_->gm2m_fields.size());
    for (const auto& data : state_->gm2m_fields)
        if (has_table(*data))
            fields.push_back(GM2MField(*data));
    return fields;
}

std::vector<GM2MField> Registry::gm2m_fields(const Model& model) const {
    std::vector<GM2MField> fields = gm2m_fields();
    std::erase_if(fields, [&](const GM2MField& field) { return field.data().source != &model; });
    return fields;
}

std::optional<GM2MField> Registry::find_gm2m_field(const Model& model, std::string_view name) const {
    for (const GM2MField& field : gm2m_fields())
        if (field.name() == name && field.find_source() && model.is_a(*field.find_source()))
            return field;
    return std::nullopt;
}

std::vector<ManyToManyField> Registry::many_to_many_fields() const {
    const std::shared_lock lock(state_->mutex);
    std::vector<ManyToManyField> fields;
    for (const auto& data : state_->many_to_many_fields)
        if (has_table(*data))
            fields.push_back(ManyToManyField(*data));
    return fields;
}

std::optional<ManyToManyField> Registry::find_many_to_many_field(const Model& model, std::string_view name) const {
    for (const ManyToManyField& field : many_to_many_fields())
        if (field.name() == name && field.data().source && model.is_a(*field.data().source))
            return field;
    return std::nullopt;
}

std::optional<ManyToManyField> Registry::find_reverse_many_to_many(const Model& target,
                                                                   std::string_view accessor) const {
    std::optional<ManyToManyField> found;
    for (const ManyToManyField& field : many_to_many_fields()) {
        if (!field.data().source || !field.data().target || !target.is_a(*field.data().target) || field.is_hidden() ||
            field.accessor_name() != accessor)
            continue;
        if (found)
            throw ConfigurationError(
                fmt::format("the reverse accessor '{}' of {} is claimed by {} and by {}: give one of "
                            "them another related_name",
                            accessor, target.label(), found->label(), field.label()));
        found = field;
    }
    return found;
}

Signal<Deleting>& Registry::deleting() const noexcept {
    return state_->deleting;
}

GM2MField Registry::reverse(const Model& target, std::string_view accessor) const {
    std::optional<GM2MField> found, unrelated;
    std::vector<std::string> names;
    for (const GM2MField& field : gm2m_fields()) {
        if (!field.data().source || field.is_hidden())
            continue;
        const std::string name = field.accessor_name();
        const bool related = field.is_related(target);
        if (related)
            names.push_back(name);
        if (name != accessor)
            continue;
        if (!related) {
            unrelated = field;
        } else if (found) {
            throw ConfigurationError(fmt::format("the reverse accessor '{}' of {} is claimed by {} and by {}: give one "
                                                 "of them another related_name",
                                                 accessor, target.label(), found->label(), field.label()));
        } else {
            found = field;
        }
    }
    if (found)
        return *found;
    if (unrelated)
        throw NoReverseRelation(fmt::format(
            "{} has no '{}' yet: no object of it was added to {} by this process. Name the model in `related`, call "
            "add_relation(\"{}\"), or let Database::discover() look",
            target.label(), accessor, unrelated->label(), target.label()));
    throw NoReverseRelation(
        fmt::format("{} has no reverse accessor '{}'{}", target.label(), accessor, did_you_mean(accessor, names)));
}

}  // namespace gm2m
