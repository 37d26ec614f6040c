#include "report.hpp"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace benchmark {
namespace {

std::string number(const std::optional<double>& value, const char* format) {
    if (!value)
        return "-";
    char text[32];
    std::snprintf(text, sizeof text, format, *value);
    return text;
}

nlohmann::json json_of(const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
}

}  // namespace

void print_table(std::span<const Row> rows) {
    std::printf("%-8s  %8s  %-10s  %-8s  %-5s  %10s  %10s  %10s  %11s  %6s\n", "workload", "links", "engine", "layout",
                "hand", "median s", "min s", "max s", "peak RSS MB", "ratio");
    const Row* above = nullptr;
    for (const Row& row : rows) {
        if (above && (above->workload != row.workload || above->links != row.links || above->engine != row.engine ||
                      above->layout != row.layout))
            std::printf("\n");
        above = &row;
        std::printf("%-8s  %8s  %-10s  %-8s  %-5s  %10.4f  %10.4f  %10.4f  %11s  %6s\n", row.workload.c_str(),
                    row.links > 0 ? std::to_string(row.links).c_str() : "", row.engine.c_str(), row.layout.c_str(),
                    row.hand.c_str(), row.median, row.fastest, row.slowest, number(row.peak_rss, "%.1f").c_str(),
                    number(row.ratio, "%.2f").c_str());
    }
}

void write_json(std::span<const Row> rows, const std::string& path) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
        nlohmann::ordered_json& each = all.emplace_back(nlohmann::ordered_json{{"workload", row.workload},
                                                                               {"engine", row.engine},
                                                                               {"layout", row.layout},
                                                                               {"hand", row.hand},
                                                                               {"median_s", row.median},
                                                                               {"peak_rss_mb", json_of(row.peak_rss)},
                                                                               {"ratio", json_of(row.ratio)}});
        if (row.links > 0)
            each["links"] = row.links;
    }
    std::ofstream file(path);
    file << all.dump(2) << '\n';
    if (!file.flush())
        throw std::runtime_error("cannot write " + path);
}

}  // namespace benchmark
