#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/names.hpp"
#include "model/registry_state.hpp"
#include "model/run_time_row.hpp"

/// Join tables as models: made from the relation alone, at first need. (BEHAVIOUR 4.1)
namespace gm2m {
namespace {

/// "<Model>_<field>", in the app of the source.
std::string join_label(const detail::RelationData& relation) {
    return fmt::format("{}_{}", relation.require_source().label(), relation.name);
}

}  // namespace

const Model& Registry::join_model(detail::GM2MFieldData& relation) {
    const std::unique_lock lock(state_->join_models);
    if (relation.join_model)
        return *relation.join_model;
    relation.require_source().require_complete();
    const GM2MOptions& options = relation.options;
    std::unique_ptr<Model> model(new Model(join_label(relation), run_time_storage()));
    RunTimeModelBuilder builder(*this, *model);
    builder.table(GM2MField(relation).table()).managed(false);
    if (options.layout == Layout::standard)
        builder.primary_key("id", Kind::big_integer);
    builder.foreign_key("gm2m_src", relation.source->label())
        .foreign_key("gm2m_ct", state_->content_type_model->label())
        .field("gm2m_pk", Kind::text, {.max_length = options.pk_maxlength})
        .generic_foreign_key("gm2m_tgt", "gm2m_ct", "gm2m_pk")
        .unique_together({"gm2m_src", "gm2m_ct", "gm2m_pk"});
    model->read_only_ = true;
    relation.join_model = std::move(model);
    return *relation.join_model;
}

const Model& Registry::join_model(detail::ManyToManyData& relation) {
    const std::unique_lock lock(state_->join_models);
    if (relation.join_model)
        return *relation.join_model;
    const Model& source = relation.require_source();
    const Model& target = ManyToManyField(relation).target();
    source.require_complete();
    target.require_complete();
    const ManyToManyOptions& options = relation.options;
    std::string source_name = source.model_name(), target_name = target.model_name();
    if (source_name == target_name) {
        source_name = "from_" + source_name;
        target_name = "to_" + target_name;
    }
    std::unique_ptr<Model> model(new Model(join_label(relation), run_time_storage()));
    RunTimeModelBuilder builder(*this, *model);
    builder.table(ManyToManyField(relation).table()).managed(false);
    if (options.layout == Layout::standard)
        builder.primary_key("id", Kind::big_integer);
    const auto key = [&](const std::string& column) {
        return FieldOptions{.column = column, .db_constraint = options.db_constraint};
    };
    builder.foreign_key(source_name, source.label(), key(options.source_column))
        .foreign_key(target_name, target.label(), key(options.target_column))
        .unique_together({source_name, target_name})
        .index({target_name, source_name});
    model->read_only_ = true;
    relation.join_model = std::move(model);
    return *relation.join_model;
}

const Model* Registry::find_join_model(std::string_view label) const {
    const std::string key = label_key(label);
    const auto is_meant = [&](const detail::RelationData& relation) {
        return relation.source && label_key(join_label(relation)) == key;
    };
    for (const GM2MField& field : gm2m_fields())
        if (is_meant(field.data()))
            return &field.join_model();
    for (const ManyToManyField& field : many_to_many_fields())
        if (is_meant(field.data()))
            return &field.join_model();
    return nullptr;
}

}  // namespace gm2m
