#include "stage.hpp"

#include <fcntl.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "dataset.hpp"

namespace benchmark {
namespace {

template <class T>
std::vector<T> all_of(std::size_t model) {
    std::vector<T> objects;
    for (const Key key : Dataset::all_objects())
        if (key.model == model)
            objects.push_back({{.id = key.id, .title = Dataset::title(key)}});
    return objects;
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
          models.model<User>("cinema.User").primary_key("id", &User::id).field("name", &User::name);
          return models.gm2m("cinema.User", "preferred_videos", {.layout = layout});
      }()) {}

Stage::Stage(Engine engine, Layout layout, const std::string& postgresql_url) : address_{engine, layout, {}} {
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
    if (address_.engine == Engine::sqlite)
        return fill("sqlite3://" + prepared_);
    soci::session session(soci::postgresql, address_.location);
    session << "CREATE SCHEMA " << schema_;
    fill(address_.location);
    // Nothing but the workload is to run, and each run is to find the same statistics.
    session << "ALTER TABLE cinema_user_preferred_videos SET (autovacuum_enabled = false)";
    for (const char* table : {"cinema_movie", "cinema_documentary", "cinema_opera", "cinema_user"})
        session << "VACUUM ANALYZE " << table;
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
    Cinema cinema(address_.layout);
    auto db = gm2m::Database::open(cinema.models, url);
    db.create_tables();
    std::vector<User> users;
    for (std::int64_t id = 1; id <= Dataset::users; ++id)
        users.push_back({id, Dataset::user_name(id)});
    gm2m::Transaction transaction(db);
    db.insert_many(std::move(users));
    db.insert_many(all_of<Movie>(0));
    db.insert_many(all_of<Documentary>(1));
    db.insert_many(all_of<Opera>(2));
    for (const char* label : {"cinema.Movie", "cinema.Documentary", "cinema.Opera"})
        db.content_types().get_for_model(label);
    transaction.commit();
}

void Stage::restore() {
    if (address_.engine == Engine::sqlite) {
        std::filesystem::copy_file(prepared_, address_.location, std::filesystem::copy_options::overwrite_existing);
        write_through(address_.location);
    } else {
        soci::session session(soci::postgresql, address_.location);
        session << "TRUNCATE cinema_user_preferred_videos"
                << (address_.layout == Layout::standard ? " RESTART IDENTITY" : "");
    }
}

std::size_t Stage::links() const {
    const bool sqlite = address_.engine == Engine::sqlite;
    soci::session session(sqlite ? static_cast<const soci::backend_factory&>(soci::sqlite3) : soci::postgresql,
                          sqlite ? "db=" + address_.location : address_.location);
    long long count = 0;
    session << "SELECT count(*) FROM cinema_user_preferred_videos", soci::into(count);
    return static_cast<std::size_t>(count);
}

std::string url_of(const Address& address) {
    return address.engine == Engine::sqlite ? "sqlite3://" + address.location : address.location;
}

}  // namespace benchmark
