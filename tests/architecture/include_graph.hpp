#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gm2m::test {

struct Include {
    std::size_t line;
    std::string name;  // as written: "backend/dialect.hpp", "gm2m/value.hpp", "sqlite3.h"
};

/// Who includes what in a source tree: the files under src/ and include/, as text. Files have the names by which they
/// are included: "backend/dialect.hpp" for src/backend/dialect.hpp, "gm2m/value.hpp" for include/gm2m/value.hpp.
class IncludeGraph {
public:
    explicit IncludeGraph(const std::filesystem::path& root);

    /// By file.
    const std::map<std::string, std::vector<Include>>& files() const { return files_; }
    bool contains(const std::string& file) const { return files_.contains(file); }
    /// What `file` includes, directly or through others, itself not among them.
    std::set<std::string> reached_from(const std::string& file) const;

private:
    void read_folder(const std::filesystem::path& folder);

    std::map<std::string, std::vector<Include>> files_;
};

}  // namespace gm2m::test
