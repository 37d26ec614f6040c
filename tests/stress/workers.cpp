#include "stress/workers.hpp"

#include <algorithm>
#include <latch>
#include <memory>
#include <thread>

#include "stress/child_process.hpp"
#include "stress/tasks.hpp"

namespace gm2m::test {
namespace {

/// What went wrong in `task`, or nothing.
std::string run(Task task, Worker& worker) {
    try {
        task(worker);
        return "";
    } catch (const DatabaseError& error) {
        return "worker " + std::to_string(worker.number) + ": " + error.code() + " " + error.what() + " | " +
               error.sql();
    } catch (const std::exception& error) {
        return "worker " + std::to_string(worker.number) + ": " + error.what();
    }
}

void read_report(ChildProcess& child, Outcome& outcome) {
    for (std::string line; !(line = child.read_line()).empty();) {
        if (line.starts_with("net ")) {
            const std::size_t space = line.find(' ', 4);
            outcome.tally.net[line.substr(space + 1)] += std::stoi(line.substr(4, space));
        } else if (line.starts_with("cleared ")) {
            outcome.tally.cleared += std::stol(line.substr(8));
        } else {
            outcome.errors.push_back(line);
        }
    }
    if (const int code = child.wait(); code != 0)
        outcome.errors.push_back("a process ended with " + std::to_string(code));
}

}  // namespace

Configuration configuration_called(const std::string& name) {
    const std::vector<Configuration> all = all_configurations();
    return *std::ranges::find(all, name, name_of);
}

std::string link_name(const Reference& user, const Reference& target) {
    return user.key.to_string() + " " + target.model->app_label() + "." + target.model->model_name() + ":" +
           target.key.to_string();
}

std::vector<std::string> links_of(const ScratchDatabase& scratch) {
    std::vector<std::string> links =
        scratch.sql("SELECT l.gm2m_src_id || ' ' || c.app_label || '.' || c.model || ':' || l.gm2m_pk FROM "
                    "cinema_user_preferred_videos AS l JOIN gm2m_content_type AS c ON c.id = l.gm2m_ct_id");
    std::ranges::sort(links);
    return links;
}

void Tally::count(const Reference& user, const Reference& target, int by) {
    net[link_name(user, target)] += by;
}

void Tally::forward(const Reference& user, const Changes& changes) {
    for (const Reference& target : changes.added)
        count(user, target, 1);
    for (const Reference& target : changes.removed)
        count(user, target, -1);
}

void Tally::reverse(const Reference& target, const Changes& changes) {
    for (const Reference& user : changes.added)
        count(user, target, 1);
    for (const Reference& user : changes.removed)
        count(user, target, -1);
}

void Tally::merge(const Tally& other) {
    for (const auto& [link, by] : other.net)
        net[link] += by;
    cleared += other.cleared;
}

long Tally::total() const {
    long sum = -cleared;
    for (const auto& [link, by] : net)
        sum += by;
    return sum;
}

std::vector<std::string> Tally::links() const {
    std::vector<std::string> all;
    for (const auto& [link, by] : net)
        if (by == 1)
            all.push_back(link);
        else if (by != 0)
            all.push_back(std::to_string(by) + " times " + link);
    std::ranges::sort(all);
    return all;
}

std::vector<Reference> shared_users(const Registry& registry) {
    std::vector<Reference> all;
    for (int key = 1; key <= number_of_users; ++key)
        all.push_back({&registry["cinema.User"], Value(key)});
    return all;
}

std::vector<Reference> shared_targets(const Registry& registry) {
    std::vector<Reference> all;
    for (int key = 1; key <= targets_per_model; ++key) {
        for (const char* model : {"cinema.Movie", "cinema.Documentary", "cinema.Opera"})
            all.push_back({&registry[model], Value(key)});
        all.push_back({&registry["cinema.Country"], Value("c" + std::to_string(key))});
    }
    return all;
}

std::vector<Reference> Worker::some(const std::vector<Reference>& all) {
    std::vector<Reference> chosen;
    for (int count = below(static_cast<int>(all.size())); count >= 0; --count)
        chosen.push_back(all[static_cast<std::size_t>(below(static_cast<int>(all.size())))]);
    return chosen;
}

Outcome work_in_threads(const Cinema& cinema, const ScratchDatabase& scratch, const std::string& task, int count,
                        const DatabaseOptions& options) {
    std::latch ready(count);
    std::vector<Outcome> outcomes(static_cast<std::size_t>(count));
    std::vector<std::thread> threads;
    for (int number = 0; number < count; ++number)
        threads.emplace_back([&, number] {
            Database db = Database::open(cinema.registry, scratch.url(), options);
            Worker worker(cinema, db, number, count);
            ready.arrive_and_wait();
            Outcome& outcome = outcomes[static_cast<std::size_t>(number)];
            if (std::string error = run(task_called(task), worker); !error.empty())
                outcome.errors.push_back(std::move(error));
            outcome.tally = worker.tally;
        });
    for (std::thread& thread : threads)
        thread.join();
    Outcome all;
    for (const Outcome& outcome : outcomes) {
        all.errors.insert(all.errors.end(), outcome.errors.begin(), outcome.errors.end());
        all.tally.merge(outcome.tally);
    }
    return all;
}

Outcome work_in_processes(const Configuration& configuration, const ScratchDatabase& scratch, const std::string& task,
                          int count, const DatabaseOptions& options) {
    std::vector<std::unique_ptr<ChildProcess>> children;
    for (int number = 0; number < count; ++number)
        children.push_back(std::make_unique<ChildProcess>(std::vector<std::string>{
            "--worker", task, std::to_string(number), std::to_string(count), name_of(configuration), scratch.url(),
            std::to_string(options.keys_per_statement)}));
    Outcome outcome;
    for (const auto& child : children)
        if (const std::string line = child->read_line(); line != "ready")
            outcome.errors.push_back(line);
    for (const auto& child : children)
        child->start();
    for (const auto& child : children)
        read_report(*child, outcome);
    return outcome;
}

int worker_process(const std::vector<std::string>& arguments) {
    const Cinema cinema(configuration_called(arguments[3]), shared_relation());
    DatabaseOptions options = patient();
    options.keys_per_statement = std::stoul(arguments[5]);
    Database db = Database::open(cinema.registry, arguments[4], options);
    Worker worker(cinema, db, std::stoi(arguments[1]), std::stoi(arguments[2]));
    wait_for_start();
    if (const std::string error = run(task_called(arguments[0]), worker); !error.empty())
        report(error);
    for (const auto& [link, by] : worker.tally.net)
        report("net " + std::to_string(by) + " " + link);
    report("cleared " + std::to_string(worker.tally.cleared));
    return 0;
}

DatabaseOptions patient() {
    DatabaseOptions options;
    options.busy_timeout = std::chrono::seconds(120);
    return options;
}

GM2MOptions shared_relation() {
    return {.related = {"cinema.Movie", "cinema.Documentary", "cinema.Opera", "cinema.Country"}};
}

}  // namespace gm2m::test
