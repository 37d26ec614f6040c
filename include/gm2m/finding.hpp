#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gm2m/source_location.hpp>

namespace gm2m {

class Registry;

enum class Level {
    info,     ///< worth knowing
    warning,  ///< works, but hardly as it is meant
    error,    ///< does not work: a Database refuses to start
};

/// What a check has found. docs/checks.md lists the library's own by id, each with an example and its cure.
/// (BEHAVIOUR 7)
struct Finding {
    std::string id;  ///< "gm2m.E102"; a program's own checks have ids of their own
    Level level = Level::error;
    std::string message;
    std::string hint = {};         ///< what, if done, removes it
    std::string subject = {};      ///< "cinema.User.preferred_videos", "cinema.User", or a table
    SourceLocation location = {};  ///< of the declaration; line 0 if there is none
};

/// As a compiler prints it, without a new line at its end:
///     models.cpp:42: error: cinema.User.preferred_videos: the field cannot be unique [gm2m.E001]
///       hint: remove `unique`
std::string to_string(const Finding& finding);
/// One after the other, each in lines of its own.
std::string to_string(std::span<const Finding> findings);

/// A program's own check; see Registry::add_check().
using Check = std::function<std::vector<Finding>(const Registry&)>;

}  // namespace gm2m
