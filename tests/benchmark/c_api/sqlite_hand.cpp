#include "c_api/sqlite_hand.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace benchmark::c_api {

std::string text_of(sqlite3_stmt* statement, int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

SqliteHand::SqliteHand(const Address& address) : layout_(address.layout) {
    if (sqlite3_open(address.location.c_str(), &connection_) != SQLITE_OK)
        throw std::runtime_error("cannot open " + address.location);
    execute("PRAGMA foreign_keys = ON");
    sqlite3_busy_timeout(connection_, 10'000);
    read_content_types();
}

SqliteHand::~SqliteHand() {
    for (sqlite3_stmt* insert : insert_)
        sqlite3_finalize(insert);
    for (sqlite3_stmt* select : select_)
        sqlite3_finalize(select);
    sqlite3_finalize(select_users_);
    sqlite3_finalize(select_movies_);
    sqlite3_finalize(delete_links_);
    sqlite3_finalize(delete_movie_);
    sqlite3_close(connection_);
}

SqliteHand::Added SqliteHand::add(std::int64_t user, const Objects& objects) {
    Added added;
    added.reserve(objects.size());
    if (sqlite3_get_autocommit(connection_))
        transaction([&] { insert_links(user, objects, added); });
    else
        insert_links(user, objects, added);
    return added;
}

// The key of an object that is gone is NULL, which the table refuses; the column makes a text of a number.
void SqliteHand::insert_links(std::int64_t user, const Objects& objects, Added& added) {
    for (std::size_t model = 0; model < model_count; ++model) {
        sqlite3_stmt* insert =
            prepared(insert_[model],
                     "INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) VALUES (?1, ?2, "
                     "(SELECT id FROM cinema_" +
                         std::string(model_names[model]) +
                         " WHERE id = ?3)) ON CONFLICT (gm2m_src_id, gm2m_ct_id, gm2m_pk) DO NOTHING");
        check(sqlite3_bind_int64(insert, 1, user));
        check(sqlite3_bind_int(insert, 2, content_types_[model]));
    }
    for (const AnyVideo* video : objects) {
        const Key key = key_of(*video);
        sqlite3_stmt* insert = insert_[key.model];
        check(sqlite3_bind_int64(insert, 3, key.id));
        sqlite3_step(insert);
        check(sqlite3_reset(insert));  // says how the step went
        if (sqlite3_changes(connection_) > 0)
            added.push_back(key);
    }
}

// A statement per model reads the links from the unique index and seeks each object; sorting the links here is faster
// than having SQLite do it. A key as text equals an integer key as a number, and none if it is no number.
SqliteHand::Videos SqliteHand::all(std::int64_t user) {
    if (layout_ == Layout::compact) {
        Videos videos;
        read_videos(user, [&](std::int64_t, AnyVideo&& video) { videos.push_back(std::move(video)); });
        return videos;
    }
    OrderedVideos videos;
    read_videos(user, [&](std::int64_t link, AnyVideo&& video) { videos.push(link, std::move(video)); });
    return videos.take();
}

template <class Take>
void SqliteHand::read_videos(std::int64_t user, Take&& take) {
    const bool compact = layout_ == Layout::compact;
    for (std::size_t model = 0; model < model_count; ++model) {
        std::string sql = compact ? "SELECT t.id, t.title, 0 " : "SELECT t.id, t.title, l.id ";
        sql += "FROM cinema_user_preferred_videos AS l CROSS JOIN cinema_";
        sql += model_names[model];
        sql += " AS t ON t.id = l.gm2m_pk WHERE l.gm2m_src_id = ?1 AND l.gm2m_ct_id = ?2";
        sql += compact ? " ORDER BY l.gm2m_pk" : "";
        sqlite3_stmt* select = prepared(select_[model], sql);
        check(sqlite3_bind_int64(select, 1, user));
        check(sqlite3_bind_int(select, 2, content_types_[model]));
        while (sqlite3_step(select) == SQLITE_ROW)
            take(sqlite3_column_int64(select, 2),
                 make_video(model, {sqlite3_column_int64(select, 0), text_of(select, 1)}));
        check(sqlite3_reset(select));
    }
}

void SqliteHand::read_content_types() {
    sqlite3_stmt* select = nullptr;
    prepared(select, "SELECT id, model FROM gm2m_content_type WHERE app_label = 'cinema'");
    while (sqlite3_step(select) == SQLITE_ROW)
        for (std::size_t model = 0; model < model_count; ++model)
            if (text_of(select, 1) == model_names[model])
                content_types_[model] = sqlite3_column_int(select, 0);
    check(sqlite3_finalize(select));
}

sqlite3_stmt* SqliteHand::prepared(sqlite3_stmt*& statement, const std::string& sql) {
    if (!statement)
        check(sqlite3_prepare_v3(connection_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
}

SqliteHand::Statement SqliteHand::prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr));
    return {statement, sqlite3_finalize};
}

std::size_t SqliteHand::model_of(int content_type) const {
    std::size_t model = 0;
    while (model < model_count && content_types_[model] != content_type)
        ++model;
    return model;
}

void SqliteHand::execute(const char* sql) {
    check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr));
}

void SqliteHand::roll_back() noexcept {
    sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteHand::check(int result) {
    if (result != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(connection_));
}

}  // namespace benchmark::c_api
