#pragma once

#include <cstdint>
#include <optional>

#include "soci_api/soci_hand.hpp"

namespace benchmark::soci_api {

class PostgresqlHand : public SociHand {
public:
    explicit PostgresqlHand(const Address& address);

    template <class Work>
    void transaction(Work&& work) {
        soci::transaction transaction(session_);
        work();
        transaction.commit();
    }
    Added add(std::int64_t user, const Objects& objects);
    Videos all(std::int64_t user);
    Changes set(std::int64_t user, const Objects& objects);

private:
    void read_links(std::int64_t user, LinkedVideos& linked);
    void read_videos(std::size_t model, LinkedVideos& linked);

    /// The statement and what is bound to it. SOCI knows no arrays: they are passed as the text of an array literal.
    struct Insert {
        explicit Insert(soci::session& session);

        long long user = 0;
        std::string content_types, keys, ids[model_count];
        std::vector<int> added_content_types;
        std::vector<std::string> added_keys;
        soci::statement statement;
    };

    std::optional<Insert> insert_;
};

}  // namespace benchmark::soci_api
