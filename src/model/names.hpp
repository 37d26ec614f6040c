#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace gm2m {

/// What a content type's columns can hold. (DESIGN 5)
inline constexpr std::size_t longest_model_name = 100;

/// The model of the content types, which each database has in a table of its own.
inline constexpr std::string_view content_type_label = "contenttypes.ContentType";

std::string to_lower(std::string_view text);

/// "app.Name" in its two halves. Throws ConfigurationError if it is not of that form, has characters other than
/// letters, digits and underscores, or is too long for a content type.
std::pair<std::string, std::string> split_label(std::string_view label);
/// What identifies a model: the label with the model's name in lower case.
std::string label_key(std::string_view label);

/// What stands for the primary key in queries, whatever its name.
inline constexpr std::string_view pk_name = "pk";

/// Throws ConfigurationError unless the name can be a field's: an identifier without "__", not ending in "_", not "pk".
/// `what` is "field", "related_name"….
void check_field_name(std::string_view what, std::string_view name, std::string_view owner);
/// Throws ConfigurationError for a table or column name that no engine takes.
void check_column_name(std::string_view what, std::string_view name, std::string_view owner);

}  // namespace gm2m
