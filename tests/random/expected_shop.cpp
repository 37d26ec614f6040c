#include "random/expected_shop.hpp"

#include <algorithm>

namespace gm2m::test {
namespace {

using Action = ForeignKeyPolicy::Action;
using Name = ExpectedShop::Name;
using Names = ExpectedShop::Names;

bool has_signal(LinkPolicy policy) {
    return policy == LinkPolicy::cascade_signal || policy == LinkPolicy::do_nothing_signal ||
           policy == LinkPolicy::cascade_signal_veto;
}

bool deletes_links(LinkPolicy policy, bool vetoed) {
    return policy == LinkPolicy::cascade || policy == LinkPolicy::cascade_signal ||
           (policy == LinkPolicy::cascade_signal_veto && !vetoed);
}

/// The object that the key of a row refers to; empty if it is NULL.
Name referred_to(const ShopKey& key, const ExpectedShop::Row& row) {
    const std::optional<std::int64_t>& value = row.at(key.name);
    return value ? key.target + ":" + std::to_string(*value) : "";
}

}  // namespace

Verdict verdict_on(std::size_t links) {
    return links % 7 == 6 ? Verdict::refuses : links % 3 == 1 ? Verdict::vetoes : Verdict::agrees;
}

std::string shop_model_in(const Name& object) {
    return object.substr(0, object.find(':'));
}

ExpectedShop::Deletion ExpectedShop::remove(const Names& given) {
    const Names going = with_what_cascades(given);
    Deletion deletion{Outcome::done, {}, {}, {}, {}};
    for (const Name& object : going)
        ++deletion.rows[shop_model_in(object)];
    if (is_referred_to(going, Action::protect, false) || is_protected_by_links(going))
        deletion.outcome = Outcome::is_protected;
    else if (is_referred_to(going, Action::restrict, true))
        deletion.outcome = Outcome::is_restricted;
    if (deletion.outcome != Outcome::done)
        return deletion;

    deletion.events = events_of(going);
    for (const auto& [relation, event] : deletion.events)
        if (verdict_on(event.links.size()) == Verdict::refuses)
            deletion.outcome = Outcome::is_vetoed;
    if (deletion.outcome == Outcome::done && is_referred_to(going, Action::do_nothing, true))
        deletion.outcome = Outcome::is_constrained;
    if (deletion.outcome != Outcome::done)
        return deletion;

    deletion.updated = set_keys(going);
    deletion.links = drop_links(going, deletion.events);
    for (const Name& object : going)
        rows.erase(object);
    return deletion;
}

Names ExpectedShop::with_what_cascades(Names going) const {
    for (bool grows = true; grows;) {
        grows = false;
        for (const ShopKey& key : shop_keys)
            if (key.action == Action::cascade)
                for (const auto& [name, row] : rows)
                    if (shop_model_in(name) == key.model && going.contains(referred_to(key, row)))
                        grows = going.insert(name).second || grows;
    }
    return going;
}

bool ExpectedShop::is_referred_to(const Names& going, Action action, bool by_what_stays) const {
    for (const ShopKey& key : shop_keys)
        if (key.action == action && key.db_constraint)
            for (const auto& [name, row] : rows)
                if (shop_model_in(name) == key.model && going.contains(referred_to(key, row)) &&
                    !(by_what_stays && going.contains(name)))
                    return true;
    return false;
}

bool ExpectedShop::is_protected_by_links(const Names& going) const {
    for (const ShopRelation& relation : shop_relations)
        for (const auto& [source, target] : links.at(relation.label()))
            if ((going.contains(source) && relation.on_delete_src == LinkPolicy::protect) ||
                (going.contains(target) && relation.target_policy(shop_model_in(target)) == LinkPolicy::protect))
                return true;
    return false;
}

std::map<std::string, ExpectedShop::Event> ExpectedShop::events_of(const Names& going) const {
    std::map<std::string, Event> events;
    for (const ShopRelation& relation : shop_relations) {
        const auto is_told_of_source = [&](const Name& source) {
            return going.contains(source) && shop_model_in(source) == relation.source &&
                   has_signal(relation.on_delete_src);
        };
        const auto is_told_of_target = [&](const Name& target) {
            return going.contains(target) && has_signal(relation.target_policy(shop_model_in(target)));
        };
        Event event;
        for (const Name& object : going)
            if (is_told_of_source(object) || is_told_of_target(object))
                event.objects.insert(object);
        for (const Link& link : links.at(relation.label()))
            if (is_told_of_source(link.first) || is_told_of_target(link.second))
                event.links.insert(link);
        if (!event.objects.empty())
            events[relation.label()] = event;
    }
    return events;
}

// Of rows that go too.
ExpectedShop::Counts ExpectedShop::set_keys(const Names& going) {
    Counts updated;
    for (const ShopKey& key : shop_keys) {
        const bool sets =
            key.action == Action::set_null || key.action == Action::set_default || key.action == Action::set_value;
        if (!sets)
            continue;
        for (auto& [name, row] : rows)
            if (shop_model_in(name) == key.model && going.contains(referred_to(key, row))) {
                row[key.name] = key.action == Action::set_null ? std::nullopt : std::optional(key.other);
                ++updated[key.label()];
            }
    }
    return updated;
}

ExpectedShop::Counts ExpectedShop::drop_links(const Names& going, const std::map<std::string, Event>& events) {
    Counts dropped;
    for (const ShopRelation& relation : shop_relations) {
        const auto event = events.find(relation.label());
        const bool vetoed = event != events.end() && verdict_on(event->second.links.size()) == Verdict::vetoes;
        const std::size_t count = std::erase_if(links[relation.label()], [&](const Link& link) {
            return (going.contains(link.first) && deletes_links(relation.on_delete_src, vetoed)) ||
                   (going.contains(link.second) &&
                    deletes_links(relation.target_policy(shop_model_in(link.second)), vetoed));
        });
        if (count > 0)
            dropped[relation.label()] = count;
    }
    return dropped;
}

ExpectedShop::Counts ExpectedShop::sources_gone() const {
    Counts gone;
    for (const auto& [relation, all] : links)
        for (const Link& link : all)
            if (!exists(link.first))
                ++gone[relation + " " + shop_model_in(link.first)];
    return gone;
}

ExpectedShop::Counts ExpectedShop::targets_gone() const {
    Counts gone;
    for (const auto& [relation, all] : links)
        for (const Link& link : all)
            if (!exists(link.second))
                ++gone[relation + " " + shop_model_in(link.second)];
    return gone;
}

void ExpectedShop::drop_links_that_lead_nowhere() {
    for (auto& [relation, all] : links)
        std::erase_if(all, [&](const Link& link) { return !exists(link.first) || !exists(link.second); });
}

}  // namespace gm2m::test
