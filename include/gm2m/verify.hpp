#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace gm2m {

class Database;

/// Links that lead nowhere, or a content type whose model is gone. (BEHAVIOUR 6.6)
struct Inconsistency {
    enum class Kind {
        source_gone,         ///< links whose source row is gone
        target_gone,         ///< links whose target row is gone
        stale_content_type,  ///< a content type whose model is not registered, and the links that name it
    };
    Kind kind;
    /// "cinema.User.preferred_videos"; empty for a stale content type by itself.
    std::string relation;
    /// Of what the rows are missing: "cinema.Movie"; of a content type that is stale what its row says.
    std::string model;
    /// Of links.
    std::size_t count = 0;

    /// "cinema.User.preferred_videos: 3 links to objects of cinema.Movie that are gone"
    std::string to_string() const;
    friend bool operator==(const Inconsistency&, const Inconsistency&) = default;
    /// As to_string().
    friend std::ostream& operator<<(std::ostream& out, const Inconsistency& inconsistency);
};

struct VerifyOptions {
    /// Delete the links whose source or target row is gone.
    bool repair = false;
    /// Delete the stale content types, with the links that name them. Another program may have models that this one has
    /// not, and still use them.
    bool remove_stale_content_types = false;
    /// Count content types of apps that have no model in this registry as stale too: they may be another program's.
    bool of_unknown_apps = false;
};

/// Looks in all relations for links that lead nowhere, and for stale content types; removes what it is asked to,
/// one relation after the other, and reports all. Links that are made or removed at the same time do no harm. The
/// database counts: memory here does not grow with the number of links. Three statements for each relation and one for
/// each model that it leads to, whether to look or to repair. O(n log n). Throws MissingTable if a model's table is not
/// there, DatabaseError.
std::vector<Inconsistency> verify(Database& database, const VerifyOptions& options = {});

}  // namespace gm2m
