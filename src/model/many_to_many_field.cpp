#include <gm2m/many_to_many_field.hpp>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/registry.hpp>

#include "model/relation_data.hpp"

namespace gm2m {
namespace {

detail::ReverseNames reverse_names(const detail::ManyToManyData& data) {
    return {data.options.related_name, data.options.related_query_name};
}

}  // namespace

const std::string& ManyToManyField::name() const noexcept {
    return data_->name;
}
const std::string& ManyToManyField::label() const noexcept {
    return data_->label;
}
const SourceLocation& ManyToManyField::location() const noexcept {
    return data_->location;
}
const ManyToManyOptions& ManyToManyField::options() const noexcept {
    return data_->options;
}

const Model& ManyToManyField::source() const {
    return data_->require_source();
}

const Model& ManyToManyField::target() const {
    if (!data_->target)
        throw ConfigurationError(
            fmt::format("the target model of {} is not registered: '{}'", data_->label, data_->target_label));
    return *data_->target;
}

const Model* ManyToManyField::find_source() const noexcept {
    return data_->source;
}

std::string ManyToManyField::table() const {
    return data_->options.db_table.empty() ? source().table() + "_" + data_->name : data_->options.db_table;
}

bool ManyToManyField::is_hidden() const noexcept {
    return reverse_names(*data_).is_hidden();
}

std::string ManyToManyField::accessor_name() const {
    return reverse_names(*data_).accessor(source());
}

std::string ManyToManyField::query_name() const {
    return reverse_names(*data_).query(source());
}

LinkSignals& ManyToManyField::signals() const noexcept {
    return data_->signals;
}

detail::RelationData& ManyToManyField::relation() const noexcept {
    return *data_;
}

const Model& ManyToManyField::join_model() const {
    return data_->registry->join_model(*data_);
}

const Field& ManyToManyField::source_key() const {
    return *join_model().fields()[options().layout == Layout::standard ? 1 : 0];
}

const Field& ManyToManyField::target_key() const {
    return *join_model().fields()[options().layout == Layout::standard ? 2 : 1];
}

}  // namespace gm2m
