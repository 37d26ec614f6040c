#include <gm2m/check.hpp>

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "backend/nearest.hpp"
#include "check/found.hpp"
#include "check/selection.hpp"
#include "model/check_state.hpp"
#include "model/names.hpp"

namespace gm2m {
namespace {

using check_registry::Found;

/// Declarations that were ignored.
void add_mistakes(const detail::CheckState& state, const Selection& selection, Found& found) {
    const std::lock_guard lock(state.mutex);
    for (const Finding& mistake : state.mistakes)
        if (selection.runs(mistake.id == "gm2m.E309" ? "relations" : "models"))
            found.findings.push_back(mistake);
}

void run_own_check(const Registry& registry, const Check& own, Found& found) {
    std::string problem;
    try {
        std::ranges::move(own(registry), std::back_inserter(found.findings));
        return;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        problem = error.what();
    } catch (...) {
        problem = "something that is no std::exception";
    }
    found.error("gm2m.E901", "", {}, fmt::format("a check of the program has thrown: {}", problem),
                "a check returns its findings: correct it");
}

}  // namespace

std::vector<Finding> check(const Registry& registry, const CheckOptions& options) {
    return check_registry::run(registry, options, {});
}

std::vector<Finding> check_registry::run(const Registry& registry, const CheckOptions& options,
                                         const std::function<void(Found&)>& compare) {
    detail::CheckState& state = registry.checks();
    std::vector<detail::CheckState::OwnCheck> own_checks;
    {
        const std::lock_guard lock(state.mutex);
        own_checks = state.own_checks;
    }
    const Selection selection(registry, options, own_checks);
    Found found;
    selection.check_itself(found);
    add_mistakes(state, selection, found);
    if (selection.runs("models")) {
        check_registry::check_models(registry, found);
        check_registry::check_swaps(registry, found);
    }
    if (selection.runs("relations")) {
        check_registry::check_relations(registry, found);
        check_registry::check_reverse_names(registry, found);
    }
    if (compare && selection.runs("database"))
        compare(found);
    for (const auto& own : own_checks)
        if (selection.runs(own))
            run_own_check(registry, own.check, found);
    selection.narrow(found.findings);
    std::ranges::stable_sort(found.findings, [](const Finding& a, const Finding& b) {
        const int files = std::string_view(a.location.file_name()).compare(b.location.file_name());
        return files != 0 ? files < 0 : a.location.line() < b.location.line();
    });
    return std::move(found.findings);
}

CheckError::CheckError(std::vector<Finding> findings)
    : ConfigurationError([&] {
          std::string text;
          for (const Finding& finding : findings)
              if (finding.level == Level::error)
                  text += (text.empty() ? "the declarations have errors:\n" : "\n") + to_string(finding);
          return text;
      }()),
      findings_(std::move(findings)) {}

}  // namespace gm2m
