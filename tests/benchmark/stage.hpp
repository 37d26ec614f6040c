#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <gm2m/gm2m.hpp>

#include "scene.hpp"

namespace benchmark {

enum class Engine { sqlite, postgresql };
using gm2m::Layout;

std::string_view name_of(Engine engine);
std::string_view name_of(Layout layout);

/// Where a hand finds the database.
struct Address {
    Engine engine;
    Layout layout;
    /// SQLite: the file. PostgreSQL: a URL that leads into the schema.
    std::string location;
};

/// The models and the relation of the benchmark, as gm2m sees them.
struct Cinema {
    explicit Cinema(Layout layout);

    gm2m::Registry models;
    gm2m::GM2MField preferred_videos;
};

/// A database in the state of a scene; gone afterwards. A file in the temporary folder, or a schema of the server at
/// `postgresql_url`.
class Stage {
public:
    Stage(Engine engine, Layout layout, const Scene& scene, const std::string& postgresql_url);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    const Address& address() const { return address_; }
    const Scene& scene() const { return scene_; }
    /// Back to the state in which each run starts. No hand is connected.
    void restore();
    /// The number of rows in the join table.
    std::size_t links() const;

private:
    void create();
    void fill(const std::string& url);
    void restore_postgresql();
    void remove() noexcept;

    Address address_;
    Scene scene_;
    std::string prepared_;  // SQLite: the file that restore() copies
    std::string schema_;    // PostgreSQL
};

/// `address` as gm2m takes it.
std::string url_of(const Address& address);

}  // namespace benchmark
