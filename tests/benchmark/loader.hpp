#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "scene.hpp"

namespace benchmark {

/// Writes rows to tables that create_tables() has made, as fast as the engine takes them; not a measured hand.
class Loader {
public:
    virtual ~Loader() = default;
    virtual void begin(const std::string& table, const std::string& columns) = 0;
    /// An object: its key and its name or title.
    virtual void row(std::int64_t id, std::string_view text) = 0;
    virtual void link(std::int64_t user, int content_type, std::string_view key) = 0;
    virtual void end() = 0;
    /// Makes the join table's keys and indexes again, which the loader has dropped, and commits.
    virtual void finish() = 0;
};

std::unique_ptr<Loader> make_sqlite_loader(const std::string& file);
std::unique_ptr<Loader> make_postgresql_loader(const std::string& url);

void load(Loader& loader, const Scene& scene, const std::array<int, model_count>& content_types);

}  // namespace benchmark
