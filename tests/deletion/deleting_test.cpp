#include <gm2m/error.hpp>

#include <stdexcept>
#include <thread>

#include "deletion/linked_cinema.hpp"
#include "deletion/shop.hpp"

namespace gm2m::test {
namespace {

std::string names(const std::vector<Object>& objects) {
    std::vector<std::string> parts;
    for (const Object& object : objects)
        parts.push_back(object.to_string().substr(object.to_string().find('.') + 1));
    std::ranges::sort(parts);
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : " ") + part;
    return text;
}

std::string names(const std::vector<Link>& links) {
    std::vector<std::string> parts;
    for (const Link& link : links)
        parts.push_back(link.source.key.to_string() + ">" +
                        link.target.to_string().substr(link.target.to_string().find('.') + 1));
    std::ranges::sort(parts);
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : " ") + part;
    return text;
}

GM2MOptions with(LinkPolicy on_delete) {
    return {.on_delete = on_delete};
}

struct Stop : std::runtime_error {
    Stop() : std::runtime_error("stop") {}
};

}  // namespace

class DeletingTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(DeletingTest, all_configurations);

// 6.3: once per deletion and field, before anything is deleted, with the field, the objects and their links
TEST_P(DeletingTest, IsSentBeforeAnythingIsDeleted) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    int calls = 0;
    std::string objects, links;
    const ScopedConnection receiver = linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        ++calls;
        EXPECT_TRUE(event.field() == linked.cinema.preferred);
        EXPECT_EQ(&event.database(), &linked.db);
        EXPECT_EQ(count_links(event.database()), 12U);
        for (const Object& object : event.objects())
            EXPECT_TRUE(event.database().find(object.model().label(), object.key()));
        objects = names(event.objects());
        links = names(event.links());
    });
    linked.db.remove(linked.country());
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(objects, "Country:GB");
    EXPECT_EQ(links, "1>Country:GB 2>Country:GB 3>Country:GB");
    EXPECT_EQ(count_links(linked.db), 9U);

    // 12 links there must be again for the second deletion.
    linked.preferred_by(linked.user(1))
        .add(linked.db.insert(linked.db.models()["cinema.Country"].make({{"code", "FR"}, {"name", "?"}})));
    linked.preferred_by(linked.user(2)).add(linked.user(1), linked.user(3));
    linked.db.remove(linked.user(1), linked.opera());
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(objects, "Opera:1 User:1");
    EXPECT_EQ(links, "1>Country:FR 1>Movie:1 1>Movie:2 1>Opera:1 2>Opera:1 2>User:1 3>Opera:1");
}

// 6.3: … for a query too, and for objects without links; not for none
TEST_P(DeletingTest, IsSentOnceForAQuery) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::do_nothing_signal));
    std::vector<std::string> heard;
    const ScopedConnection receiver = linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        heard.push_back(names(event.objects()) + "; " + std::to_string(event.links().size()));
    });
    linked.db.remove(linked.db.query("cinema.Movie"));
    linked.db.remove(linked.db.query("cinema.Movie"));
    linked.db.remove(linked.db.insert(linked.db.models()["cinema.Movie"].make({{"title", "new"}})));
    EXPECT_EQ(heard, (std::vector<std::string>{"Movie:1 Movie:2; 6", "Movie:3; 0"}));
    EXPECT_EQ(count_links(linked.db), 12U);
}

