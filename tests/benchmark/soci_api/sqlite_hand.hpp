#pragma once

#include <cstdint>
#include <optional>

#include "soci_api/soci_hand.hpp"

namespace benchmark::soci_api {

class SqliteHand : public SociHand {
public:
    explicit SqliteHand(const Address& address);

    /// The destructor ends a transaction that fails.
    template <class Work>
    void transaction(Work&& work) {
        session_ << "BEGIN IMMEDIATE";
        in_transaction_ = true;
        work();
        session_ << "COMMIT";
        in_transaction_ = false;
    }
    Added add(std::int64_t user, const Objects& objects);
    Videos all(std::int64_t user);
    Changes set(std::int64_t user, const Objects& objects);

private:
    void insert_links(std::int64_t user, const Objects& objects, Added& added);
    void change_links(std::int64_t user, const Objects& objects, Changes& changes);
    /// Calls `take(link id, object)`; in the compact layout, in the order of all().
    template <class Take>
    void read_videos(std::int64_t user, Take&& take);

    /// The statement and what is bound to it.
    struct Insert {
        Insert(soci::session& session, std::size_t model, int content_type_);

        long long user = 0, id = 0;
        int content_type;
        soci::statement statement;
    };

    std::optional<Insert> insert_[model_count];
    bool in_transaction_ = false;
};

}  // namespace benchmark::soci_api
