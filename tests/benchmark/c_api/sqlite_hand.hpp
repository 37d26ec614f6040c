#pragma once

#include <cstdint>
#include <string>

#include "plain_hand.hpp"
#include "stage.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace benchmark::c_api {

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

private:
    void execute(const char* sql);
    void roll_back() noexcept;
    void check(int result);
    sqlite3_stmt* prepared(sqlite3_stmt*& statement, const std::string& sql);
    void read_content_types();
    void insert_links(std::int64_t user, const Objects& objects, Added& added);
    /// Calls `take(link id, object)`; in the compact layout, in the order of all().
    template <class Take>
    void read_videos(std::int64_t user, Take&& take);

    Layout layout_;
    sqlite3* connection_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* select_[model_count] = {};  // model by model
    int content_types_[model_count] = {};
};

}  // namespace benchmark::c_api
