#include <algorithm>
#include <stdexcept>

#include "c_api/postgresql_hand.hpp"
#include "c_api/sqlite_hand.hpp"
#include "gm2m_api/gm2m_hand.hpp"
#include "soci_api/postgresql_hand.hpp"
#include "soci_api/sqlite_hand.hpp"
#include "workload.hpp"

namespace benchmark {
namespace {

/// W3: all users, up to 10^6 links; of more links as many as that, to tell how the cost grows with those not asked for.
constexpr std::int64_t most_prefetched_users = 10'000;
/// W5, W7
constexpr std::int64_t calls = 200;
/// W6
constexpr std::size_t kept = 5'000, added = 3'000;
/// W8: after those one by one, the movies of the highest keys; W9
constexpr std::int64_t movies_at_once = 2'000, users_at_once = 500;

/// W5, W8: movies of all parts of the table.
std::vector<std::int64_t> some_movies(const Dataset& dataset) {
    std::vector<std::int64_t> movies;
    for (std::int64_t i = 0; i < calls; ++i)
        movies.push_back(1 + i * (dataset.objects[0] / calls));
    return movies;
}

// A hand does the operations of the workloads in its own way. Every hand has
//
//     explicit Hand(const Address&)           connects
//     using Objects, Shelf                    what it calls many objects; where it keeps them
//     Shelf::pick(keys) -> Objects
//     transaction(work)                       runs `work` in one transaction
//     add(user, objects) -> Added             links them, and says which links are new; one transaction
//     all(user) -> Videos                     the linked objects in the order of linking (compact: of model and key)
//     set(user, objects) -> Changes           leaves exactly these linked; one transaction
//     users_with_videos(last) -> UsersWithVideos   the users up to that one, and all() of each, loaded together
//     operas_with_users() -> OperasWithUsers       all operas, and the users of each in the order of linking (compact:
//                                                  of their keys), loaded together
//     users_of_movie(id) -> Users             in that order
//     movies_of_users_named(name) -> Movies   each once, in any order
//     remove_movie(id) -> Removed             deletes it with its links
//     remove_movies_after(id) -> Removed      deletes the movies of higher keys with their links; one transaction
//     remove_users_up_to(id) -> Removed       the same of users
//     report(any of these answers, checksum)  what it says
//
// and each call has its answer before the next begins.

/// W1
template <class Hand>
class AddToManyUsers final : public Run {
public:
    AddToManyUsers(const Address& address, const Dataset& dataset) : hand_(address), shelf_(hand_, dataset) {
        dataset.each_user(
            [&](std::int64_t, std::span<const Key> objects) { objects_.push_back(shelf_.pick(objects)); });
    }
    void work() override {
        hand_.transaction([&] {
            for (std::size_t i = 0; i < objects_.size(); ++i)
                added_ += hand_.add(static_cast<std::int64_t>(i) + 1, objects_[i]).size();
        });
    }
    Checksum answer() const override {
        Checksum checksum;
        checksum.add({0, static_cast<std::int64_t>(added_)});
        return checksum;
    }
    void forget() override {}

private:
    Hand hand_;
    typename Hand::Shelf shelf_;
    std::vector<typename Hand::Objects> objects_;
    std::size_t added_ = 0;
};

/// W2
template <class Hand>
class AddManyAndRead final : public Run {
public:
    AddManyAndRead(const Address& address, const Dataset& dataset)
        : hand_(address), shelf_(hand_, dataset), objects_(shelf_.pick(dataset.shuffled_objects())) {}
    void work() override {
        added_ = hand_.add(1, objects_);
        videos_ = hand_.all(1);
    }
    Checksum answer() const override {
        Checksum checksum;
        hand_.report(added_, checksum);
        hand_.report(videos_, checksum);
        return checksum;
    }
    void forget() override {
        added_ = {};
        videos_ = {};
    }

private:
    Hand hand_;
    typename Hand::Shelf shelf_;
    typename Hand::Objects objects_;
    typename Hand::Added added_;
    typename Hand::Videos videos_;
};

/// W3
template <class Hand>
class PrefetchVideos final : public Run {
public:
    PrefetchVideos(const Address& address, const Dataset& dataset)
        : hand_(address), last_(std::min(dataset.users, most_prefetched_users)) {}
    void work() override { users_ = hand_.users_with_videos(last_); }
    Checksum answer() const override {
        Checksum checksum;
        hand_.report(users_, checksum);
        return checksum;
    }
    void forget() override { users_ = {}; }

private:
    Hand hand_;
    std::int64_t last_;
    typename Hand::UsersWithVideos users_;
};

/// W4
template <class Hand>
class PrefetchUsers final : public Run {
public:
    PrefetchUsers(const Address& address, const Dataset&) : hand_(address) {}
    void work() override { operas_ = hand_.operas_with_users(); }
    Checksum answer() const override {
        Checksum checksum;
        hand_.report(operas_, checksum);
        return checksum;
    }
    void forget() override { operas_ = {}; }

private:
    Hand hand_;
    typename Hand::OperasWithUsers operas_;
};

/// W5
template <class Hand>
class UsersOfMovies final : public Run {
public:
    UsersOfMovies(const Address& address, const Dataset& dataset) : hand_(address), movies_(some_movies(dataset)) {}
    void work() override {
        for (const std::int64_t movie : movies_)
            users_.push_back(hand_.users_of_movie(movie));
    }
    Checksum answer() const override {
        Checksum checksum;
        for (const auto& users : users_)
            hand_.report(users, checksum);
        return checksum;
    }
    void forget() override { users_.clear(); }

private:
    Hand hand_;
    std::vector<std::int64_t> movies_;
    std::vector<typename Hand::Users> users_;
};

/// W6: of the 20,000 that are linked 5,000 stay, and 3,000 others come.
template <class Hand>
class SetLinks final : public Run {
public:
    SetLinks(const Address& address, const Dataset& dataset)
        : hand_(address), shelf_(hand_, dataset), objects_(shelf_.pick(wanted(dataset))) {}
    void work() override { changes_ = hand_.set(1, objects_); }
    Checksum answer() const override {
        Checksum checksum;
        hand_.report(changes_, checksum);
        hand_.report(hand_.all(1), checksum);
        return checksum;
    }
    void forget() override { changes_ = {}; }

private:
    static std::vector<Key> wanted(const Dataset& dataset) {
        const std::vector<Key> keys = dataset.shuffled_objects();
        return {keys.begin() + Scene::to_one - kept, keys.begin() + Scene::to_one + added};
    }

