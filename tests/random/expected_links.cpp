#include "random/expected_links.hpp"

#include <algorithm>

namespace gm2m::test {
namespace {

ExpectedLinks::Names once(const ExpectedLinks::Names& names) {
    ExpectedLinks::Names distinct;
    for (const auto& name : names)
        if (std::ranges::find(distinct, name) == distinct.end())
            distinct.push_back(name);
    return distinct;
}

}  // namespace

bool ExpectedLinks::link(const Name& user, const Name& target) {
    if (contains(user, target))
        return false;
    links_.push_back({user, target});
    return true;
}

bool ExpectedLinks::unlink(const Name& user, const Name& target) {
    return std::erase(links_, Link{user, target}) > 0;
}

template <class Condition>
std::size_t ExpectedLinks::unlink_if(Condition&& condition) {
    return std::erase_if(links_, condition);
}

ExpectedLinks::Difference ExpectedLinks::add(const Name& user, const Names& targets) {
    Difference difference;
    for (const Name& target : targets)
        if (link(user, target))
            difference.added.push_back(target);
    return difference;
}

ExpectedLinks::Difference ExpectedLinks::remove(const Name& user, const Names& targets) {
    Difference difference;
    for (const Name& target : targets)
        if (unlink(user, target))
            difference.removed.push_back(target);
    return difference;
}

ExpectedLinks::Difference ExpectedLinks::set(const Name& user, const Names& targets) {
    Difference difference = add(user, targets);
    unlink_if([&](const Link& present) {
        const bool goes = present.user == user && std::ranges::find(targets, present.target) == targets.end();
        if (goes)
            difference.removed.push_back(present.target);
        return goes;
    });
    return difference;
}

ExpectedLinks::Difference ExpectedLinks::toggle(const Name& user, const Names& targets) {
    Difference difference;
    for (const Name& target : once(targets))
        if (unlink(user, target))
            difference.removed.push_back(target);
        else if (link(user, target))
            difference.added.push_back(target);
    return difference;
}

std::size_t ExpectedLinks::clear(const Name& user) {
    return unlink_if([&](const Link& present) { return present.user == user; });
}

ExpectedLinks::Difference ExpectedLinks::reverse_add(const Name& target, const Names& users) {
    Difference difference;
    for (const Name& user : users)
        if (link(user, target))
            difference.added.push_back(user);
    return difference;
}

ExpectedLinks::Difference ExpectedLinks::reverse_remove(const Name& target, const Names& users) {
    Difference difference;
    for (const Name& user : users)
        if (unlink(user, target))
            difference.removed.push_back(user);
    return difference;
}

ExpectedLinks::Difference ExpectedLinks::reverse_set(const Name& target, const Names& users) {
    Difference difference = reverse_add(target, users);
    unlink_if([&](const Link& present) {
        const bool goes = present.target == target && std::ranges::find(users, present.user) == users.end();
        if (goes)
            difference.removed.push_back(present.user);
        return goes;
    });
    return difference;
}

ExpectedLinks::Difference ExpectedLinks::reverse_toggle(const Name& target, const Names& users) {
    Difference difference;
    for (const Name& user : once(users))
        if (unlink(user, target))
            difference.removed.push_back(user);
        else if (link(user, target))
            difference.added.push_back(user);
    return difference;
}

std::size_t ExpectedLinks::reverse_clear(const Name& target) {
    return unlink_if([&](const Link& present) { return present.target == target; });
}

std::size_t ExpectedLinks::remove_object(const Name& object) {
    rows_.erase(object);
    return unlink_if([&](const Link& present) { return present.user == object || present.target == object; });
}

ExpectedLinks::Names ExpectedLinks::of_user(const Name& user) const {
    Names found;
    for (const Link& present : links_)
        if (present.user == user && exists(present.target))
            found.push_back(present.target);
    return found;
}

ExpectedLinks::Names ExpectedLinks::of_target(const Name& target) const {
    Names found;
    for (const Link& present : links_)
        if (present.target == target && exists(present.user))
            found.push_back(present.user);
    return found;
}

std::size_t ExpectedLinks::count(const Name& user) const {
    return static_cast<std::size_t>(std::ranges::count(links_, user, &Link::user));
}

std::size_t ExpectedLinks::reverse_count(const Name& target) const {
    return static_cast<std::size_t>(std::ranges::count(links_, target, &Link::target));
}

std::map<std::string, std::size_t> ExpectedLinks::count_by_model(const Name& user) const {
    std::map<std::string, std::size_t> counts;
    for (const Link& present : links_)
        if (present.user == user)
            ++counts[model_in(present.target)];
    return counts;
}

bool ExpectedLinks::contains(const Name& user, const Name& target) const {
    return std::ranges::find(links_, Link{user, target}) != links_.end();
}

std::string model_in(const std::string& name) {
    return name.substr(0, name.find(':'));
}

}  // namespace gm2m::test
