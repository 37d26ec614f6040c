#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "scene.hpp"
#include "stage.hpp"

namespace benchmark {

enum class Hand { c_api, soci, gm2m };
constexpr Hand all_hands[] = {Hand::c_api, Hand::soci, Hand::gm2m};
std::string_view name_of(Hand hand);

/// A workload in one hand, on one connection: made (connected, its input laid out) before the clock starts.
class Run {
public:
    virtual ~Run() = default;
    /// Timed: the work. Its answer is kept.
    virtual void work() = 0;
    /// Not timed: what the work has reported and read.
    virtual Checksum answer() const = 0;
    /// Timed: the destruction of the answer, which a program pays for too.
    virtual void forget() = 0;
};

struct Workload {
    std::string_view name;
    std::string_view description;
    Scene scene;
    /// The rows in the join table afterwards.
    std::size_t (*links_afterwards)(const Dataset& dataset);
    std::unique_ptr<Run> (*make)(Hand hand, const Address& address, const Dataset& dataset);
    /// How many links there are, where the workload is one of several that differ in that alone (S); else 0.
    std::size_t scale = 0;
};

std::span<const Workload> workloads();

}  // namespace benchmark