// 6.2: only a policy with a signal sends; it has the objects of such policies alone
TEST_P(DeletingTest, OnlyWhereAPolicySaysSo) {
    for (const LinkPolicy policy : {LinkPolicy::cascade, LinkPolicy::do_nothing, LinkPolicy::protect}) {
        LinkedCinema linked(GetParam(), {.on_delete = policy});
        const ScopedConnection receiver =
            linked.cinema.preferred.deleting().connect([](const Deleting&) { ADD_FAILURE() << "it was sent"; });
        for (int i = 1; i <= 3; ++i)
            linked.preferred_by(linked.user(i)).remove(linked.opera());
        linked.db.remove(linked.opera());
    }
    LinkedCinema linked(GetParam(), {.on_delete_src = LinkPolicy::cascade_signal});
    linked.cinema.preferred.add_relation("cinema.Opera", LinkPolicy::cascade_signal);
    std::string objects, links;
    const ScopedConnection receiver = linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        objects = names(event.objects());
        links = names(event.links());
    });
    linked.db.remove(linked.movie(1));
    EXPECT_EQ(objects, "");
    linked.db.remove(linked.movie(2), linked.opera());
    EXPECT_EQ(objects, "Opera:1");
    EXPECT_EQ(links, "1>Opera:1 2>Opera:1 3>Opera:1");
    linked.db.remove(linked.user(2), linked.country());
    EXPECT_EQ(objects, "User:2");
    EXPECT_EQ(links, "2>Country:GB");
}

// 10: each receiver reads the lists as often as it likes
TEST_P(DeletingTest, EveryReceiverReadsTheLists) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    std::string heard;
    const auto receiver = [&](const Deleting& event) {
        for (int i = 0; i < 2; ++i)
            heard += names(event.objects()) + " " + std::to_string(event.links().size()) + "; ";
    };
    linked.cinema.preferred.deleting().connect(receiver);
    linked.cinema.preferred.deleting().connect(receiver);
    linked.cinema.registry.deleting().connect(receiver);
    linked.db.remove(linked.user(3));
    std::string expected;
    for (int i = 0; i < 6; ++i)
        expected += "User:3 4; ";
    EXPECT_EQ(heard, expected);
}

// DESIGN 6: nobody listens: no statement; nobody reads: none but the lock of what goes; a list is loaded once
TEST_P(DeletingTest, ListsAreLoadedWhenTheyAreAskedFor) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    const std::vector<Object> doomed{linked.movie(1), linked.movie(2), linked.opera()};
    const auto statements = [&] {
        Transaction transaction(linked.db);
        StatementCounter counter(linked.db);
        linked.db.remove(doomed);
        return counter.statements();
    };
    // The models and the relation: on SQLite by one statement for each model. Where rows are locked, those of each
    // model.
    const std::size_t unheard = GetParam().is_sqlite() ? 2 + 2 : 2 + 2 + 1;
    EXPECT_EQ(statements(), unheard);
    bool objects = false, links = false;
    const auto read = [&](const Deleting& event) {
        if (objects)
            (void)event.objects();
        if (links)
            (void)event.links();
    };
    const ScopedConnection first = linked.cinema.preferred.deleting().connect(read);
    const ScopedConnection second = linked.cinema.registry.deleting().connect(read);
    EXPECT_EQ(statements(), unheard);
    objects = true;
    EXPECT_EQ(statements(), unheard + 2);  // models
    links = true;
    EXPECT_EQ(statements(), unheard + 2 + 1);
    objects = false;
    EXPECT_EQ(statements(), unheard + 1);
}

// 6.3: a receiver that throws stops the whole deletion, and nothing has happened: not what another receiver wrote,
// either
TEST_P(DeletingTest, AReceiverThatThrowsStopsEverything) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    Database& db = linked.db;
    linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        event.database().insert(db.models()["cinema.Documentary"].make({{"title", "log"}}));
    });
    const ScopedConnection thrower = linked.cinema.preferred.deleting().connect([](const Deleting&) { throw Stop(); });
    const Object ann = linked.user(1);
    const auto expect_unchanged = [&] {
        EXPECT_TRUE(ann.is_stored());
        EXPECT_TRUE(db.find("cinema.User", 1));
        EXPECT_EQ(count_links(db), 12U);
        EXPECT_EQ(db.query("cinema.Documentary").count(), 0U);
    };
    EXPECT_THROW(db.remove(ann, linked.movie(1)), Stop);
    expect_unchanged();
    EXPECT_THROW(db.remove(db.query("cinema.User")), Stop);
    expect_unchanged();
    // The caller's transaction goes on.
    {
        Transaction transaction(db);
        db.insert(db.models()["cinema.Opera"].make({{"title", "Tosca"}}));
        EXPECT_THROW(db.remove(ann), Stop);
        expect_unchanged();
        transaction.commit();
    }
    EXPECT_EQ(db.query("cinema.Opera").count(), 2U);
}

