#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <exception>
#include <utility>

#include "compile_time.hpp"
#include "process.hpp"
#include "report.hpp"

namespace benchmark {
namespace {

/// The name of all workloads of different scale.
constexpr char every_scale[] = "S";
constexpr std::size_t most_links_by_default = 1'000'000;

struct Options {
    std::vector<std::string> only, engines, layouts, hands;
    std::string json, postgresql_url, run_once, location;
    std::vector<std::size_t> links;
    int repeat = 9;
    bool large = false;
};

template <class T>
std::vector<std::string> names_of(const T& values) {
    std::vector<std::string> names;
    for (const auto& value : values)
        names.emplace_back(name_of(value));
    return names;
}

constexpr Engine all_engines[] = {Engine::sqlite, Engine::postgresql};
constexpr Layout all_layouts[] = {Layout::standard, Layout::compact};

/// Those of `all` whose names were given; all if none was.
template <class T>
std::vector<T> chosen(std::span<const T> all, const std::vector<std::string>& names) {
    std::vector<T> found;
    for (const T& value : all)
        if (names.empty() || std::ranges::find(names, name_of(value)) != names.end())
            found.push_back(value);
    return found;
}

void declare(CLI::App& app, Options& options) {
    std::vector<std::string> workload_names{"compile"};
    for (const Workload& workload : workloads())
        if (workload_names.back() != workload.name)
            workload_names.emplace_back(workload.name);
    workload_names.emplace_back(every_scale);
    const auto list = [&](const char* name, std::vector<std::string>& values, const std::vector<std::string>& possible,
                          const char* text) {
        app.add_option(name, values, text)->delimiter(',')->check(CLI::IsMember(possible));
    };
    list("--only", options.only, workload_names, "These workloads alone");
    list("--engines", options.engines, names_of(all_engines), "On these engines alone");
    list("--layouts", options.layouts, names_of(all_layouts), "With these layouts alone");
    list("--hands", options.hands, names_of(all_hands), "By these hands alone");
    app.add_option("--links", options.links, "S with so many links alone")->delimiter(',');
    app.add_flag("--large", options.large, "S with more than 10^6 links on PostgreSQL too");
    app.add_option("--repeat", options.repeat, "How many runs the median is of")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--json", options.json, "Write the table to this file too");
    app.add_option("--postgresql", options.postgresql_url, "URL of a PostgreSQL server, in which to make a schema");
    app.add_option("--run-once", options.run_once)->group("");
    app.add_option("--location", options.location)->group("");
    std::string text = "Workloads:\n";
    std::string_view last;
    for (const Workload& workload : workloads())
        if (std::exchange(last, workload.name) != workload.name)
            text += "  " + std::string(workload.name) + "  " + std::string(workload.description) + "\n";
    app.footer(text + "  S     all of S-W3, S-W5, S-W7 and S-W8; none of them is run unless it is asked for\n" +
               "  compile  the README's program\n");
}

bool is_wanted(const Options& options, std::string_view name) {
    return std::ranges::find(options.only, name) != options.only.end();
}

bool is_wanted(const Options& options, const Workload& workload, Engine engine) {
    if (workload.scale == 0)
        return options.only.empty() || is_wanted(options, workload.name);
    if (!options.links.empty() && std::ranges::find(options.links, workload.scale) == options.links.end())
        return false;
    if (engine == Engine::postgresql && workload.scale > most_links_by_default && !options.large)
        return false;
    return is_wanted(options, workload.name) || is_wanted(options, every_scale);
}

/// The rows of each workload on one engine with one layout. A scene is set once for all workloads that start from it.
void run(const Options& options, Engine engine, Layout layout, std::vector<std::vector<Row>>& rows) {
    const auto all = workloads();
    const auto hands = chosen<Hand>(all_hands, options.hands);
    std::vector<const Workload*> left;
    for (const Workload& workload : all)
        if (is_wanted(options, workload, engine))
            left.push_back(&workload);
    while (!left.empty()) {
        const Scene& scene = left.front()->scene;
        show(title_of(*left.front(), engine, layout) + ": preparing");
        Stage stage(engine, layout, scene, options.postgresql_url);
        std::erase_if(left, [&](const Workload* workload) {
            if (workload->scene != scene)
                return false;
            std::ranges::move(measure({workload, &stage, hands, options.repeat}),
                              std::back_inserter(rows[static_cast<std::size_t>(workload - all.data())]));
            return true;
        });
    }
}

std::vector<Row> run(const Options& options) {
    std::vector<std::vector<Row>> of_workloads(workloads().size());
    for (const Engine engine : chosen<Engine>(all_engines, options.engines))
        for (const Layout layout : chosen<Layout>(all_layouts, options.layouts))
            run(options, engine, layout, of_workloads);
    std::vector<Row> rows;
    for (std::vector<Row>& each : of_workloads)
        std::ranges::move(each, std::back_inserter(rows));
    if (options.only.empty() || is_wanted(options, "compile"))
        rows.push_back(measure_compile_time());
    return rows;
}

int run_child(const Options& options) {
    for (const Workload& workload : workloads())
        if (workload.name == options.run_once && workload.scale == options.links.front())
            run_once(workload, chosen<Hand>(all_hands, options.hands).front(),
                     {chosen<Engine>(all_engines, options.engines).front(),
                      chosen<Layout>(all_layouts, options.layouts).front(), options.location});
    return 0;
}

int main(int argc, char** argv) {
    if (argc > 1 && std::strcmp(argv[1], peak_option) == 0)
        return report_peak(argv + 2);
    CLI::App app("gm2m beside the same work written by hand on the C APIs and with SOCI");
    Options options;
    declare(app, options);
    CLI11_PARSE(app, argc, argv);
    if (!options.run_once.empty())
        return run_child(options);
    if (options.postgresql_url.empty() && chosen<Engine>(all_engines, options.engines).back() == Engine::postgresql)
        throw std::runtime_error("give the URL of a PostgreSQL server with --postgresql, or choose --engines sqlite");
    watch_for_interrupts();
    const std::vector<Row> rows = run(options);
    print_table(rows);
    if (!options.json.empty())
        write_json(rows, options.json);
    return 0;
}

}  // namespace
}  // namespace benchmark

int main(int argc, char** argv) {
    try {
        return benchmark::main(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "benchmark: %s\n", error.what());
        return 1;
    }
}
