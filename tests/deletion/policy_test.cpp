#include <algorithm>

#include <gm2m/error.hpp>

#include "deletion/linked_cinema.hpp"

namespace gm2m::test {
namespace {

/// What is deleted of a LinkedCinema, and how many of its 12 links concern it.
struct Case {
    std::string what;
    std::vector<Object> objects;
    std::size_t links;
};

std::vector<Case> cases(Database& db) {
    const auto user = [&](int key) { return db.get("cinema.User", key); };
    const Object alien = db.get("cinema.Movie", 1), brazil = db.get("cinema.Movie", 2);
    const Object carmen = db.get("cinema.Opera", 1), britain = db.get("cinema.Country", "GB");
    return {{"a source", {user(1)}, 4},
            {"sources", {user(1), user(3)}, 8},
            {"a target", {alien}, 3},
            {"a target whose key is text", {britain}, 3},
            {"targets of a model", {alien, brazil}, 6},
            {"targets of several models", {alien, carmen, britain}, 9},
            {"a source and a target", {user(2), carmen}, 6},
            {"everything", {user(1), user(2), user(3), alien, brazil, carmen, britain}, 12}};
}

GM2MOptions with(LinkPolicy on_delete) {
    GM2MOptions options;
    options.on_delete = on_delete;
    // Where links of a source stay, the database cannot enforce that they lead somewhere.
    options.db_constraint = false;
    return options;
}

}  // namespace

class PolicyTest : public testing::TestWithParam<Configuration> {
protected:
    /// Calls `check(db, case)` for each case, inside a transaction that is rolled back: with an ordinary and with a
    /// hidden relation, from the process that made the links and from another that has seen no reverse relation yet.
    template <class Check>
    void in_each_case(GM2MOptions options, Check check) {
        for (const bool is_hidden : {false, true}) {
            options.related_name = is_hidden ? "+" : "";
            LinkedCinema linked(GetParam(), options);
            Cinema unseen_models(GetParam(), options);
            Database unseen = Database::open(unseen_models.registry, linked.scratch.url());
            EXPECT_TRUE(unseen_models.preferred.get_related_models().empty());
            for (Database* db : {&linked.db, &unseen})
                for (const Case& each : cases(*db)) {
                    SCOPED_TRACE(each.what + (is_hidden ? ", hidden" : "") + (db == &unseen ? ", unseen" : ""));
                    Transaction transaction(*db);
                    check(*db, each);
                    transaction.rollback();
                }
        }
    }
    static void expect_gone(Database& db, const std::vector<Object>& objects) {
        for (const Object& object : objects)
            EXPECT_FALSE(db.find(object.model().label(), object.key())) << object.to_string();
    }
};
GM2M_INSTANTIATE(PolicyTest, all_configurations);

// 6.1, 6.2, 6.5: CASCADE, the default: the links go with the object, on either side
TEST_P(PolicyTest, CascadeTakesTheLinks) {
    EXPECT_EQ(GM2MOptions{}.on_delete, LinkPolicy::cascade);
    for (const LinkPolicy policy : {LinkPolicy::cascade, LinkPolicy::cascade_signal, LinkPolicy::cascade_signal_veto})
        in_each_case(with(policy), [](Database& db, const Case& each) {
            const Deleted deleted = db.remove(each.objects);
            EXPECT_EQ(deleted.rows, each.objects.size());
            EXPECT_EQ(deleted.links, each.links);
            EXPECT_EQ(deleted.by_relation, (std::vector<FieldCount>{{"cinema.User.preferred_videos", each.links}}));
            EXPECT_EQ(count_links(db), 12 - each.links);
            expect_gone(db, each.objects);
        });
}

// 6.2: DO_NOTHING: they stay and lead nowhere; reads skip them, counts count them (2.9)
TEST_P(PolicyTest, DoNothingLeavesTheLinks) {
    for (const LinkPolicy policy : {LinkPolicy::do_nothing, LinkPolicy::do_nothing_signal})
        in_each_case(with(policy), [](Database& db, const Case& each) {
            const Deleted deleted = db.remove(each.objects);
            EXPECT_EQ(deleted.rows, each.objects.size());
            EXPECT_EQ(deleted.links, 0U);
            EXPECT_TRUE(deleted.by_relation.empty());
            EXPECT_EQ(count_links(db), 12U);
            expect_gone(db, each.objects);
        });
    LinkedCinema linked(GetParam(), with(LinkPolicy::do_nothing));
    linked.db.remove(linked.movie(1));
    EXPECT_EQ(linked.preferred_by(linked.user(1)).all().size(), 3U);
    EXPECT_EQ(linked.preferred_by(linked.user(1)).count(), 4U);
}

// 6.2: CASCADE_SIGNAL_VETO: a receiver that answers true keeps the links; the objects go all the same
TEST_P(PolicyTest, AVetoKeepsTheLinks) {
    for (const bool vetoes : {false, true})
        in_each_case(with(LinkPolicy::cascade_signal_veto), [&](Database& db, const Case& each) {
            const ScopedConnection receiver =
                preferred_of(db).deleting().connect([&](const Deleting&) { return vetoes; });
            const Deleted deleted = db.remove(each.objects);
            EXPECT_EQ(deleted.rows, each.objects.size());
            EXPECT_EQ(deleted.links, vetoes ? 0 : each.links);
            EXPECT_EQ(count_links(db), vetoes ? 12 : 12 - each.links);
            expect_gone(db, each.objects);
        });
}

// 6.2: … and with the other policies, what it answers means nothing
TEST_P(PolicyTest, OnlyOnePolicyAsksForAVeto) {
    for (const auto& [policy, left] : {std::pair(LinkPolicy::cascade, 9U), std::pair(LinkPolicy::cascade_signal, 9U),
                                       std::pair(LinkPolicy::do_nothing_signal, 12U)}) {
        LinkedCinema linked(GetParam(), with(policy));
        int calls = 0;
        const ScopedConnection receiver = linked.cinema.preferred.deleting().connect([&](const Deleting&) {
            ++calls;
            return true;
        });
        linked.db.remove(linked.opera());
        EXPECT_EQ(count_links(linked.db), left);
        EXPECT_EQ(calls, policy == LinkPolicy::cascade ? 0 : 1);
    }
}

// 6.2: PROTECT: refused, with the links; without links it is not
TEST_P(PolicyTest, ProtectRefuses) {
    in_each_case(with(LinkPolicy::protect), [](Database& db, const Case& each) {
        try {
            db.remove(each.objects);
            ADD_FAILURE() << "nothing was refused";
        } catch (const ProtectedError& error) {
            EXPECT_EQ(error.links().size(), each.links);
            EXPECT_TRUE(error.objects().empty());
            EXPECT_NE(std::string(error.what()).find("cinema.User.preferred_videos protects it"), std::string::npos)
                << error.what();
            for (const Link& link : error.links())
                EXPECT_TRUE(std::ranges::any_of(each.objects,
                                                [&](const Object& object) {
                                                    return object.reference() == link.source ||
                                                           object.reference() == link.target;
                                                }))
                    << link.source.to_string() << " -> " << link.target.to_string();
        }
        EXPECT_EQ(count_links(db), 12U);
        for (const Object& object : each.objects)
            EXPECT_TRUE(db.find(object.model().label(), object.key()));

        for (const Object& user : db.query("cinema.User").fetch())
            db.related(user, "preferred_videos").clear();
        EXPECT_EQ(db.remove(each.objects).rows, each.objects.size());
    });
}

// 6.1: each side has its own; on_delete is for the side without
TEST_P(PolicyTest, EachSideHasItsOwn) {
    const auto expect = [&](GM2MOptions options, std::size_t left_by_source, std::size_t left_by_target) {
        options.db_constraint = false;
        LinkedCinema linked(GetParam(), options);
        {
            Transaction transaction(linked.db);
            linked.db.remove(linked.user(1));
            EXPECT_EQ(count_links(linked.db), left_by_source);
        }
        linked.db.remove(linked.country());
        EXPECT_EQ(count_links(linked.db), left_by_target);
    };
    const auto cascade = LinkPolicy::cascade, nothing = LinkPolicy::do_nothing;
    expect({.on_delete = nothing}, 12, 12);
    expect({.on_delete_src = nothing}, 12, 9);
    expect({.on_delete_tgt = nothing}, 8, 12);
    expect({.on_delete = nothing, .on_delete_src = cascade}, 8, 12);
    expect({.on_delete = nothing, .on_delete_tgt = cascade}, 12, 9);
    expect({.on_delete = LinkPolicy::protect, .on_delete_src = cascade, .on_delete_tgt = nothing}, 8, 12);
}

// 6.1: add_relation() sets the policy for targets of one model
TEST_P(PolicyTest, AModelHasItsOwn) {
    GM2MOptions options;
    options.on_delete = LinkPolicy::protect;
    LinkedCinema linked(GetParam(), options);
    Database& db = linked.db;
    const GM2MField preferred = linked.cinema.preferred;
    const Model& movies = db.models()["cinema.Movie"];
    EXPECT_EQ(preferred.target_policy(movies), LinkPolicy::protect);
    preferred.add_relation(movies, LinkPolicy::do_nothing);
    preferred.add_relation("cinema.Opera", LinkPolicy::cascade);
    EXPECT_EQ(preferred.source_policy(), LinkPolicy::protect);
    EXPECT_EQ(preferred.target_policy(movies), LinkPolicy::do_nothing);

    EXPECT_EQ(db.remove(linked.movie(1)).links, 0U);
    EXPECT_EQ(db.remove(linked.opera()).links, 3U);
    EXPECT_THROW(db.remove(linked.country()), ProtectedError);
    EXPECT_THROW(db.remove(linked.user(1)), ProtectedError);

    // The last one that is given counts.
    preferred.add_relation(movies);
    EXPECT_EQ(preferred.target_policy(movies), LinkPolicy::do_nothing);
    preferred.add_relation(movies, LinkPolicy::cascade);
    EXPECT_EQ(db.remove(linked.movie(2)).links, 3U);
}

// 6.1: … also of one that is registered later
TEST_P(PolicyTest, AModelThatIsNotThereYetHasItsOwn) {
    Registry models;
    models.model("app.Source").primary_key("id", Kind::integer);
    const GM2MField field = models.gm2m("app.Source", "targets", {.on_delete_src = LinkPolicy::do_nothing});
    field.add_relation("app.Target", LinkPolicy::protect);
    models.model("app.Target").primary_key("id", Kind::integer);
    EXPECT_EQ(field.target_policy(models["app.Target"]), LinkPolicy::protect);
    EXPECT_EQ(field.target_policy(models["app.Source"]), LinkPolicy::cascade);
    EXPECT_EQ(field.source_policy(), LinkPolicy::do_nothing);
}

// A link whose both ends go is a link of both: it goes if either says so, and is refused if either does.
TEST_P(PolicyTest, BothEndsOfALink) {
    const auto remove_both = [&](LinkPolicy source, LinkPolicy target) {
        LinkedCinema linked(GetParam(), {.db_constraint = false, .on_delete_src = source, .on_delete_tgt = target});
        linked.db.remove(linked.user(1), linked.movie(1));
        return count_links(linked.db);
    };
    const auto cascade = LinkPolicy::cascade, nothing = LinkPolicy::do_nothing;
    EXPECT_EQ(remove_both(cascade, cascade), 12U - 6U);
    EXPECT_EQ(remove_both(cascade, nothing), 12U - 4U);
    EXPECT_EQ(remove_both(nothing, cascade), 12U - 3U);
    EXPECT_EQ(remove_both(nothing, nothing), 12U);
    EXPECT_THROW(remove_both(cascade, LinkPolicy::protect), ProtectedError);
    EXPECT_THROW(remove_both(LinkPolicy::protect, cascade), ProtectedError);
}

// 2.3: where the database enforces that links have a source, it refuses what would leave them without
TEST_P(PolicyTest, AConstraintRefusesToLoseTheSourcesOfLinks) {
    LinkedCinema linked(GetParam(), {.on_delete = LinkPolicy::do_nothing});
    EXPECT_THROW(linked.db.remove(linked.user(1)), IntegrityError);
    EXPECT_TRUE(linked.db.find("cinema.User", 1));
    EXPECT_EQ(count_links(linked.db), 12U);
    EXPECT_EQ(linked.db.remove(linked.movie(1)).rows, 1U);  // the other side has no constraint
}

// What is linked to nothing any more, or to a model that is gone, protects like other links.
TEST_P(PolicyTest, ProtectNamesLinksThatLeadNowhere) {
    LinkedCinema linked(GetParam(), {.on_delete_src = LinkPolicy::protect, .on_delete_tgt = LinkPolicy::do_nothing});
    linked.db.remove(linked.movie(1), linked.movie(2), linked.opera());
    linked.scratch.sql("UPDATE gm2m_content_type SET model = 'gone' WHERE model = 'country'");
    Database again = Database::open(linked.cinema.registry, linked.scratch.url());
    try {
        again.remove(linked.user(1));
        ADD_FAILURE() << "nothing was refused";
    } catch (const ProtectedError& error) {
        ASSERT_EQ(error.links().size(), 4U);
        EXPECT_TRUE(std::ranges::any_of(
            error.links(), [](const Link& link) { return !link.target.model && link.target.key == Value("GB"); }));
    }
}

// The error lists so many links and no more.
TEST_P(PolicyTest, ProtectListsAThousand) {
    LinkedCinema linked(GetParam(), {.on_delete = LinkPolicy::protect}, {.keys_per_statement = 300});
    std::vector<Object> users;
    for (int i = 0; i < 700; ++i)
        users.push_back(linked.db.models()["cinema.User"].make({{"name", "?"}}));
    linked.db.insert_many(users);
    for (const Object& target : {linked.movie(1), linked.movie(2), linked.opera()})
        linked.db.related(target, "user_set").add(users);
    try {
        linked.db.remove(users);
        ADD_FAILURE() << "nothing was refused";
    } catch (const ProtectedError& error) {
        EXPECT_EQ(error.links().size(), ObstructedDeletion::most_listed);
    }
}

// The links of a many-to-many field go on both sides; they have no policy. (6.5)
TEST_P(PolicyTest, LinksOfAManyToManyFieldGo) {
    Registry models;
    models.model("shop.Tag").primary_key("name", Kind::text, {.max_length = 20});
    models.model("shop.Entry").primary_key("id", Kind::big_integer);
    const auto tags =
        models.many_to_many("shop.Entry", "tags", "shop.Tag", {.related_name = "+", .layout = GetParam().layout});
    const auto sequels = models.many_to_many("shop.Entry", "sequels", "shop.Entry",
                                             {.related_name = "prequels", .layout = GetParam().layout});
    const ScratchDatabase scratch(GetParam().engine);
    Database db = Database::open(models, scratch.url());
    db.create_tables();
    const Object red = db.insert(models["shop.Tag"].make({{"name", "red"}}));
    const Object old = db.insert(models["shop.Tag"].make({{"name", "old"}}));
    std::vector<Object> entries;
    for (int i = 0; i < 4; ++i) {
        entries.push_back(db.insert(models["shop.Entry"].make()));
        db.related(entries.back(), tags).add(red, old);
        db.related(entries.back(), sequels).add(entries);
    }
    const auto told = [](const Deleted& deleted) {
        std::string text;
        for (const FieldCount& count : deleted.by_relation)
            text += count.field + " " + std::to_string(count.count) + " ";
        return text;
    };
    EXPECT_EQ(told(db.remove(red)), "shop.Entry.tags 4 ");
    EXPECT_EQ(told(db.remove(entries[0])), "shop.Entry.tags 1 shop.Entry.sequels 4 ");
    EXPECT_EQ(told(db.remove(entries[1], entries[2])), "shop.Entry.tags 2 shop.Entry.sequels 5 ");
    EXPECT_EQ(told(db.remove(old, entries[3])), "shop.Entry.tags 1 shop.Entry.sequels 1 ");
}

// 2.3, 6.2: policies at run time, by the peer's names
TEST(PolicyParametersTest, AreRead) {
    const GM2MOptions options = GM2MOptions::parse(
        {{"on_delete", "PROTECT"}, {"on_delete_src", "DO_NOTHING_SIGNAL"}, {"on_delete_tgt", "cascade"}});
    EXPECT_EQ(options.on_delete, LinkPolicy::protect);
    EXPECT_EQ(options.on_delete_src, LinkPolicy::do_nothing_signal);
    EXPECT_EQ(options.on_delete_tgt, LinkPolicy::cascade);
    const std::pair<const char*, LinkPolicy> names[] = {{"CASCADE", LinkPolicy::cascade},
                                                        {"DO_NOTHING", LinkPolicy::do_nothing},
                                                        {"CASCADE_SIGNAL", LinkPolicy::cascade_signal},
                                                        {"DO_NOTHING_SIGNAL", LinkPolicy::do_nothing_signal},
                                                        {"CASCADE_SIGNAL_VETO", LinkPolicy::cascade_signal_veto},
                                                        {"PROTECT", LinkPolicy::protect}};
    for (const auto& [name, policy] : names)
        EXPECT_EQ(GM2MOptions::parse({{"on_delete", name}}).on_delete, policy) << name;
    EXPECT_FALSE(GM2MOptions::parse({{"on_delete", "PROTECT"}}).on_delete_src);

    const auto message = [](const Parameters& parameters) {
        try {
            GM2MOptions::parse(parameters);
        } catch (const ConfigurationError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(message({{"on_delete", "CASCADES"}}), "'CASCADES' is no policy for 'on_delete'; did you mean 'cascade'?");
    EXPECT_NE(message({{"on_delete_tgt", "SET_NULL"}}).find("'SET_NULL' is no policy for 'on_delete_tgt'"),
              std::string::npos);
    EXPECT_NE(message({{"on_delete_src", true}}), "");
    EXPECT_NE(message({{"on_delete", nullptr}}), "");
    EXPECT_NE(message({{"on_deletion", "CASCADE"}}).find("on_delete"), std::string::npos);
}

}  // namespace gm2m::test
