#include "architecture/rules.hpp"

#include <algorithm>
#include <map>
#include <regex>

namespace gm2m::test {
namespace {

using Names = std::set<std::string>;

/// Each layer and those that it may include. A folder of src/ is a layer.
const std::map<std::string, Names> allowed_layers{
    {"backend", {}},
    {"model", {}},
    {"schema", {"backend", "model"}},
    {"content_types", {"backend", "model"}},
    {"query", {"backend", "model", "schema", "content_types"}},
    {"relation", {"backend", "model", "schema", "content_types", "query"}},
    {"deletion", {"backend", "model", "schema", "content_types", "query", "relation"}},
    {"check", {"backend", "model", "schema"}},
    // The top composes all of them.
    {"database", {"backend", "model", "schema", "content_types", "query", "relation", "deletion", "check"}},
};

/// What a layer may include of another one that it may not include as a whole: of the backend, a model knows values,
/// their text forms and names.
const std::map<std::string, Names> allowed_files{
    {"model", {"backend/text_form.hpp", "backend/nearest.hpp"}},
};

/// The layer of each public header: it is included from there and from above.
const std::map<std::string, std::string> public_headers{
    {"gm2m/adapter.hpp", "value"},
    {"gm2m/check.hpp", "check"},
    {"gm2m/condition.hpp", "model"},
    {"gm2m/content_types.hpp", "content_types"},
    {"gm2m/database.hpp", "database"},
    {"gm2m/error.hpp", "value"},
    {"gm2m/deletion.hpp", "deletion"},
    {"gm2m/expression.hpp", "query"},
    {"gm2m/field.hpp", "model"},
    {"gm2m/finding.hpp", "model"},
    {"gm2m/gm2m.hpp", "database"},
    {"gm2m/gm2m_field.hpp", "model"},
    {"gm2m/interop/signals2.hpp", "model"},
    {"gm2m/interop/soci.hpp", "database"},
    {"gm2m/link_signals.hpp", "model"},
    {"gm2m/many_to_many_field.hpp", "model"},
    {"gm2m/model.hpp", "model"},
    {"gm2m/object.hpp", "model"},
    {"gm2m/object_signals.hpp", "model"},
    {"gm2m/pool.hpp", "database"},
    {"gm2m/prefetch.hpp", "query"},
    {"gm2m/query_set.hpp", "query"},
    {"gm2m/registry.hpp", "model"},
    {"gm2m/related_manager.hpp", "relation"},
    {"gm2m/retry.hpp", "database"},
    {"gm2m/signal.hpp", "model"},
    {"gm2m/source_location.hpp", "value"},
    {"gm2m/statement_listener.hpp", "value"},
    {"gm2m/transaction.hpp", "database"},
    {"gm2m/value.hpp", "value"},
    {"gm2m/verify.hpp", "deletion"},
    {"gm2m/version.hpp", "value"},
};

bool is_public(const std::string& file) {
    return file.starts_with("gm2m/");
}

/// Empty for a file in no layer, and for what is none of the project's files.
std::string layer_of(const std::string& file) {
    if (is_public(file)) {
        const auto found = public_headers.find(file);
        return found == public_headers.end() ? "" : found->second;
    }
    const std::string folder = file.substr(0, file.find('/'));
    return folder != file && allowed_layers.contains(folder) ? folder : "";
}

bool may_include(const std::string& layer, const std::string& included, const std::string& file) {
    // Values and errors are below everything.
    if (included == layer || included == "value")
        return true;
    if (const auto allowed = allowed_layers.find(layer); allowed != allowed_layers.end())
        if (allowed->second.contains(included))
            return true;
    const auto files = allowed_files.find(layer);
    return files != allowed_files.end() && files->second.contains(file);
}

std::string at(const std::string& file, const Include& include) {
    return file + ":" + std::to_string(include.line) + ": ";
}

/// A header of the project, by the form of its name.
bool is_project_name(const std::string& name) {
    return name.ends_with(".hpp") && (is_public(name) || allowed_layers.contains(name.substr(0, name.find('/'))));
}

bool matches(const std::string& text, const char* pattern) {
    return std::regex_search(text, std::regex(pattern));
}

}  // namespace

bool is_foreign_to_users(const std::string& include) {
    return matches(include, R"((^|/)(soci|boost|libpq|postgresql)/)") ||
           matches(include, R"((^|/)(sqlite3(ext)?|libpq-[a-z]+|postgres_ext|pg_config[a-z_]*)\.h$)");
}

std::vector<std::string> layer_findings(const IncludeGraph& graph) {
    std::vector<std::string> findings;
    for (const auto& [file, includes] : graph.files()) {
        const std::string layer = layer_of(file);
        if (layer.empty()) {
            findings.push_back(file + ": is in no layer: give it one in tests/architecture/rules.cpp");
            continue;
        }
        for (const Include& include : includes) {
            const std::string included = layer_of(include.name);
            if (is_project_name(include.name) && !graph.contains(include.name))
                findings.push_back(at(file, include) + include.name + " does not exist");
            else if (!included.empty() && !may_include(layer, included, include.name))
                findings.push_back(at(file, include) + layer + " includes " + include.name + " of " + included);
        }
        // What a model may include of the backend is no door to the rest of it.
        if (layer == "model")
            for (const std::string& reached : graph.reached_from(file))
                if (layer_of(reached) == "backend" && !may_include(layer, "backend", reached))
                    findings.push_back(file + ": model reaches " + reached + " of backend");
    }
    return findings;
}

std::vector<std::string> driver_findings(const IncludeGraph& graph) {
    std::vector<std::string> findings;
    for (const auto& [file, includes] : graph.files()) {
        const bool backend = file.starts_with("backend/");
        const bool interop = file.starts_with("gm2m/interop/");
        const bool may_use_soci = backend || file.starts_with("database/") || interop;
        for (const Include& include : includes) {
            if (matches(include.name, "^backend/(sqlite|postgresql)/") && !backend)
                findings.push_back(at(file, include) + "an engine's " + include.name + " outside of src/backend");
            else if (include.name.starts_with("soci/") && !may_use_soci)
                findings.push_back(at(file, include) + include.name + " outside of src/backend, src/database, interop");
            else if (!include.name.starts_with("soci/") && is_foreign_to_users(include.name) && !backend && !interop &&
                     !is_project_name(include.name))
                findings.push_back(at(file, include) + include.name + " outside of src/backend, interop");
        }
    }
    return findings;
}

std::vector<std::string> public_header_findings(const IncludeGraph& graph) {
    std::vector<std::string> findings;
    for (const auto& [file, includes] : graph.files()) {
        if (!is_public(file) || file.starts_with("gm2m/interop/"))
            continue;
        for (const std::string& reached : graph.reached_from(file))
            if (is_foreign_to_users(reached))
                findings.push_back(file + " reaches " + reached);
            else if (reached.ends_with(".hpp") && !is_public(reached))
                findings.push_back(file + " reaches " + reached + ", which is not public");
    }
    return findings;
}

}  // namespace gm2m::test
