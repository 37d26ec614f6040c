#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gm2m/finding.hpp>

namespace gm2m::detail {

/// What a registry knows for its checks.
struct CheckState {
    struct OwnCheck {
        Check check;
        std::vector<std::string> tags;
    };

    mutable std::mutex mutex;       // guards what follows
    std::vector<Finding> mistakes;  // declarations that were ignored, since a registry cannot hold them beside others
    std::vector<OwnCheck> own_checks;
    std::set<std::string, std::less<>> silenced;
    std::set<std::string> reported;  // as texts: a warning is printed once, however many databases are opened

    void add(Finding mistake) {
        const std::lock_guard lock(mutex);
        mistakes.push_back(std::move(mistake));
    }
};

}  // namespace gm2m::detail
