#pragma once

#include <string>
#include <vector>

#include <gm2m/check.hpp>

namespace gm2m::check_registry {

/// Gathers findings.
class Found {
public:
    void add(Level level, std::string_view id, std::string subject, const SourceLocation& at, std::string message,
             std::string hint) {
        findings.push_back({std::string(id), level, std::move(message), std::move(hint), std::move(subject), at});
    }
    void error(std::string_view id, std::string subject, const SourceLocation& at, std::string message,
               std::string hint) {
        add(Level::error, id, std::move(subject), at, std::move(message), std::move(hint));
    }
    void warning(std::string_view id, std::string subject, const SourceLocation& at, std::string message,
                 std::string hint) {
        add(Level::warning, id, std::move(subject), at, std::move(message), std::move(hint));
    }

    std::vector<Finding> findings;
};

/// check(), with what `compare` finds under the tag "database".
std::vector<Finding> run(const Registry& registry, const CheckOptions& options,
                         const std::function<void(Found&)>& compare);

/// As references find it: it may be abstract, or swapped out. Null if it is not registered. Never throws.
const Model* find_model(const Registry& registry, std::string_view label);
/// Why no object is one of a model: "is abstract", "has been swapped out for …". Empty of any other.
std::string why_no_objects(const Model& model);
/// The other models to name in place of such a one, for a hint.
std::string models_instead(const Model& model);
/// "; did you mean …?", of the registered models.
std::string near_labels(const Registry& registry, const std::string& label);

/// E315, E316: that `subject` refers to a model of which there is no object. `what` is "the foreign key"….
void check_target(const Model& target, std::string_view what, const std::string& subject, const SourceLocation& at,
                  Found& found);

/// Of the library's own checks. (BEHAVIOUR 7)
void check_models(const Registry& registry, Found& found);
void check_swaps(const Registry& registry, Found& found);
void check_relations(const Registry& registry, Found& found);
/// Clashes of reverse accessors and names in lookups.
void check_reverse_names(const Registry& registry, Found& found);

}  // namespace gm2m::check_registry
