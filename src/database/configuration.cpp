#include <algorithm>
#include <iostream>

#include <gm2m/error.hpp>

#include "database/database_impl.hpp"
#include "model/check_state.hpp"

namespace gm2m {
namespace {

bool is_error(const Finding& finding) {
    return finding.level == Level::error;
}

/// In one piece, so that what other threads print is not in between.
void print(const Registry& models, const std::vector<Finding>& findings, bool with_errors) {
    std::string text;
    {
        detail::CheckState& state = models.checks();
        const std::lock_guard lock(state.mutex);
        for (const Finding& finding : findings)
            if (with_errors || !is_error(finding))
                if (const std::string lines = to_string(finding) + "\n"; state.reported.insert(lines).second)
                    text += lines;
    }
    std::cerr << text << std::flush;
}

void check_declarations(const Registry& models, const DatabaseOptions& options) {
    std::vector<Finding> findings = check(models);
    if (findings.empty())
        return;
    const bool refused = options.refuse_errors && std::ranges::any_of(findings, is_error);
    if (options.report)
        options.report(findings);
    else
        print(models, findings, !refused);
    if (refused)
        throw CheckError(std::move(findings));
}

}  // namespace

void check_configuration(const Registry& models, const DatabaseOptions& options) {
    if (options.content_type_table.empty() || options.content_type_table.find('\0') != std::string::npos)
        throw ConfigurationError("content_type_table has to be the name of a table");
    if (options.keys_per_statement == 0)
        throw ConfigurationError("keys_per_statement is at least 1");
    if (options.busy_timeout < std::chrono::milliseconds(0))
        throw ConfigurationError("busy_timeout cannot be negative");
    check_declarations(models, options);
}

}  // namespace gm2m