// … of the receivers for all relations too; refuse() is a way to throw that says why
TEST_P(DeletingTest, AReceiverRefuses) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::do_nothing_signal));
    const ScopedConnection receiver = linked.cinema.registry.deleting().connect([](const Deleting& event) {
        if (!event.links().empty())
            event.refuse("it is still preferred");
    });
    try {
        linked.db.remove(linked.opera());
        ADD_FAILURE() << "nothing was refused";
    } catch (const DeletionRefused& error) {
        EXPECT_STREQ(
            error.what(),
            "a receiver of cinema.User.preferred_videos.deleting() refuses the deletion: it is still preferred");
    }
    EXPECT_TRUE(linked.db.find("cinema.Opera", 1));
    for (int i = 1; i <= 3; ++i)
        linked.preferred_by(linked.user(i)).clear();
    EXPECT_EQ(linked.db.remove(linked.opera()).rows, 1U);
}

// 6.2: one veto is enough; all receivers are called all the same, and each sees all
TEST_P(DeletingTest, AnyReceiverVetoes) {
    for (const int vetoing : {-1, 0, 1, 2, 3}) {
        LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal_veto));
        std::string called;
        for (int i = 0; i < 4; ++i) {
            Signal<Deleting>& signal = i < 2 ? linked.cinema.preferred.deleting() : linked.cinema.registry.deleting();
            signal.connect([&called, i, vetoing](const Deleting& event) {
                called += std::to_string(i) + ":" + std::to_string(event.links().size()) + " ";
                return i == vetoing;
            });
        }
        EXPECT_EQ(linked.db.remove(linked.opera()).links, vetoing < 0 ? 3U : 0U);
        EXPECT_EQ(called, "0:3 1:3 2:3 3:3 ");
        EXPECT_EQ(count_links(linked.db), vetoing < 0 ? 9U : 12U);
    }
}

// 6.2: a veto is for the links of the policy that asks, not for those of others
TEST_P(DeletingTest, AVetoIsOfItsPolicy) {
    LinkedCinema linked(GetParam(),
                        {.on_delete_src = LinkPolicy::cascade_signal, .on_delete_tgt = LinkPolicy::cascade});
    linked.cinema.preferred.add_relation("cinema.Opera", LinkPolicy::cascade_signal_veto);
    linked.cinema.preferred.deleting().connect([](const Deleting&) { return true; });
    linked.db.remove(linked.user(1), linked.opera(), linked.movie(1));
    // Ann's 4, and the others' to the first movie; theirs to the opera stay.
    EXPECT_EQ(count_links(linked.db), 12U - 4U - 2U);
    EXPECT_EQ(linked.preferred_by(linked.user(2)).count(), 3U);
}

// 6.3: a receiver may ask for and delete further objects; each deletion is an event of its own
TEST_P(DeletingTest, AReceiverDeletesFurtherObjects) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    std::string heard;
    linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        heard += names(event.objects()) + "; ";
        Database& db = event.database();
        for (const Object& object : event.objects())
            if (object.model().model_name() == "user") {
                db.remove(db.query("cinema.Movie").filter(F("user") == object));
                db.remove(db.query("cinema.Country"));
            }
        EXPECT_EQ(db.query("cinema.Opera").count(), 1U);
    });
    const Deleted deleted = linked.db.remove(linked.user(1));
    EXPECT_EQ(heard, "User:1; Movie:1 Movie:2; Country:GB; ");
    EXPECT_EQ(told(deleted), "User 1; User.preferred_videos 1");  // its own deletion's alone: what is left of the links
    EXPECT_EQ(linked.db.query("cinema.User").count(), 2U);
    EXPECT_EQ(count_links(linked.db), 2U);
}

