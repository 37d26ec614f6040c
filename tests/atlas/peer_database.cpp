#include "peer_database.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "command.hpp"

namespace gm2m::test {
namespace {

const std::string data_folder = GM2M_SOURCE_DIR "/tests/data/atlas/";

std::string server_url() {
    const char* url = std::getenv("GM2M_TEST_POSTGRESQL");
    return url ? url : "";
}

/// Of two databases that a libpq URL names, the last one counts.
std::string url_of(const std::string& database) {
    const char separator = server_url().find('?') == std::string::npos ? '?' : '&';
    return server_url() + separator + "dbname=" + database;
}

std::string psql(const std::string& url, const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url};
    words.insert(words.end(), arguments.begin(), arguments.end());
    CommandResult result = run_command(words);
    if (result.status != 0)
        throw std::runtime_error("psql failed: " + result.output);
    return std::move(result.output);
}

std::string unique_name() {
    static int next = 0;
    return "gm2m_atlas_" + std::to_string(getpid()) + "_" + std::to_string(++next);
}

/// The dump, loaded once for the process; the tests' databases are copies of it.
class LoadedDump {
public:
    LoadedDump() : name_(unique_name()) {
        psql(server_url(),
             {"-c", "CREATE DATABASE " + name_ + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"});
        psql(url_of(name_), {"-f", data_folder + "atlas.postgresql.sql"});
    }
    ~LoadedDump() {
        try {
            psql(server_url(), {"-c", "DROP DATABASE " + name_ + " WITH (FORCE)"});
        } catch (const std::runtime_error&) {
            // The server goes away with the run.
        }
    }
    const std::string& name() const { return name_; }

private:
    std::string name_;
};

const LoadedDump& loaded_dump() {
    static const LoadedDump dump;
    return dump;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

}  // namespace

PeerDatabase::PeerDatabase(Engine engine) {
    if (engine == Engine::sqlite) {
        file_.emplace(engine);
        std::filesystem::copy_file(data_folder + "atlas.sqlite3", file_->path());
        url_ = file_->url();
    } else {
        name_ = unique_name();
        psql(server_url(), {"-c", "CREATE DATABASE " + name_ + " TEMPLATE " + loaded_dump().name()});
        url_ = url_of(name_);
    }
}

PeerDatabase::~PeerDatabase() {
    if (file_)
        return;
    try {
        psql(server_url(), {"-c", "DROP DATABASE " + name_ + " WITH (FORCE)"});
    } catch (const std::runtime_error&) {
        // The server goes away with the run.
    }
}

std::vector<std::string> PeerDatabase::sql(const std::string& statement) const {
    return file_ ? file_->sql(statement) : lines_of(psql(url_, {"-c", statement}));
}

std::vector<std::string> PeerDatabase::contents() const {
    const std::pair<std::string, std::string> tables[] = {
        {"django_migrations", "id || '|' || app || '|' || name"},
        {"django_content_type", "id || '|' || app_label || '|' || model"},
        {"atlas_country", "code || '|' || name"},
        {"atlas_subdivision", "id || '|' || code || '|' || name || '|' || country_id"},
        {"atlas_timezone", "id || '|' || name || '|' || coordinates"},
        {"atlas_currency", "code || '|' || name"},
        {"atlas_language", "id || '|' || code || '|' || name"},
        {"atlas_script", "code || '|' || name"},
        {"atlas_usage",
         "id || '|' || country_id || '|' || target_ct_id || '|' || target_fk || '|' || population_percent"},
        {"atlas_country_related", "id || '|' || gm2m_src_id || '|' || gm2m_ct_id || '|' || gm2m_pk"}};
    std::string all;
    for (const auto& [table, row] : tables)
        all += (all.empty() ? "" : " UNION ALL ") + ("SELECT '" + table + ": ' || " + row + " FROM " + table);
    return sql(all + " ORDER BY 1");
}

std::string name_of(Engine engine) {
    return engine == Engine::sqlite ? "Sqlite" : "Postgresql";
}

}  // namespace gm2m::test
