#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "plain_hand.hpp"
#include "stage.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace benchmark::c_api {

std::string text_of(sqlite3_stmt* statement, int column);

class SqliteHand : public PlainHand {
public:
    explicit SqliteHand(const Address& address);
    ~SqliteHand();
    SqliteHand(const SqliteHand&) = delete;
    SqliteHand& operator=(const SqliteHand&) = delete;

    template <class Work>
    void transaction(Work&& work) {
        execute("BEGIN IMMEDIATE");
        try {
            work();
            execute("COMMIT");
        } catch (...) {
            roll_back();
            throw;
        }
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
    /// Finalized in the end.
    using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

    void execute(const char* sql);
    void roll_back() noexcept;
    void check(int result);
    /// The statement, for good.
    sqlite3_stmt* prepared(sqlite3_stmt*& statement, const std::string& sql);
    /// Once only.
    Statement prepare(const std::string& sql);
    void read_content_types();
    void insert_links(std::int64_t user, const Objects& objects, Added& added);
    /// Calls `take(link id, object)`; in the compact layout, in the order of all().
    template <class Take>
    void read_videos(std::int64_t user, Take&& take);
    void load_videos(const LinkedKeys& keys, std::vector<AnyVideo>& videos);
    void load_users(const std::vector<std::int64_t>& keys, std::vector<User>& users);
    void change_links(std::int64_t user, const Objects& objects, Changes& changes);
    void delete_links(std::int64_t user, const std::vector<std::int64_t>& gone, const std::vector<Key>& keys);
    /// Executes it; how many rows it has changed.
    std::size_t change(sqlite3_stmt* statement);
    std::size_t model_of(int content_type) const;

    Layout layout_;
    sqlite3* connection_ = nullptr;
    sqlite3_stmt* insert_[model_count] = {};  // model by model
    sqlite3_stmt* select_[model_count] = {};
    sqlite3_stmt* select_users_ = nullptr;
    sqlite3_stmt* select_movies_ = nullptr;
    sqlite3_stmt* delete_links_ = nullptr;
    sqlite3_stmt* delete_movie_ = nullptr;
    int content_types_[model_count] = {};
};

}  // namespace benchmark::c_api
