#include "model/names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"

namespace gm2m {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_identifier(std::string_view name) {
    return !name.empty() && is_letter(name.front()) &&
           std::ranges::all_of(name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// A name for a message: its beginning if it is endless.
std::string shown(std::string_view name) {
    constexpr std::size_t most = 60;
    return name.size() <= most ? std::string(name) : fmt::format("{}…", name.substr(0, most));
}

}  // namespace

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::pair<std::string, std::string> split_label(std::string_view label) {
    const auto point = label.find('.');
    const std::string_view app = label.substr(0, point);
    const std::string_view name = point == std::string_view::npos ? std::string_view{} : label.substr(point + 1);
    if (!is_identifier(app) || !is_identifier(name))
        throw ConfigurationError(fmt::format(
            "'{}' is no model label: it is written \"app.Name\", of letters, digits and underscores", shown(label)));
    if (app.size() > longest_model_name || name.size() > longest_model_name)
        throw ConfigurationError(fmt::format(
            "the model label '{}' is too long: its app label and its name have at most {} characters each",
            shown(label), longest_model_name));
    return {std::string(app), std::string(name)};
}

std::string label_key(std::string_view label) {
    const auto point = std::min(label.find('.'), label.size());
    return std::string(label.substr(0, point)) + to_lower(label.substr(point));
}

void check_field_name(std::string_view what, std::string_view name, std::string_view owner) {
    if (!is_identifier(name) || name.find("__") != std::string_view::npos || name.ends_with('_'))
        throw ConfigurationError(fmt::format(
            "'{}' cannot be a {} of {}: it is of letters, digits and single underscores, and does not end in one",
            shown(name), what, owner));
    if (name == pk_name)
        throw ConfigurationError(
            fmt::format("'{}' cannot be a {} of {}: in queries it stands for the primary key", name, what, owner));
    if (name.size() > longest_model_name)
        throw ConfigurationError(fmt::format("the {} '{}' of {} is too long: it has at most {} characters", what,
                                             shown(name), owner, longest_model_name));
}

void check_column_name(std::string_view what, std::string_view name, std::string_view owner) {
    if (name.empty() || name.find('\0') != std::string_view::npos || !text::is_valid_utf8(name))
        throw ConfigurationError(
            fmt::format("the {} of {} has to be UTF-8 text that is not empty and has no NUL byte", what, owner));
}

}  // namespace gm2m
