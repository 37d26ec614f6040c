#pragma once

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {

enum class Engine { sqlite, postgresql };
enum class Models { compiled, run_time };

/// What the one suite runs against. Differences between configurations that a test has to know are named here.
struct Configuration {
    Engine engine = Engine::sqlite;
    Layout layout = Layout::standard;
    Models models = Models::compiled;

    bool is_sqlite() const { return engine == Engine::sqlite; }
    /// all() keeps the order of linking; otherwise it is that of content type and key text.
    bool keeps_order_of_linking() const { return layout == Layout::standard; }
    /// Independent statements of one operation share a round trip.
    bool has_round_trips() const { return engine == Engine::postgresql; }
    /// set() reads the links, and writes each that differs by itself.
    bool looks_before_setting() const { return is_sqlite(); }

    friend std::ostream& operator<<(std::ostream& out, const Configuration& configuration);
};

std::string name_of(const Configuration& configuration);

/// The engines that this run tests: SQLite, and PostgreSQL where GM2M_TEST_POSTGRESQL holds its URL.
std::vector<Engine> engines();
/// Engines, with compiled models in the standard layout.
std::vector<Configuration> engine_configurations();
/// Engines and layouts, with compiled models.
std::vector<Configuration> layout_configurations();
/// Those of them whose engine is a server; none without its URL.
std::vector<Configuration> server_configurations();
/// Engines, layouts and kinds of models: everything.
std::vector<Configuration> all_configurations();

/// A database of the test's own, empty: a file in a temporary folder, or a schema of the server. Gone afterwards.
class ScratchDatabase {
public:
    explicit ScratchDatabase(Engine engine);
    /// A schema of that PostgreSQL server.
    explicit ScratchDatabase(std::string server_url);
    ~ScratchDatabase();
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;

    Engine engine() const { return engine_; }
    const std::string& url() const { return url_; }
    /// The file of a SQLite database, the schema's name on a server: in either case no other test's.
    const std::string& path() const { return name_; }

    /// Runs SQL with the engine's own means, not the library's; returns the first column of each row.
    std::vector<std::string> sql(const std::string& statement) const;

    /// Of each index of a table "column column", in its order.
    std::multiset<std::string> index_columns(const std::string& table) const;

private:
    void create_schema();

    Engine engine_;
    std::string server_url_;
    std::string name_;
    std::string url_;
};

}  // namespace gm2m::test
