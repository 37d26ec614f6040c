#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <unordered_set>

#include "c_api/sqlite_hand.hpp"

namespace benchmark::c_api {

// A seek per user and per object is faster than one statement over a list of them, within a transaction: outside of one
// each statement would lock the file and look whether it has changed.
SqliteHand::UsersWithVideos SqliteHand::users_with_videos(std::int64_t last) {
    UsersWithVideos all;
    execute("BEGIN");
    const Statement users = prepare("SELECT id, name FROM cinema_user WHERE id <= ?1 ORDER BY id");
    check(sqlite3_bind_int64(users.get(), 1, last));
    while (sqlite3_step(users.get()) == SQLITE_ROW)
        all.owners.push_back({sqlite3_column_int64(users.get(), 0), text_of(users.get(), 1)});

    const bool compact = layout_ == Layout::compact;
    const Statement links = prepare(std::string("SELECT gm2m_ct_id, gm2m_pk, ") + (compact ? "0" : "id") +
                                    " FROM cinema_user_preferred_videos WHERE gm2m_src_id = ?1" +
                                    (compact ? " ORDER BY gm2m_ct_id, gm2m_pk" : ""));
    LinkedKeys keys;
    OwnLinks own;
    all.ends.reserve(all.owners.size());
    for (const User& user : all.owners) {
        check(sqlite3_bind_int64(links.get(), 1, user.id));
        while (sqlite3_step(links.get()) == SQLITE_ROW) {
            const std::size_t model = model_of(sqlite3_column_int(links.get(), 0));
            if (model < model_count)
                own.push(sqlite3_column_int64(links.get(), 2),
                         keys.number({model, sqlite3_column_int64(links.get(), 1)}));
        }
        check(sqlite3_reset(links.get()));
        own.take(all, compact);
    }
    load_videos(keys, all.linked);
    execute("COMMIT");
    all.drop_missing([](const AnyVideo& video) { return key_of(video).id == 0; });
    return all;
}

void SqliteHand::load_videos(const LinkedKeys& keys, std::vector<AnyVideo>& videos) {
    videos.resize(keys.count());
    for (std::size_t model = 0; model < model_count; ++model) {
        const Statement select =
            prepare("SELECT title FROM cinema_" + std::string(model_names[model]) + " WHERE id = ?1");
        const std::vector<std::int64_t>& ids = keys.keys(model);
        // In the order of the table: each of its pages is read once.
        std::vector<std::uint32_t> order(ids.size());
        std::iota(order.begin(), order.end(), 0);
        std::ranges::sort(order, {}, [&](std::uint32_t i) { return ids[i]; });
        for (const std::uint32_t i : order) {
            check(sqlite3_bind_int64(select.get(), 1, ids[i]));
            if (sqlite3_step(select.get()) == SQLITE_ROW)
                videos[keys.number(model, i)] = make_video(model, {ids[i], text_of(select.get(), 0)});
            check(sqlite3_reset(select.get()));
        }
    }
}

SqliteHand::OperasWithUsers SqliteHand::operas_with_users() {
    OperasWithUsers all;
    execute("BEGIN");
    const Statement operas = prepare("SELECT id, title FROM cinema_opera ORDER BY id");
    while (sqlite3_step(operas.get()) == SQLITE_ROW)
        all.owners.push_back({{sqlite3_column_int64(operas.get(), 0), text_of(operas.get(), 1)}});

    const bool compact = layout_ == Layout::compact;
    const Statement links = prepare(std::string("SELECT gm2m_src_id, ") + (compact ? "0" : "id") +
                                    " FROM cinema_user_preferred_videos WHERE gm2m_ct_id = ?1 AND gm2m_pk = ?2" +
                                    (compact ? " ORDER BY gm2m_src_id" : ""));
    check(sqlite3_bind_int(links.get(), 1, content_types_[2]));
    KeyNumbers users;
    OwnLinks own;
    all.ends.reserve(all.owners.size());
    for (const Opera& opera : all.owners) {
        char text[20];
        const auto end = std::to_chars(text, text + sizeof text, opera.id).ptr;
        check(sqlite3_bind_text(links.get(), 2, text, static_cast<int>(end - text), SQLITE_STATIC));
        while (sqlite3_step(links.get()) == SQLITE_ROW)
            own.push(sqlite3_column_int64(links.get(), 1), users.number(sqlite3_column_int64(links.get(), 0)));
        check(sqlite3_reset(links.get()));
        own.take(all, compact);
    }
    load_users(users.keys(), all.linked);
    execute("COMMIT");
    all.drop_missing([](const User& user) { return user.id == 0; });
    return all;
}

void SqliteHand::load_users(const std::vector<std::int64_t>& keys, std::vector<User>& users) {
    users.resize(keys.size());
    const Statement select = prepare("SELECT name FROM cinema_user WHERE id = ?1");
    for (std::size_t i = 0; i < keys.size(); ++i) {
        check(sqlite3_bind_int64(select.get(), 1, keys[i]));
        if (sqlite3_step(select.get()) == SQLITE_ROW)
            users[i] = {keys[i], text_of(select.get(), 0)};
        check(sqlite3_reset(select.get()));
    }
}

SqliteHand::Users SqliteHand::users_of_movie(std::int64_t movie) {
    const bool compact = layout_ == Layout::compact;
    sqlite3_stmt* select = prepared(select_users_, std::string("SELECT u.id, u.name FROM cinema_user_preferred_videos "
                                                               "AS l CROSS JOIN cinema_user AS u ON u.id = "
                                                               "l.gm2m_src_id WHERE l.gm2m_ct_id = ?1 AND "
                                                               "l.gm2m_pk = ?2 ORDER BY ") +
                                                       (compact ? "l.gm2m_src_id" : "l.id"));
    char text[20];
    const auto end = std::to_chars(text, text + sizeof text, movie).ptr;
    check(sqlite3_bind_int(select, 1, content_types_[0]));
    check(sqlite3_bind_text(select, 2, text, static_cast<int>(end - text), SQLITE_STATIC));
    Users users;
    while (sqlite3_step(select) == SQLITE_ROW)
        users.push_back({sqlite3_column_int64(select, 0), text_of(select, 1)});
    check(sqlite3_reset(select));
    return users;
}

SqliteHand::Movies SqliteHand::movies_of_users_named(const std::string& name) {
    sqlite3_stmt* select =
        prepared(select_movies_,
                 "SELECT id, title FROM cinema_movie WHERE id IN (SELECT l.gm2m_pk FROM cinema_user AS u CROSS JOIN "
                 "cinema_user_preferred_videos AS l ON l.gm2m_src_id = u.id WHERE u.name = ?1 AND l.gm2m_ct_id = ?2)");
    check(sqlite3_bind_text(select, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC));
    check(sqlite3_bind_int(select, 2, content_types_[0]));
    Movies movies;
    while (sqlite3_step(select) == SQLITE_ROW)
        movies.push_back({{sqlite3_column_int64(select, 0), text_of(select, 1)}});
    check(sqlite3_reset(select));
    return movies;
}

SqliteHand::Changes SqliteHand::set(std::int64_t user, const Objects& objects) {
    Changes changes;
    transaction([&] { change_links(user, objects, changes); });
    return changes;
}

// Nobody else writes meanwhile, so that the difference can be made here.
void SqliteHand::change_links(std::int64_t user, const Objects& objects, Changes& changes) {
    struct Hash {
        std::size_t operator()(Key key) const { return static_cast<std::size_t>(key.id) * model_count + key.model; }
    };
    std::unordered_set<Key, Hash> missing;
    missing.reserve(objects.size());
    for (const AnyVideo* video : objects)
        missing.insert(key_of(*video));

    const bool compact = layout_ == Layout::compact;
    std::vector<std::int64_t> gone;  // the ids of the links; compact: their content types
    const Statement links = prepare(std::string("SELECT gm2m_ct_id, gm2m_pk, ") + (compact ? "gm2m_ct_id" : "id") +
                                    " FROM cinema_user_preferred_videos WHERE gm2m_src_id = ?1");
    check(sqlite3_bind_int64(links.get(), 1, user));
    while (sqlite3_step(links.get()) == SQLITE_ROW) {
        const Key key{model_of(sqlite3_column_int(links.get(), 0)), sqlite3_column_int64(links.get(), 1)};
        if (missing.erase(key) > 0)
            continue;
        changes.removed.push_back(key);
        gone.push_back(sqlite3_column_int64(links.get(), 2));
    }
    check(sqlite3_reset(links.get()));

    delete_links(user, gone, changes.removed);
    Objects added;
    for (const AnyVideo* video : objects)
        if (missing.contains(key_of(*video)))
            added.push_back(video);
    insert_links(user, added, changes.added);
}

void SqliteHand::delete_links(std::int64_t user, const std::vector<std::int64_t>& gone, const std::vector<Key>& keys) {
    const bool compact = layout_ == Layout::compact;
    const Statement remove = prepare(std::string("DELETE FROM cinema_user_preferred_videos WHERE ") +
                                     (compact ? "gm2m_ct_id = ?1 AND gm2m_src_id = ?2 AND gm2m_pk = ?3" : "id = ?1"));
    if (compact)
        check(sqlite3_bind_int64(remove.get(), 2, user));
    for (std::size_t i = 0; i < gone.size(); ++i) {
        char text[20];
        const auto end = std::to_chars(text, text + sizeof text, keys[i].id).ptr;
        check(sqlite3_bind_int64(remove.get(), 1, gone[i]));
        if (compact)
            check(sqlite3_bind_text(remove.get(), 3, text, static_cast<int>(end - text), SQLITE_STATIC));
        sqlite3_step(remove.get());
        check(sqlite3_reset(remove.get()));
    }
}

}  // namespace benchmark::c_api
