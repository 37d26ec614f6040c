#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "c_api/binary_array.hpp"
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
    Changes set(std::int64_t user, const Objects& objects);
    UsersWithVideos users_with_videos(std::int64_t last);
    OperasWithUsers operas_with_users();
    Users users_of_movie(std::int64_t movie);
    Movies movies_of_users_named(const std::string& name);
    Removed remove_movie(std::int64_t movie);
    Removed remove_movies_after(std::int64_t movie);
    Removed remove_users_up_to(std::int64_t user);

private:
    /// What went wrong is thrown.
    class Result {
    public:
        Result(pg_conn* connection, pg_result* result);
        int rows() const;
        /// Rows that a statement has changed.
        std::size_t changed() const;
        std::string_view text(int row, int column) const;
        std::int32_t integer(int row, int column) const;
        std::int64_t big_integer(int row, int column) const;

    private:
        std::unique_ptr<pg_result, void (*)(pg_result*)> result_;
    };

    void run(const char* sql);
    Result execute(const char* sql);
    /// A statement that is executed many times; prepared at its first use.
    void prepare(const char* name, const std::string& sql, const Parameters& parameters);
    Result execute_prepared(const char* name, const std::string& sql, const Parameters& parameters);
    /// Once only.
    Result query(const std::string& sql, const Parameters& parameters);
    /// Sends all the statements, calls `take` with each result in turn; one round trip and one transaction.
    struct Sent {
        std::string sql;
        Parameters parameters;
        const char* name = nullptr;  // of a statement that is executed many times; prepared at its first use
    };
    void pipeline(const std::vector<Sent>& statements, const std::function<void(std::size_t, const Result&)>& take);
    /// Calls `take` with each row as it arrives, so that the whole result is never held.
    void stream(const std::string& sql, const Parameters& parameters, const std::function<void(const Result&)>& take);
    void end_pipeline();
    void check(bool good);
    void read_content_types();
    void read_links(std::int64_t user, LinkedVideos& linked);
    void read_videos(LinkedVideos& linked);
    void read_own_links(UsersWithVideos& all, LinkedKeys& keys);
    void load_videos(const LinkedKeys& keys, std::vector<AnyVideo>& videos);
    void load_users(const std::vector<std::int64_t>& keys, std::vector<User>& users);
    Parameters link_parameters(std::int64_t user, const Objects& objects) const;
    Key key_in(const Result& result, int row) const;
    std::size_t model_of(int content_type) const;

    Layout layout_;
    pg_conn* connection_ = nullptr;
    std::set<std::string_view> prepared_;
    int content_types_[model_count] = {};
};

}  // namespace benchmark::c_api
