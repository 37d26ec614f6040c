#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "plain_hand.hpp"
#include "stage.hpp"

struct pg_conn;
struct pg_result;

namespace benchmark::c_api {

class PostgresqlHand : public PlainHand {
public:
    explicit PostgresqlHand(const Address& address);
    ~PostgresqlHand();
    PostgresqlHand(const PostgresqlHand&) = delete;
    PostgresqlHand& operator=(const PostgresqlHand&) = delete;

    /// The destructor ends a transaction that fails.
    template <class Work>
    void transaction(Work&& work) {
        run("BEGIN");
        work();
        run("COMMIT");
    }
    Added add(std::int64_t user, const Objects& objects);
    Videos all(std::int64_t user);

private:
    class Result;

    void run(const char* sql);
    Result execute(const char* sql);
    void prepare(const char* name, const std::string& sql, std::initializer_list<unsigned> types);
    Result execute_prepared(const char* name, int count, const char* const* values, const int* lengths);
    void check(bool good);
    void read_content_types();
    void prepare_selects();
    void read_links(std::int64_t user, LinkedVideos& linked);
    void read_videos(LinkedVideos& linked);
    std::size_t model_of(int content_type) const;

    Layout layout_;
    pg_conn* connection_ = nullptr;
    bool insert_is_prepared_ = false;
    bool selects_are_prepared_ = false;
    int content_types_[model_count] = {};
};

}  // namespace benchmark::c_api
