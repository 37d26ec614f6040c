#include <stdexcept>

#include "c_api/postgresql_hand.hpp"
#include "c_api/sqlite_hand.hpp"
#include "gm2m_api/gm2m_hand.hpp"
#include "soci_api/postgresql_hand.hpp"
#include "soci_api/sqlite_hand.hpp"
#include "workload.hpp"

namespace benchmark {
namespace {

// A hand does the operations of the workloads in its own way. Every hand has
//
//     explicit Hand(const Address&)           connects
//     using Objects, Shelf                    what it calls many objects; where it keeps them
//     Shelf::pick(keys) -> Objects
//     transaction(work)                       runs `work` in one transaction
//     add(user, objects) -> Added             links them, and says which links are new; one transaction
//     all(user) -> Videos                     the linked objects in the order of linking (compact: of model and key)
//     report(added or videos, checksum)       what an answer says
//
// and each call has its answer before the next begins.

/// W1
template <class Hand>
class AddToManyUsers final : public Run {
public:
    explicit AddToManyUsers(const Address& address) : hand_(address), shelf_(hand_) {
        for (const std::vector<Key>& keys : Dataset::objects_of_users())
            objects_.push_back(shelf_.pick(keys));
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
    explicit AddManyAndRead(const Address& address)
        : hand_(address), shelf_(hand_), objects_(shelf_.pick(Dataset::shuffled_objects())) {}
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

template <template <class> class Work>
std::unique_ptr<Run> make(Hand hand, const Address& address) {
    const bool sqlite = address.engine == Engine::sqlite;
    switch (hand) {
        case Hand::c_api:
            if (sqlite)
                return std::make_unique<Work<c_api::SqliteHand>>(address);
            return std::make_unique<Work<c_api::PostgresqlHand>>(address);
        case Hand::soci:
            if (sqlite)
                return std::make_unique<Work<soci_api::SqliteHand>>(address);
            return std::make_unique<Work<soci_api::PostgresqlHand>>(address);
        case Hand::gm2m: return std::make_unique<Work<Gm2mHand>>(address);
    }
    throw std::logic_error("no such hand");
}

constexpr Workload all_workloads[] = {
    {"W1", "add 100 mixed objects to each of 1,000 users, one transaction", 100'000, make<AddToManyUsers>},
    {"W2", "add 20,000 mixed objects to one user, then all() of it", 20'000, make<AddManyAndRead>},
};

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
    return all_workloads;
}

}  // namespace benchmark
