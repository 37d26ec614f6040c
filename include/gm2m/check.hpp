#pragma once

#include <string>
#include <vector>

#include <gm2m/error.hpp>
#include <gm2m/finding.hpp>
#include <gm2m/registry.hpp>

namespace gm2m {

/// Which checks run, and what they are told of. Both empty: everything.
struct CheckOptions {
    /// "models", "relations", "database" (of Database::check() alone), and those that own checks have.
    std::vector<std::string> tags = {};
    /// Labels of models, relations and fields: "cinema.User" with all that is in it, "cinema.User.preferred_videos". In
    /// a child and a proxy is what they have from other models: findings about these are told too, as theirs.
    std::vector<std::string> subjects = {};
};

/// What is wrong with the declarations of a registry: the library's own checks, what was ignored when it was declared,
/// and the program's checks; but for what is silenced. In the order of files and lines. Never throws, but for
/// std::bad_alloc, and needs no database; Database::check() compares with one. (BEHAVIOUR 7) O(f log f) for f fields,
/// and O(r²) for r relations and foreign keys with a related_name that share a target. May be called from any thread
/// once the declarations are over.
std::vector<Finding> check(const Registry& registry, const CheckOptions& options = {});

/// A Database does not start on declarations with errors. what() lists them as a compiler does.
class CheckError : public ConfigurationError {
public:
    explicit CheckError(std::vector<Finding> findings);

    /// All findings, also those that are no errors.
    const std::vector<Finding>& findings() const noexcept { return findings_; }

private:
    std::vector<Finding> findings_;
};

}  // namespace gm2m
