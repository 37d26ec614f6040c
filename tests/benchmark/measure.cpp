#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include "process.hpp"

namespace benchmark {
namespace {

volatile std::sig_atomic_t interrupted = 0;

using Clock = std::chrono::steady_clock;

/// What is over quickly is disturbed easily, and is repeated more often; less so if each run restores the database.
constexpr double quick = 0.05;  // seconds
constexpr int more_rounds = 5, more_rounds_with_changes = 2;

class Stopwatch {
public:
    template <class Work>
    void time(Work&& work) {
        const auto start = Clock::now();
        work();
        elapsed_ += Clock::now() - start;
    }
    double seconds() const { return std::chrono::duration<double>(elapsed_).count(); }

private:
    Clock::duration elapsed_{};
};

std::string title_of(const Plan& plan) {
    const Address& address = plan.stage->address();
    return title_of(*plan.workload, address.engine, address.layout);
}

/// What no run changes need not be counted again and again.
void check_links(const Plan& plan, Hand hand) {
    if (!plan.workload->scene.changes)
        return;
    const std::size_t links = plan.stage->links();
    const std::size_t expected = plan.workload->links_afterwards(plan.workload->scene.dataset);
    if (links != expected)
        throw std::runtime_error(title_of(plan) + ": " + std::string(name_of(hand)) + " left " + std::to_string(links) +
                                 " links, not " + std::to_string(expected));
}

struct Timing {
    double seconds;
    Checksum answer;
};

Timing run(const Plan& plan, Hand hand) {
    plan.stage->restore();
    Stopwatch stopwatch;
    Checksum answer;
    {
        const std::unique_ptr<Run> run = plan.workload->make(hand, plan.stage->address(), plan.workload->scene.dataset);
        stopwatch.time([&] { run->work(); });
        answer = run->answer();
        stopwatch.time([&] { run->forget(); });
    }
    check_links(plan, hand);
    return {stopwatch.seconds(), answer};
}

double peak_rss(const Plan& plan, Hand hand) {
    plan.stage->restore();
    const Address& address = plan.stage->address();
    const double megabytes = peak_of_own_process(
        {"--run-once", std::string(plan.workload->name), "--links", std::to_string(plan.workload->scale), "--hands",
         std::string(name_of(hand)), "--engines", std::string(name_of(address.engine)), "--layouts",
         std::string(name_of(address.layout)), "--location", address.location});
    check_links(plan, hand);
    return megabytes;
}

Row row_of(const Plan& plan, Hand hand, const std::vector<double>& seconds) {
    const Address& address = plan.stage->address();
    return {.workload = std::string(plan.workload->name),
            .engine = std::string(name_of(address.engine)),
            .layout = std::string(name_of(address.layout)),
            .hand = std::string(name_of(hand)),
            .median = median_of(seconds),
            .fastest = std::ranges::min(seconds),
            .slowest = std::ranges::max(seconds),
            .peak_rss = peak_rss(plan, hand),
            .links = plan.workload->scale};
}

}  // namespace

std::string title_of(const Workload& workload, Engine engine, Layout layout) {
    std::string title(workload.name);
    if (workload.scale > 0)
        title.append(" ").append(std::to_string(workload.scale));
    return title.append(" ").append(name_of(engine)).append(" ").append(name_of(layout));
}

void show(const std::string& text) {
    std::fprintf(stderr, "%s\n", text.c_str());
}

double median_of(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void watch_for_interrupts() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(signal, [](int) { interrupted = 1; });
}

std::vector<Row> measure(const Plan& plan) {
    std::vector<std::vector<double>> seconds(plan.hands.size());
    std::optional<Checksum> expected;
    int rounds = plan.repeat;
    double fastest = quick;
    for (int round = 0; round <= rounds; ++round) {
        show(title_of(plan) + ": round " + std::to_string(round) + " of " + std::to_string(rounds));
        for (std::size_t turn = 0; turn < plan.hands.size(); ++turn) {
            if (interrupted)
                throw std::runtime_error("interrupted");
            const std::size_t i = (turn + static_cast<std::size_t>(round)) % plan.hands.size();
            const Timing timing = run(plan, plan.hands[i]);
            if (expected.value_or(timing.answer) != timing.answer)
                throw std::runtime_error(title_of(plan) + ": " + std::string(name_of(plan.hands[i])) +
                                         " does not answer what another hand has answered");
            expected = timing.answer;
            fastest = std::min(fastest, timing.seconds);
            if (round > 0)
                seconds[i].push_back(timing.seconds);
        }
        if (round == 0 && fastest < quick)
            rounds *= plan.workload->scene.changes ? more_rounds_with_changes : more_rounds;
    }
    std::vector<Row> rows;
    std::optional<double> yardstick;
    for (std::size_t i = 0; i < plan.hands.size(); ++i) {
        Row& row = rows.emplace_back(row_of(plan, plan.hands[i], seconds[i]));
        if (plan.hands[i] == Hand::c_api)
            yardstick = row.median;
        if (yardstick)
            row.ratio = row.median / *yardstick;
    }
    return rows;
}

void run_once(const Workload& workload, Hand hand, const Address& address) {
    const std::unique_ptr<Run> run = workload.make(hand, address, workload.scene.dataset);
    run->work();
    run->forget();
}

}  // namespace benchmark
