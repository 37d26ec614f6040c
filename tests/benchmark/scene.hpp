#pragma once

#include <functional>

#include "dataset.hpp"

namespace benchmark {

/// What is linked before a run.
enum class Linked {
    nothing,
    to_all_users,  ///< 100 objects to each user
    to_one_user,   ///< the first `to_one` of the shuffled objects to the first user
};

/// The state of the database in which a run starts.
struct Scene {
    static constexpr std::size_t to_one = 20'000;

    Dataset dataset;
    Linked linked = Linked::nothing;
    /// Whether runs change it, so that it has to be restored before each.
    bool changes = false;

    std::size_t links() const;
    /// Calls `take` with each link in the order of linking.
    void each_link(const std::function<void(std::int64_t user, Key object)>& take) const;

    friend bool operator==(const Scene&, const Scene&) = default;
};

}  // namespace benchmark