    mutable Hand hand_;  // answer() reads the links
    typename Hand::Shelf shelf_;
    typename Hand::Objects objects_;
    typename Hand::Changes changes_;
};

/// W7
template <class Hand>
class MoviesOfUsers final : public Run {
public:
    MoviesOfUsers(const Address& address, const Dataset& dataset) : hand_(address) {
        for (std::int64_t i = 0; i < calls; ++i)
            names_.push_back(Dataset::user_name(1 + i * (dataset.users / calls)));
    }
    void work() override {
        for (const std::string& name : names_)
            movies_.push_back(hand_.movies_of_users_named(name));
    }
    Checksum answer() const override {
        Checksum checksum;
        for (const auto& movies : movies_)
            hand_.report(movies, checksum);
        return checksum;
    }
    void forget() override { movies_.clear(); }

private:
    Hand hand_;
    std::vector<std::string> names_;
    std::vector<typename Hand::Movies> movies_;
};

/// W8: those one by one in one transaction, lest the disk be measured.
template <class Hand>
class RemoveMovies final : public Run {
public:
    RemoveMovies(const Address& address, const Dataset& dataset)
        : hand_(address), movies_(some_movies(dataset)), last_(dataset.objects[0] - movies_at_once) {}
    void work() override {
        hand_.transaction([&] {
            for (const std::int64_t movie : movies_)
                removed_.push_back(hand_.remove_movie(movie));
        });
        removed_.push_back(hand_.remove_movies_after(last_));
    }
    Checksum answer() const override {
        Checksum checksum;
        for (const auto& removed : removed_)
            hand_.report(removed, checksum);
        return checksum;
    }
    void forget() override { removed_.clear(); }

private:
    Hand hand_;
    std::vector<std::int64_t> movies_;
    std::int64_t last_;
    std::vector<typename Hand::Removed> removed_;
};

/// W9
template <class Hand>
class RemoveUsers final : public Run {
public:
    RemoveUsers(const Address& address, const Dataset&) : hand_(address) {}
    void work() override { removed_ = hand_.remove_users_up_to(users_at_once); }
    Checksum answer() const override {
        Checksum checksum;
        hand_.report(removed_, checksum);
        return checksum;
    }
    void forget() override {}

private:
    Hand hand_;
    typename Hand::Removed removed_;
};

template <std::size_t count>
std::size_t exactly(const Dataset&) {
    return count;
}

std::size_t all_links(const Dataset& dataset) {
    return dataset.links();
}

/// W8
std::size_t links_to_other_movies(const Dataset& dataset) {
    const std::vector<std::int64_t> one_by_one = some_movies(dataset);
    std::size_t links = 0;
    dataset.each_user([&](std::int64_t, std::span<const Key> objects) {
        for (const Key key : objects)
            links += key.model != 0 || (key.id <= dataset.objects[0] - movies_at_once &&
                                        !std::ranges::binary_search(one_by_one, key.id));
    });
    return links;
}

/// W9
std::size_t links_of_other_users(const Dataset& dataset) {
    return dataset.links() - static_cast<std::size_t>(users_at_once) * Dataset::all_links_per_user;
}

template <template <class> class Work>
std::unique_ptr<Run> make(Hand hand, const Address& address, const Dataset& dataset) {
    const bool sqlite = address.engine == Engine::sqlite;
    switch (hand) {
        case Hand::c_api:
            if (sqlite)
                return std::make_unique<Work<c_api::SqliteHand>>(address, dataset);
            return std::make_unique<Work<c_api::PostgresqlHand>>(address, dataset);
        case Hand::soci:
            if (sqlite)
                return std::make_unique<Work<soci_api::SqliteHand>>(address, dataset);
            return std::make_unique<Work<soci_api::PostgresqlHand>>(address, dataset);
        case Hand::gm2m: return std::make_unique<Work<Gm2mHand>>(address, dataset);
    }
    throw std::logic_error("no such hand");
}

std::vector<Workload> all_workloads() {
    const Scene empty{{}, Linked::nothing, true};
    const Scene linked{{}, Linked::to_all_users, false};
    const Scene changing{{}, Linked::to_all_users, true};
    // Some objects more than are linked.
    const Scene one_user{{.objects = {11'500, 6'900, 4'600}}, Linked::to_one_user, true};
    std::vector<Workload> all = {
        {"W1", "add 100 mixed objects to each of 1,000 users, one transaction", empty, all_links, make<AddToManyUsers>},
        {"W2", "add 20,000 mixed objects to one user, then all() of it", empty, exactly<20'000>, make<AddManyAndRead>},
        {"W3", "prefetch the 100 objects of each of 1,000 users", linked, all_links, make<PrefetchVideos>},
        {"W4", "reverse prefetch of 4,000 operas", linked, all_links, make<PrefetchUsers>},
        {"W5", "reverse all() of 200 movies, one by one", linked, all_links, make<UsersOfMovies>},
        {"W6", "set() from 20,000 linked objects to 8,000, 3,000 of them new", one_user, exactly<kept + added>,
         make<SetLinks>},
        {"W7", "movies whose users are named ..., 200 times", linked, all_links, make<MoviesOfUsers>},
        {"W8", "delete 200 movies one by one, and 2,000 by a query", changing, links_to_other_movies,
         make<RemoveMovies>},
        {"W9", "delete 500 users with 50,000 links by a query", changing, links_of_other_users, make<RemoveUsers>},
    };
    const Workload scaled[] = {
        {.name = "S-W3", .description = "W3 with 10^5, 10^6 and 10^7 links", .links_afterwards = all_links,
         .make = make<PrefetchVideos>},
        {.name = "S-W5", .description = "W5 with 10^5, 10^6 and 10^7 links", .links_afterwards = all_links,
         .make = make<UsersOfMovies>},
        {.name = "S-W7", .description = "W7 with 10^5, 10^6 and 10^7 links", .links_afterwards = all_links,
         .make = make<MoviesOfUsers>},
        {.name = "S-W8", .description = "W8 with 10^5, 10^6 and 10^7 links", .links_afterwards = links_to_other_movies,
         .make = make<RemoveMovies>}};
    for (Workload workload : scaled)
        for (const std::size_t links : {100'000, 1'000'000, 10'000'000}) {
            workload.scene = {Dataset::of_links(links), Linked::to_all_users, workload.make == make<RemoveMovies>};
            workload.scale = links;
            all.push_back(workload);
        }
    return all;
}

}  // namespace

std::string_view name_of(Hand hand) {
    switch (hand) {
        case Hand::c_api: return "c_api";
        case Hand::soci: return "soci";
        case Hand::gm2m: return "gm2m";
    }
    return "";
}

std::span<const Workload> workloads() {
    static const std::vector<Workload> all = all_workloads();
    return all;
}

}  // namespace benchmark