TEST_P(DeletingTest, AReceiverDeletesTheObjectItself) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    int depth = 0;
    linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        if (++depth == 3)
            return;
        EXPECT_EQ(event.database().remove(event.objects()).rows, depth == 2 ? 1U : 0U);
    });
    EXPECT_EQ(linked.db.remove(linked.user(1)).rows, 0U);  // it has gone on the way
    EXPECT_EQ(depth, 3);
    EXPECT_EQ(count_links(linked.db), 8U);
}

// What a receiver links to an object that goes, goes with it.
TEST_P(DeletingTest, AReceiverLinks) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        for (const Object& object : event.objects())
            event.database().related(linked.user(1), linked.cinema.preferred).add(object);
    });
    EXPECT_EQ(linked.db.remove(linked.user(2)).links, 5U);
    EXPECT_EQ(count_links(linked.db), 8U);
}

// 6.3: of all fields: one for each relation with such a policy; and what a cascade takes is among the objects
TEST_P(DeletingTest, OfAllFields) {
    Registry models;
    models.model("blog.Author").primary_key("id", Kind::integer);
    models.model("blog.Post")
        .primary_key("id", Kind::integer)
        .foreign_key("author", "blog.Author", {.on_delete = ForeignKeyPolicy::cascade});
    models.model("blog.Reader").primary_key("id", Kind::integer);
    const auto relation = [&](const char* name, LinkPolicy policy) {
        return models.gm2m("blog.Reader", name,
                           {.related_name = "+", .layout = GetParam().layout, .on_delete = policy});
    };
    const GM2MField likes = relation("likes", LinkPolicy::cascade_signal),
                    read = relation("has_read", LinkPolicy::cascade);
    const GM2MField saved = relation("saved", LinkPolicy::do_nothing_signal);
    const ScratchDatabase scratch(GetParam().engine);
    Database db = Database::open(models, scratch.url());
    db.create_tables();
    const Object author = db.insert(models["blog.Author"].make());
    const Object post = db.insert(models["blog.Post"].make({{"author", author.key()}}));
    const Object reader = db.insert(models["blog.Reader"].make());
    db.related(reader, likes).add(author, post);
    db.related(reader, read).add(post);
    db.related(reader, saved).add(post);
    std::string heard;
    const auto note = [&](const char* who) {
        return [&heard, who](const Deleting& event) {
            heard += std::string(who) + " " + event.field().name() + ": " + names(event.objects()) + ", " +
                     names(event.links()) + "\n";
        };
    };
    models.deleting().connect(note("all"));
    likes.deleting().connect(note("own"));
    read.deleting().connect(note("own"));
    EXPECT_EQ(told(db.remove(author)), "Author 1, Post 1; Reader.has_read 1, Reader.likes 2");
    EXPECT_EQ(heard,
              "own likes: Author:1 Post:1, 1>Author:1 1>Post:1\n"
              "all likes: Author:1 Post:1, 1>Author:1 1>Post:1\n"
              "all saved: Author:1 Post:1, 1>Post:1\n");
}

// Each object and each link once, also if it has both ends, however many statements that takes.
TEST_P(DeletingTest, BothEndsOfALink) {
    for (const std::size_t most : {1'000'000U, 2U, 1U}) {
        LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal), {.keys_per_statement = most});
        std::vector<Object> users{linked.user(1), linked.user(2), linked.user(3)};
        for (const Object& user : users)
            linked.preferred_by(user).set(users);
        linked.preferred_by(users[0]).add(linked.opera());
        std::string objects, links;
        linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
            objects = names(event.objects());
            links = names(event.links());
        });
        EXPECT_EQ(linked.db.remove(users, linked.opera()).links, 10U);
        EXPECT_EQ(objects, "Opera:1 User:1 User:2 User:3");
        EXPECT_EQ(links, "1>Opera:1 1>User:1 1>User:2 1>User:3 2>User:1 2>User:2 2>User:3 3>User:1 3>User:2 3>User:3");
    }
}

