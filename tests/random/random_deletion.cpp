#include "random/random_deletion.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "support/names.hpp"

namespace gm2m::test {
namespace {

using Action = ForeignKeyPolicy::Action;
using Outcome = ExpectedShop::Outcome;

// Few enough to meet again and again.
constexpr std::int64_t most_keys = 7;

std::int64_t key_in(const std::string& name) {
    return std::stoll(name.substr(name.find(':') + 1));
}

ForeignKeyPolicy policy_of(const ShopKey& key) {
    return key.action == Action::set_value ? ForeignKeyPolicy::set(Value(key.other)) : ForeignKeyPolicy(key.action);
}

template <class Count>
ExpectedShop::Counts counts_of(const std::vector<Count>& counts, std::string Count::*label) {
    ExpectedShop::Counts all;
    for (const Count& each : counts)
        all[each.*label] += each.count;
    return all;
}

std::size_t sum_of(const ExpectedShop::Counts& counts) {
    std::size_t sum = 0;
    for (const auto& [label, count] : counts)
        sum += count;
    return sum;
}

ExpectedShop::Links links_of(const std::vector<Link>& links) {
    ExpectedShop::Links all;
    for (const Link& link : links)
        all.emplace(link.source.to_string(), link.target.to_string());
    return all;
}

}  // namespace

RandomDeletion::RandomDeletion(const Configuration& configuration, unsigned seed)
    : scratch_(configuration.engine),
      db_((declare(configuration), Database::open(models_, scratch_.url()))),
      random_(seed) {
    db_.create_tables();
    // Small statements: nearly every deletion has to be split.
    if (configuration.layout == Layout::compact)
        options_.keys_per_statement = 2;
    reopen();
    for (const std::string& model : shop_models)
        content_types_[db_.content_types().get_for_model(model).id] = model;
    for (const ShopRelation& relation : shop_relations)
        shop_.links[relation.label()];
    connect_receivers();
}

void RandomDeletion::declare(const Configuration& configuration) {
    for (const std::string& label : shop_models) {
        RunTimeModelBuilder model = models_.model(label);
        model.primary_key("id", Kind::big_integer);
        for (const ShopKey& key : shop_keys)
            if (key.model == label)
                model.foreign_key(key.name, key.target,
                                  {.null = true,
                                   .default_value = key.action == Action::set_default ? Value(key.other) : Value(),
                                   .db_constraint = key.db_constraint,
                                   .on_delete = policy_of(key)});
    }
    for (const ShopRelation& relation : shop_relations) {
        if (!relation.is_generic()) {
            models_.many_to_many(relation.source, relation.name, relation.target,
                                 {.related_name = relation.accessor(), .layout = configuration.layout});
            continue;
        }
        const GM2MField field = models_.gm2m(relation.source, relation.name,
                                             {.related = shop_models,
                                              .db_constraint = relation.db_constraint(),
                                              .related_name = relation.accessor(),
                                              .layout = configuration.layout,
                                              .on_delete_src = relation.on_delete_src,
                                              .on_delete_tgt = relation.on_delete_tgt});
        for (const auto& [model, policy] : relation.on_delete_of)
            field.add_relation(model, policy);
    }
}

void RandomDeletion::connect_receivers() {
    for (const ShopRelation& relation : shop_relations)
        if (relation.is_generic())
            models_.find_gm2m_field(models_[relation.source], relation.name)
                ->deleting()
                .connect([this, &relation](const Deleting& event) { return hear(relation, event); });
}

/// Says what the rule says of the links that it sees.
bool RandomDeletion::hear(const ShopRelation& relation, const Deleting& event) {
    ExpectedShop::Event heard;
    for (const Object& object : event.objects())
        heard.objects.insert(object.to_string());
    heard.links = links_of(event.links());
    EXPECT_EQ(heard.objects.size(), event.objects().size()) << "each once";
    EXPECT_EQ(heard.links.size(), event.links().size()) << "each once";
    EXPECT_TRUE(heard_events_.emplace(relation.label(), heard).second) << relation.label() << " has been sent twice";
    const Verdict verdict = verdict_on(heard.links.size());
    if (verdict == Verdict::refuses)
        event.refuse("so many links");
    return verdict == Verdict::vetoes;
}

void RandomDeletion::step() {
    ++operations_;
    const unsigned choice = below(100);
    if (choice < 28 || shop_.rows.size() < 4)
        insert();
    else if (choice < 60)
        link();
    else if (choice < 84)
        remove();
    else if (choice < 98)
        transaction();
    else if (choice < 99)
        compare_findings(below(2) == 0);
    else
        reopen();
}

// The keys come again: what led to an object that is gone leads to the new one.
void RandomDeletion::insert() {
    const std::string& model = shop_models[below(shop_models.size())];
    const Name name = model + ":" + std::to_string(1 + below(most_keys));
    // What protects comes seldom, so that not everything is refused.
    if (shop_.exists(name) || (model == "shop.Order" && below(4) > 0))
        return;
    const Object object = models_[model].make({{"id", Value(key_in(name))}});
    ExpectedShop::Row row;
    for (const ShopKey& key : shop_keys) {
        if (key.model != model)
            continue;
        const std::vector<Name> targets = present(key.target);
        // Cycles come with chance, so seldom that not everything goes at once.
        std::optional<std::int64_t>& value = row[key.name];
        if (!targets.empty() && below(3) == 0)
            value = key_in(targets[below(targets.size())]);
        object.set(key.name, value ? Value(*value) : Value());
    }
    log("insert", {name});
    db_.insert(object);
    shop_.rows[name] = row;
}

void RandomDeletion::link() {
    const ShopRelation& relation = shop_relations[below(shop_relations.size())];
    const bool reverse = below(3) == 0;
    const std::vector<Name> sources = present(relation.source), targets = present(relation.target);
    if (sources.empty() || targets.empty())
        return;
    const std::vector<Name>& own = reverse ? targets : sources;
    change(relation, reverse, own[below(own.size())], some_of(reverse ? sources : targets, 5));
}

void RandomDeletion::change(const ShopRelation& relation, bool reverse, const Name& object,
                            const std::vector<Name>& others) {
    ExpectedShop::Links& links = shop_.links[relation.label()];
    const auto link_with = [&](const Name& other) {
        return reverse ? ExpectedShop::Link(other, object) : ExpectedShop::Link(object, other);
    };
    Names added, removed;
    const auto add = [&](const Name& other) {
        if (links.insert(link_with(other)).second)
            added.insert(other);
    };
    const auto drop = [&](const Name& other) {
        if (links.erase(link_with(other)) > 0)
            removed.insert(other);
    };
    const RelatedManager manager = db_.related(reference(object), reverse ? relation.accessor() : relation.name);
    const std::vector<Reference> given = references(others);
    std::vector<Name> logged{object};
    logged.insert(logged.end(), others.begin(), others.end());
    const std::string where = " " + relation.label() + (reverse ? " in reverse" : "");
    Changes changes;
    switch (below(6)) {
        case 0:
            log("remove" + where, logged);
            changes = manager.remove(given);
            std::ranges::for_each(others, drop);
            break;
        case 1: {
            log("set" + where, logged);
            changes = manager.set(given);
            for (const auto& [source, target] : ExpectedShop::Links(links))
                if ((reverse ? target : source) == object &&
                    std::ranges::find(others, reverse ? source : target) == others.end())
                    drop(reverse ? source : target);
            std::ranges::for_each(others, add);
            break;
        }
        case 2:
            log("toggle" + where, logged);
            changes = manager.toggle(given);
            for (const Name& other : Names(others.begin(), others.end()))
                links.contains(link_with(other)) ? drop(other) : add(other);
            break;
        default:
            log("add" + where, logged);
            changes = manager.add(given);
            std::ranges::for_each(others, add);
            break;
    }
    EXPECT_EQ(set_of_names(changes.added), added);
    EXPECT_EQ(set_of_names(changes.removed), removed);
}

void RandomDeletion::remove() {
    const std::vector<Name> all = present("");
    if (below(3) > 0) {
        const std::vector<Name> chosen = below(2) == 0 ? std::vector{all[below(all.size())]} : some_of(all, 6);
        log("delete", chosen);
        const std::vector<Reference> given = references(chosen);
        expect_removed({chosen.begin(), chosen.end()}, [&](auto&& with) { return with(given); });
        return;
    }
    // By a query: those up to a key, or the first of them from the end.
    const std::string& model = shop_models[below(shop_models.size())];
    const std::int64_t last = 1 + below(most_keys);
    const std::size_t limit = below(2) == 0 ? 2 : std::size_t{most_keys};
    std::vector<Name> chosen = present(model);
    std::erase_if(chosen, [&](const Name& name) { return key_in(name) > last; });
    std::ranges::sort(chosen, std::greater(), key_in);
    chosen.resize(std::min(chosen.size(), limit));
    log("delete by query", chosen);
    QuerySet query = db_.query(model).filter(F("id") <= last);
    if (limit < most_keys)
        query = query.order_by("-id").limit(limit);
    expect_removed({chosen.begin(), chosen.end()}, [&](auto&& with) { return with(query); });
}

template <class Work>
void RandomDeletion::expect_removed(const Names& given, Work&& work) {
    if (below(4) == 0)
        expect_plan(given, work([&](const auto& what) { return db_.explain_remove(what); }));
    const ExpectedShop::Deletion expected = shop_.remove(given);
    expected_events_ = expected.events;
    heard_events_.clear();
    const auto run = [&] { return work([&](const auto& what) { return db_.remove(what); }); };
    switch (expected.outcome) {
        case Outcome::done: expect_outcome(expected, run()); return;
        case Outcome::is_protected: EXPECT_THROW(run(), ProtectedError); break;
        case Outcome::is_restricted: EXPECT_THROW(run(), RestrictedError); break;
        case Outcome::is_vetoed: EXPECT_THROW(run(), DeletionRefused); break;
        case Outcome::is_constrained: {
            // After an error of the database a transaction cannot go on, but the one around it can.
            std::optional<Transaction> nested;
            if (depth_ > 0)
                nested.emplace(db_);
            EXPECT_THROW(run(), IntegrityError);
            break;
        }
    }
    log("  which is refused");
    for (const auto& [relation, event] : heard_events_)
        EXPECT_EQ(event.links, expected_events_[relation].links) << relation;
    compare_everything();
}

void RandomDeletion::expect_outcome(const ExpectedShop::Deletion& expected, const Deleted& deleted) {
    EXPECT_EQ(counts_of(deleted.by_model, &ModelCount::label), expected.rows);
    EXPECT_EQ(counts_of(deleted.by_relation, &FieldCount::field), expected.links);
    EXPECT_EQ(counts_of(deleted.by_foreign_key, &FieldCount::field), expected.updated);
    EXPECT_EQ(deleted.rows, sum_of(expected.rows));
    EXPECT_EQ(deleted.links, sum_of(expected.links));
    EXPECT_EQ(deleted.updated, sum_of(expected.updated));
    EXPECT_EQ(heard_events_.size(), expected_events_.size());
    for (const auto& [relation, event] : expected_events_) {
        EXPECT_EQ(heard_events_[relation].objects, event.objects) << relation;
        EXPECT_EQ(heard_events_[relation].links, event.links) << relation;
    }
}

// Neither receivers nor constraints of the database are asked.
void RandomDeletion::expect_plan(const Names& given, const DeletionPlan& plan) const {
    ExpectedShop after = shop_;
    const ExpectedShop::Deletion expected = after.remove(given);
    EXPECT_EQ(counts_of(plan.would.by_model, &ModelCount::label), expected.rows);
    EXPECT_EQ(plan.refusals.empty(),
              expected.outcome != Outcome::is_protected && expected.outcome != Outcome::is_restricted);
    if (expected.outcome == Outcome::done) {
        EXPECT_EQ(counts_of(plan.would.by_foreign_key, &FieldCount::field), expected.updated);
    }
}

void RandomDeletion::transaction() {
    if (depth_ >= 3)
        return;
    log("begin");
    const ExpectedShop before = shop_;
    Transaction transaction(db_);
    ++depth_;
    for (unsigned left = 1 + below(12); left > 0; --left)
        step();
    --depth_;
    if (below(2) == 0) {
        log("commit");
        transaction.commit();
        return;
    }
    log("rollback");
    transaction.rollback();
    shop_ = before;
    compare_everything();
}

void RandomDeletion::reopen() {
    if (depth_ == 0)
        db_ = Database::open(models_, scratch_.url(), options_);
}

void RandomDeletion::compare_everything() {
    std::map<Name, ExpectedShop::Row> rows;
    for (const std::string& model : shop_models)
        for (const Object& object : db_.query(model).fetch()) {
            ExpectedShop::Row& row = rows[object.to_string()];
            for (const ShopKey& key : shop_keys)
                if (key.model == model)
                    row[key.name] =
                        object[key.name].is_null() ? std::nullopt : std::optional(object[key.name].get<std::int64_t>());
        }
    EXPECT_EQ(rows, shop_.rows);
    for (const ShopRelation& relation : shop_relations)
        EXPECT_EQ(read_links(relation), shop_.links[relation.label()]) << relation.label();
}

ExpectedShop::Links RandomDeletion::read_links(const ShopRelation& relation) {
    const std::string join_model = relation.source + "_" + relation.name;
    ExpectedShop::Links links;
    if (relation.is_generic()) {
        for (const Object& link : db_.query(join_model).fetch())
            links.emplace(relation.source + ":" + link["gm2m_src"].to_string(),
                          content_types_[link["gm2m_ct"].get<std::int64_t>()] + ":" + link["gm2m_pk"].to_string());
        return links;
    }
    const ManyToManyField field = *models_.find_many_to_many_field(models_[relation.source], relation.name);
    for (const Object& link : db_.query(join_model).fetch())
        links.emplace(relation.source + ":" + link[field.source_key().name()].to_string(),
                      relation.target + ":" + link[field.target_key().name()].to_string());
    return links;
}

void RandomDeletion::compare_findings(bool repair) {
    log(repair ? "verify and repair" : "verify");
    const auto find = [&](const VerifyOptions& options) {
        std::map<Inconsistency::Kind, ExpectedShop::Counts> found;
        for (const Inconsistency& each : verify(db_, options))
            found[each.kind][each.relation + " " + each.model] += each.count;
        return found;
    };
    std::map<Inconsistency::Kind, ExpectedShop::Counts> expected;
    if (const ExpectedShop::Counts gone = shop_.sources_gone(); !gone.empty())
        expected[Inconsistency::Kind::source_gone] = gone;
    if (const ExpectedShop::Counts gone = shop_.targets_gone(); !gone.empty())
        expected[Inconsistency::Kind::target_gone] = gone;
    EXPECT_EQ(find({}), expected);
    if (!repair)
        return;
    find({.repair = true});
    EXPECT_TRUE(verify(db_).empty());
    shop_.drop_links_that_lead_nowhere();
    compare_everything();
}

std::vector<RandomDeletion::Name> RandomDeletion::present(const std::string& model) const {
    std::vector<Name> found;
    for (const auto& [name, row] : shop_.rows)
        if (model.empty() || shop_model_in(name) == model)
            found.push_back(name);
    return found;
}

/// In any order, with repeats; perhaps none.
std::vector<RandomDeletion::Name> RandomDeletion::some_of(std::vector<Name> names, std::size_t most) {
    std::vector<Name> chosen;
    for (unsigned count = below(most + 1); count > 0; --count)
        chosen.push_back(names[below(names.size())]);
    return chosen;
}

Reference RandomDeletion::reference(const Name& name) const {
    return {&models_[shop_model_in(name)], Value(key_in(name))};
}

std::vector<Reference> RandomDeletion::references(const std::vector<Name>& names) const {
    std::vector<Reference> all;
    for (const Name& name : names)
        all.push_back(reference(name));
    return all;
}

void RandomDeletion::log(const std::string& operation, const std::vector<Name>& names) {
    std::string line = std::string(static_cast<std::size_t>(depth_) * 2, ' ') + operation;
    for (const Name& name : names)
        line += " " + name;
    history_.push_back(std::move(line));
    if (history_.size() > 40)
        history_.pop_front();
}

std::string RandomDeletion::history() const {
    std::string all;
    for (const std::string& line : history_)
        all += line + "\n";
    return all;
}

}  // namespace gm2m::test
