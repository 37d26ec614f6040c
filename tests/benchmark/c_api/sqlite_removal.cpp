#include <sqlite3.h>

#include <charconv>

#include "c_api/sqlite_hand.hpp"

// How the SQLite hand deletes objects with their links.
namespace benchmark::c_api {

std::size_t SqliteHand::change(sqlite3_stmt* statement) {
    sqlite3_step(statement);
    check(sqlite3_reset(statement));  // says how the step went
    return static_cast<std::size_t>(sqlite3_changes(connection_));
}

/// Inside a transaction.
SqliteHand::Removed SqliteHand::remove_movie(std::int64_t movie) {
    sqlite3_stmt* links = prepared(
        delete_links_, "DELETE FROM cinema_user_preferred_videos WHERE gm2m_ct_id = ?1 AND gm2m_pk = ?2");
    char text[20];
    const auto end = std::to_chars(text, text + sizeof text, movie).ptr;
    check(sqlite3_bind_int(links, 1, content_types_[0]));
    check(sqlite3_bind_text(links, 2, text, static_cast<int>(end - text), SQLITE_STATIC));
    sqlite3_stmt* row = prepared(delete_movie_, "DELETE FROM cinema_movie WHERE id = ?1");
    check(sqlite3_bind_int64(row, 1, movie));
    Removed removed;
    removed.links = change(links);
    removed.rows = change(row);
    return removed;
}

SqliteHand::Removed SqliteHand::remove_movies_after(std::int64_t movie) {
    Removed removed;
    transaction([&] {
        const Statement links =
            prepare("DELETE FROM cinema_user_preferred_videos WHERE gm2m_ct_id = ?1 AND gm2m_pk IN "
                    "(SELECT CAST(id AS TEXT) FROM cinema_movie WHERE id > ?2)");
        check(sqlite3_bind_int(links.get(), 1, content_types_[0]));
        check(sqlite3_bind_int64(links.get(), 2, movie));
        const Statement rows = prepare("DELETE FROM cinema_movie WHERE id > ?1");
        check(sqlite3_bind_int64(rows.get(), 1, movie));
        removed.links = change(links.get());
        removed.rows = change(rows.get());
    });
    return removed;
}

SqliteHand::Removed SqliteHand::remove_users_up_to(std::int64_t user) {
    Removed removed;
    transaction([&] {
        const Statement links = prepare(
            "DELETE FROM cinema_user_preferred_videos WHERE gm2m_src_id IN (SELECT id FROM cinema_user WHERE id <= "
            "?1)");
        check(sqlite3_bind_int64(links.get(), 1, user));
        const Statement rows = prepare("DELETE FROM cinema_user WHERE id <= ?1");
        check(sqlite3_bind_int64(rows.get(), 1, user));
        removed.links = change(links.get());
        removed.rows = change(rows.get());
    });
    return removed;
}

}  // namespace benchmark::c_api
