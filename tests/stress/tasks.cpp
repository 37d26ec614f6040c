#include "stress/tasks.hpp"

#include <map>

namespace gm2m::test {
namespace {

constexpr int rounds = 5;

/// Every other one.
std::vector<Reference> every_other(const std::vector<Reference>& all) {
    std::vector<Reference> chosen;
    for (std::size_t i = 0; i < all.size(); i += 2)
        chosen.push_back(all[i]);
    return chosen;
}

void add_same(Worker& w) {
    for (int round = 0; round < rounds; ++round)
        w.tally.forward(w.user(1), w.forward(w.user(1)).add(w.shuffled(w.targets())));
}

void add_own_share(Worker& w) {
    std::vector<Reference> share;
    const std::vector<Reference> all = w.targets();
    for (std::size_t i = static_cast<std::size_t>(w.number); i < all.size(); i += static_cast<std::size_t>(w.workers))
        share.push_back(all[i]);
    for (const Reference& target : w.shuffled(share))
        w.tally.forward(w.user(1), w.forward(w.user(1)).add(target));
}

void set_same(Worker& w) {
    for (int round = 0; round < rounds; ++round)
        w.tally.forward(w.user(1), w.forward(w.user(1)).set(w.shuffled(every_other(w.targets()))));
}

void remove_same(Worker& w) {
    for (int round = 0; round < rounds; ++round)
        w.tally.forward(w.user(1), w.forward(w.user(1)).remove(w.shuffled(every_other(w.targets()))));
}

void toggle_same(Worker& w) {
    for (int round = 0; round < rounds; ++round)
        w.tally.forward(w.user(1), w.forward(w.user(1)).toggle(w.shuffled(w.targets())));
}

void clear_same(Worker& w) {
    for (int round = 0; round < rounds; ++round)
        w.tally.cleared += static_cast<long>(w.forward(w.user(1)).clear());
}

void reverse_add_same(Worker& w) {
    for (const Reference& target : w.shuffled(w.targets()))
        w.tally.reverse(target, w.reverse(target).add(w.shuffled(w.users())));
}

void reverse_set_same(Worker& w) {
    for (const Reference& target : w.shuffled(w.targets()))
        w.tally.reverse(target, w.reverse(target).set(w.shuffled(every_other(w.users()))));
}

void reverse_remove_same(Worker& w) {
    for (const Reference& target : w.shuffled(w.targets()))
        w.tally.reverse(target, w.reverse(target).remove(w.shuffled(every_other(w.users()))));
}

void reverse_toggle_same(Worker& w) {
    for (const Reference& target : w.shuffled(w.targets()))
        w.tally.reverse(target, w.reverse(target).toggle(w.shuffled(w.users())));
}

/// The same links from both sides: one half of the workers goes by users, the other by targets.
void add_from_both_sides(Worker& w) {
    if (w.number % 2 == 0)
        return reverse_add_same(w);
    for (const Reference& user : w.shuffled(w.users()))
        w.tally.forward(user, w.forward(user).add(w.shuffled(w.targets())));
}

void change_forward(Worker& w, int what) {
    const Reference user = w.user(1 + w.below(number_of_users));
    const RelatedManager links = w.forward(user);
    const std::vector<Reference> targets = w.some(w.targets());
    switch (what) {
        case 0: return w.tally.forward(user, links.add(targets));
        case 1: return w.tally.forward(user, links.remove(targets));
        case 2: return w.tally.forward(user, links.set(targets));
        case 3: return w.tally.forward(user, links.toggle(targets));
        default: w.tally.cleared += static_cast<long>(links.clear()); return;
    }
}

void change_reverse(Worker& w, int what) {
    const std::vector<Reference> targets = w.targets();
    const Reference target = targets[static_cast<std::size_t>(w.below(8))];
    const RelatedManager links = w.reverse(target);
    const std::vector<Reference> users = w.some(w.users());
    switch (what) {
        case 0: return w.tally.reverse(target, links.add(users));
        case 1: return w.tally.reverse(target, links.remove(users));
        case 2: return w.tally.reverse(target, links.set(users));
        case 3: return w.tally.reverse(target, links.toggle(users));
        default: w.tally.cleared += static_cast<long>(links.clear()); return;
    }
}

void change(Worker& w, int kinds) {
    for (int i = 0; i < 60; ++i)
        if (w.below(2) == 0)
            change_forward(w, w.below(kinds));
        else
            change_reverse(w, w.below(kinds));
}

/// Everything at random, but for clear(), which does not say what it removed.
void change_at_random(Worker& w) {
    change(w, 4);
}

void change_and_clear_at_random(Worker& w) {
    change(w, 5);
}

/// The first links of all models, in another order for each worker.
void first_add(Worker& w) {
    std::vector<Reference> all = w.targets();
    all.resize(4);
    w.tally.forward(w.user(1), w.forward(w.user(1)).add(w.shuffled(all)));
}

void first_adds(Worker& w) {
    std::vector<Reference> all = w.targets();
    all.resize(4);
    for (const Reference& target : w.shuffled(all))
        w.tally.forward(w.user(1), w.forward(w.user(1)).add(target));
}

}  // namespace

Task task_called(const std::string& name) {
    static const std::map<std::string, Task> tasks{
        {"add_same", add_same},
        {"add_own_share", add_own_share},
        {"set_same", set_same},
        {"remove_same", remove_same},
        {"toggle_same", toggle_same},
        {"clear_same", clear_same},
        {"reverse_add_same", reverse_add_same},
        {"reverse_set_same", reverse_set_same},
        {"reverse_remove_same", reverse_remove_same},
        {"reverse_toggle_same", reverse_toggle_same},
        {"add_from_both_sides", add_from_both_sides},
        {"change_at_random", change_at_random},
        {"change_and_clear_at_random", change_and_clear_at_random},
        {"first_add", first_add},
        {"first_adds", first_adds},
    };
    return tasks.at(name);
}

}  // namespace gm2m::test
