#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/cinema.hpp"

namespace gm2m::test {

/// The rows that workers share, by key: users, movies, documentaries and operas from 1 on, countries from c1 on.
constexpr int number_of_users = 6;
constexpr int targets_per_model = 15;
std::vector<Reference> shared_users(const Registry& registry);
/// Of all models, mixed.
std::vector<Reference> shared_targets(const Registry& registry);

/// How often each link was created, less how often it was removed, as the operations themselves said.
struct Tally {
    std::map<std::string, int> net;  // by "1 cinema.movie:5"
    long cleared = 0;                // clear() says how many, not which

    void forward(const Reference& user, const Changes& changes);
    void reverse(const Reference& target, const Changes& changes);
    void merge(const Tally& other);
    long total() const;
    /// The links that there must be, sorted.
    std::vector<std::string> links() const;

private:
    void count(const Reference& user, const Reference& target, int by);
};

/// "1 cinema.movie:5", as links_of() has it.
std::string link_name(const Reference& user, const Reference& target);
/// The join table, sorted, read without the library.
std::vector<std::string> links_of(const ScratchDatabase& scratch);

/// One of several who work on the same rows at once, with a connection and an order of its own.
struct Worker {
    const Cinema& cinema;
    Database& db;
    int number;
    int workers;
    std::mt19937 random;
    Tally tally = {};

    Worker(const Cinema& models, Database& database, int position, int count)
        : cinema(models), db(database), number(position), workers(count),
          random(static_cast<std::uint32_t>(position) * 7919U + 17U) {}

    Reference user(int key) const { return users()[static_cast<std::size_t>(key) - 1]; }
    std::vector<Reference> users() const { return shared_users(cinema.registry); }
    std::vector<Reference> targets() const { return shared_targets(cinema.registry); }
    template <class T>
    std::vector<T> shuffled(std::vector<T> all) {
        std::shuffle(all.begin(), all.end(), random);
        return all;
    }
    /// Some of them in any order, with repeats.
    std::vector<Reference> some(const std::vector<Reference>& all);
    int below(int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }

    RelatedManager forward(const Reference& source) { return db.related(source, cinema.preferred); }
    RelatedManager reverse(const Reference& target) { return db.related(target, "user_set"); }
};

using Task = void (*)(Worker&);

/// What they have to report when all have finished.
struct Outcome {
    std::vector<std::string> errors;
    Tally tally;
};

/// Every one of `count` threads or processes carries out `task` (tasks.hpp) with a Database of its own; all start
/// together.
Outcome work_in_threads(const Cinema& cinema, const ScratchDatabase& scratch, const std::string& task, int count,
                        const DatabaseOptions& options);
Outcome work_in_processes(const Configuration& configuration, const ScratchDatabase& scratch, const std::string& task,
                          int count, const DatabaseOptions& options);
/// The process's side of it, with the arguments that it was given.
int worker_process(const std::vector<std::string>& arguments);

/// By name_of(): another process gets it as an argument.
Configuration configuration_called(const std::string& name);
/// Waits patiently: many writers share one SQLite file.
DatabaseOptions patient();
/// Those of the cinema, with every shared model in `related`: who uses the reverse side may be the first to do so.
GM2MOptions shared_relation();

}  // namespace gm2m::test
