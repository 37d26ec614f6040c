#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/found.hpp"
#include "model/check_state.hpp"

namespace gm2m {

/// What CheckOptions choose.
class Selection {
public:
    Selection(const Registry& registry, const CheckOptions& options,
              const std::vector<detail::CheckState::OwnCheck>& own_checks)
        : registry_(registry), options_(options), own_checks_(own_checks) {}

    /// Whether checks with that tag run.
    bool runs(std::string_view tag) const;
    bool runs(const detail::CheckState::OwnCheck& own) const;
    /// Leaves out what is silenced, and what is not among the subjects.
    void narrow(std::vector<Finding>& findings) const;
    /// Tags and subjects that choose nothing, so that a slip of the pen is not taken for a clean result.
    void check_itself(check_registry::Found& found) const;

private:
    /// The subject; of a child and a proxy, and of what is in them, also the same of the models whose tables its
    /// objects are in.
    std::vector<std::string> with_inherited(const std::string& subject) const;
    bool is_known(const std::string& subject) const;

    const Registry& registry_;
    const CheckOptions& options_;
    const std::vector<detail::CheckState::OwnCheck>& own_checks_;
};

}  // namespace gm2m