TEST_P(DeletingTest, BothEndsOfALinkBesideAnObjectThatIsGone) {
    for (const std::size_t most : {1'000'000U, 2U, 1U}) {
        LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal), {.keys_per_statement = most});
        std::vector<Reference> all{{&linked.cinema.registry["cinema.User"], 999}};
        for (int key = 1; key <= 3; ++key)
            all.push_back(linked.user(key).reference());
        for (int key = 1; key <= 2; ++key)
            all.push_back(linked.movie(key).reference());
        std::size_t objects = 0, links = 0;
        linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
            objects = event.objects().size();
            links = event.links().size();
        });
        EXPECT_EQ(linked.db.remove(all).links, 12U);
        EXPECT_EQ(objects, 5U);
        EXPECT_EQ(links, 12U);
    }
}

// 2.12: of what is gone, the links that are left go; of what is there again meanwhile, they stay, and nobody is told.
TEST_P(DeletingTest, WhatIsThereAgainStays) {
    if (GetParam().is_sqlite())
        GTEST_SKIP() << "a deletion has the database to itself";
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    const Object alien = linked.movie(1), brazil = linked.movie(2);
    const std::string table = alien.model().table();
    linked.scratch.sql("DELETE FROM " + table);
    std::size_t objects = 0;
    std::string links;
    linked.cinema.preferred.deleting().connect([&](const Deleting& event) {
        linked.scratch.sql("INSERT INTO " + table + " (id, title) VALUES (1, 'another')");
        objects = event.objects().size();
        links = names(event.links());
    });
    EXPECT_EQ(linked.db.remove(alien, brazil).links, 3U);
    EXPECT_EQ(objects, 0U);
    EXPECT_EQ(links, "1>Movie:2 2>Movie:2 3>Movie:2");
    EXPECT_EQ(linked.db.related(alien, "user_set").count(), 3U);
    EXPECT_EQ(verify(linked.db), std::vector<Inconsistency>());
}

class DeletingThreadsTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(DeletingThreadsTest, engine_configurations);

// Threads delete through databases of their own while others connect and disconnect: every deletion is heard once by
// who listens throughout.
TEST_P(DeletingThreadsTest, DeleteAndConnectAtOnce) {
    LinkedCinema linked(GetParam(), with(LinkPolicy::cascade_signal));
    constexpr int deleters = 3, each = 10;
    std::vector<Object> movies;
    for (int i = 0; i < deleters * each; ++i)
        movies.push_back(linked.db.models()["cinema.Movie"].make({{"title", "?"}}));
    linked.db.insert_many(movies);
    linked.preferred_by(linked.user(1)).add(movies);
    std::atomic<int> heard = 0;
    std::atomic<bool> done = false;
    linked.cinema.preferred.deleting().connect(
        [&](const Deleting& event) { heard += static_cast<int>(event.links().size()); });
    std::thread connector([&] {
        while (!done) {
            const ScopedConnection one = linked.cinema.preferred.deleting().connect([](const Deleting&) {});
            const ScopedConnection other = linked.cinema.registry.deleting().connect([](const Deleting&) {});
        }
    });
    std::vector<std::thread> threads;
    for (int i = 0; i < deleters; ++i)
        threads.emplace_back([&, i] {
            Database db =
                Database::open(linked.cinema.registry, linked.scratch.url(), {.busy_timeout = std::chrono::minutes(2)});
            for (int j = 0; j < each; ++j)
                db.remove(movies[static_cast<std::size_t>(i * each + j)].reference());
        });
    for (std::thread& thread : threads)
        thread.join();
    done = true;
    connector.join();
    EXPECT_EQ(heard, deleters * each);
    EXPECT_EQ(count_links(linked.db), 12U);
}

}  // namespace gm2m::test
