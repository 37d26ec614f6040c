#include "stage.hpp"

#include <fcntl.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "dataset.hpp"
#include "loader.hpp"

namespace benchmark {
namespace {

constexpr const char* labels[model_count] = {"cinema.Movie", "cinema.Documentary", "cinema.Opera"};
constexpr char links_table[] = "cinema_user_preferred_videos";
/// Tables from which a run may delete; what refers to others comes after them.
constexpr const char* changing_tables[] = {"cinema_movie", "cinema_user", links_table};

std::string copy_of(const char* table) {
    return std::string("prepared_") + table;
}

/// So that no run waits for what was copied before it.
void write_through(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR);
    const bool written = file >= 0 && ::fsync(file) == 0;
    if (file >= 0)
        ::close(file);
    if (!written)
        throw std::runtime_error("cannot write " + path);
}

}  // namespace

std::string_view name_of(Engine engine) {
    return engine == Engine::sqlite ? "sqlite" : "postgresql";
}

std::string_view name_of(Layout layout) {
    return layout == Layout::compact ? "compact" : "standard";
}

Cinema::Cinema(Layout layout)
    : preferred_videos([&] {
          models.model<Movie>("cinema.Movie")
              .primary_key("id", &Movie::id)
              .field("title", &Movie::title, {.max_length = 255});
          models.model<Documentary>("cinema.Documentary")
              .primary_key("id", &Documentary::id)
              .field("title", &Documentary::title, {.max_length = 255});
          models.model<Opera>("cinema.Opera")
              .primary_key("id", &Opera::id)
              .field("title", &Opera::title, {.max_length = 255});
          models.model<User>("cinema.User").primary_key("id", &User::id).field("name", &User::name, {.index = true});
          return models.gm2m("cinema.User", "preferred_videos",
                             {.related = {std::begin(labels), std::end(labels)}, .layout = layout});
      }()) {}

Stage::Stage(Engine engine, Layout layout, const Scene& scene, const std::string& postgresql_url)
    : address_{engine, layout, {}}, scene_(scene) {
    const std::string name = "gm2m_benchmark_" + std::to_string(::getpid());
    if (engine == Engine::sqlite) {
        address_.location = (std::filesystem::temp_directory_path() / (name + ".sqlite3")).string();
        prepared_ = (std::filesystem::temp_directory_path() / (name + "_prepared.sqlite3")).string();
    } else {
        schema_ = name;
        const char separator = postgresql_url.find('?') == std::string::npos ? '?' : '&';
        address_.location = postgresql_url + separator + "options=-csearch_path%3D" + schema_;
    }
    try {
        create();
    } catch (...) {
        remove();
        throw;
    }
}

Stage::~Stage() {
    remove();
}

void Stage::create() {
    if (address_.engine == Engine::sqlite) {
        // What no run changes is not copied.
        fill("sqlite3://" + (scene_.changes ? prepared_ : address_.location));
        return;
    }
    soci::session session(soci::postgresql, address_.location);
    session << "CREATE SCHEMA " << schema_;
    fill(address_.location);
    // Nothing but the workload is to run, and each run is to find the same statistics.
    session << "ALTER TABLE " << links_table << " SET (autovacuum_enabled = false)";
    for (const char* table : {"cinema_movie", "cinema_documentary", "cinema_opera", "cinema_user"})
        session << "VACUUM ANALYZE " << table;
    if (scene_.linked == Linked::nothing)
        return;
    session << "VACUUM ANALYZE " << links_table;
    if (scene_.changes)
        for (const char* table : changing_tables)
            session << "CREATE TABLE " << copy_of(table) << " AS TABLE " << table;
}

void Stage::remove() noexcept {
    if (address_.engine == Engine::sqlite) {
        std::error_code ignored;
        for (const std::string& file : {prepared_, address_.location, address_.location + "-journal"})
            std::filesystem::remove(file, ignored);
        return;
    }
    try {
        soci::session session(soci::postgresql, address_.location);
        session << "SET client_min_messages = warning";
        session << "DROP SCHEMA IF EXISTS " << schema_ << " CASCADE";
    } catch (const soci::soci_error&) {
        // The server is gone, and its data with it.
    }
}

void Stage::fill(const std::string& url) {
    std::array<int, model_count> content_types{};
    {
        Cinema cinema(address_.layout);
        auto db = gm2m::Database::open(cinema.models, url);
        db.create_tables();
        for (std::size_t model = 0; model < model_count; ++model)
            content_types[model] = db.content_types().get_for_model(labels[model]).id;
    }
    const auto loader = address_.engine == Engine::sqlite
                            ? make_sqlite_loader(scene_.changes ? prepared_ : address_.location)
                            : make_postgresql_loader(url);
    load(*loader, scene_, content_types);
}

void Stage::restore() {
    if (!scene_.changes)
        return;
    if (address_.engine == Engine::sqlite) {
        std::filesystem::copy_file(prepared_, address_.location, std::filesystem::copy_options::overwrite_existing);
        write_through(address_.location);
    } else {
        restore_postgresql();
    }
}

void Stage::restore_postgresql() {
    const bool standard = address_.layout == Layout::standard;
    soci::session session(soci::postgresql, address_.location);
    // None begins during the run then, which would write each page that it changes to the log as a whole.
    session << "CHECKPOINT";
    if (scene_.linked == Linked::nothing) {
        session << "TRUNCATE " << links_table << (standard ? " RESTART IDENTITY" : "");
        return;
    }
    session << "TRUNCATE cinema_movie, cinema_user, " << links_table;
    for (const char* table : changing_tables) {
        const bool has_id = standard || table != links_table;
        session << "INSERT INTO " << table << " SELECT * FROM " << copy_of(table) << (has_id ? " ORDER BY id" : "");
        if (has_id)
            session << "SELECT setval(pg_get_serial_sequence('" << table << "', 'id'), max(id)) FROM "
                    << copy_of(table);
        session << "VACUUM ANALYZE " << table;
    }
}

std::size_t Stage::links() const {
    const bool sqlite = address_.engine == Engine::sqlite;
    soci::session session(sqlite ? static_cast<const soci::backend_factory&>(soci::sqlite3) : soci::postgresql,
                          sqlite ? "db=" + address_.location : address_.location);
    long long count = 0;
    session << "SELECT count(*) FROM " << links_table, soci::into(count);
    return static_cast<std::size_t>(count);
}

std::string url_of(const Address& address) {
    return address.engine == Engine::sqlite ? "sqlite3://" + address.location : address.location;
}

}  // namespace benchmark
