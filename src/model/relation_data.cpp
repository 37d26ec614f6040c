#include "model/relation_data.hpp"

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/names.hpp"

namespace gm2m::detail {
namespace {

constexpr std::string_view placeholders[] = {"%(class)s", "%(app_label)s"};

void replace_all(std::string& text, std::string_view placeholder, const std::string& value) {
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos; at += value.size())
        text.replace(at, placeholder.size(), value);
}

void check_name(std::string_view what, std::string text, const std::string& relation) {
    for (const std::string_view placeholder : placeholders)
        replace_all(text, placeholder, "x");
    if (!text.empty())
        check_field_name(what, text, relation);
}

}  // namespace

// As Django expands them.
std::string expand(std::string text, const Model& source) {
    replace_all(text, placeholders[0], source.model_name());
    replace_all(text, placeholders[1], to_lower(source.app_label()));
    return text;
}

RelationData* relation_on(RelationData& declared, const Model& model) {
    const Model& source = declared.require_source();
    if (!source.is_abstract())
        return model.is_a(source) ? &declared : nullptr;
    for (RelationData* expansion : declared.expansions)
        if (RelationData* found = relation_on(*expansion, model))
            return found;
    return nullptr;
}

const Model& RelationData::require_source() const {
    if (!source)
        throw ConfigurationError(fmt::format("the source model of {} is not registered: '{}'", label, source_label));
    return *source;
}

const Model& GM2MFieldData::require_through() const {
    if (options.through.empty())
        throw ConfigurationError(fmt::format("{} has no through model", label));
    if (!through)
        throw ConfigurationError(
            fmt::format("the through model of {} is not registered: '{}'", label, options.through));
    return *through;
}

std::string ReverseNames::accessor(const Model& source) const {
    if (is_hidden())
        return "";
    return related_name.empty() ? source.model_name() + "_set" : expand(related_name, source);
}

std::string ReverseNames::query(const Model& source) const {
    if (!related_query_name.empty())
        return expand(related_query_name, source);
    if (!related_name.empty() && !is_hidden())
        return accessor(source);
    return source.model_name();
}

void ReverseNames::check(const std::string& relation) const {
    std::string accessor = related_name;
    if (is_hidden())
        accessor.pop_back();
    check_name("related_name", accessor, relation);
    check_name("related_query_name", related_query_name, relation);
}

}  // namespace gm2m::detail
