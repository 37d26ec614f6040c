#include <array>
#include <charconv>

#include "c_api/postgresql_hand.hpp"

// How the PostgreSQL hand deletes objects with their links: so that no link that somebody adds meanwhile is left.
namespace benchmark::c_api {
namespace {

/// The keys in the first column, as texts.
Parameters links_to(int content_type, const std::vector<std::int64_t>& keys) {
    BinaryArray texts(text_oid, keys.size());
    for (const std::int64_t key : keys) {
        char text[20];
        const auto end = std::to_chars(text, text + sizeof text, key).ptr;
        texts.push(std::string_view(text, end));
    }
    return std::move(Parameters().add(content_type).add(text_array_oid, std::move(texts)));
}

}  // namespace

// The row goes first: whoever links to it holds it, and has committed when it goes. If somebody else was faster, and
// has inserted another movie with its key, that one keeps its links.
PostgresqlHand::Removed PostgresqlHand::remove_movie(std::int64_t movie) {
    Removed removed;
    pipeline({{"DELETE FROM cinema_movie WHERE id = $1", Parameters().add(movie), "remove_movie"},
              {"DELETE FROM cinema_user_preferred_videos WHERE gm2m_ct_id = $1 AND gm2m_pk = $2 AND NOT EXISTS "
               "(SELECT 1 FROM cinema_movie WHERE id = $3)",
               Parameters().add(content_types_[0]).add(std::to_string(movie)).add(movie), "remove_links"}},
             [&](std::size_t i, const Result& result) { (i == 0 ? removed.rows : removed.links) = result.changed(); });
    return removed;
}

PostgresqlHand::Removed PostgresqlHand::remove_movies_after(std::int64_t movie) {
    Removed removed;
    transaction([&] {
        const Result rows = query("DELETE FROM cinema_movie WHERE id > $1 RETURNING id", Parameters().add(movie));
        std::vector<std::int64_t> keys;
        for (int row = 0; row < rows.rows(); ++row)
            keys.push_back(rows.big_integer(row, 0));
        removed.rows = keys.size();
        removed.links = query("DELETE FROM cinema_user_preferred_videos WHERE gm2m_ct_id = $1 AND gm2m_pk = ANY ($2)",
                              links_to(content_types_[0], keys))
                            .changed();
    });
    return removed;
}

// The links refer to the users, who are locked first and go last.
PostgresqlHand::Removed PostgresqlHand::remove_users_up_to(std::int64_t user) {
    Removed removed;
    transaction([&] {
        const Result rows =
            query("SELECT id FROM cinema_user WHERE id <= $1 ORDER BY id FOR UPDATE", Parameters().add(user));
        std::vector<std::int64_t> keys;
        for (int row = 0; row < rows.rows(); ++row)
            keys.push_back(rows.big_integer(row, 0));
        pipeline(
            {{"DELETE FROM cinema_user_preferred_videos WHERE gm2m_src_id = ANY ($1)", Parameters().add(keys)},
             {"DELETE FROM cinema_user WHERE id = ANY ($1)", Parameters().add(keys)}},
            [&](std::size_t i, const Result& result) { (i == 0 ? removed.links : removed.rows) = result.changed(); });
    });
    return removed;
}

}  // namespace benchmark::c_api
