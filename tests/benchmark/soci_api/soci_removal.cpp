#include "soci_api/soci_hand.hpp"

// How the SOCI hands delete objects with their links: in the order of the C API hand on PostgreSQL.
namespace benchmark::soci_api {

SociHand::Removal::Removal(soci::session& session, int content_type_)
    : content_type(content_type_),
      row((session.prepare << "DELETE FROM cinema_movie WHERE id = :id", soci::use(id))),
      links((session.prepare << "DELETE FROM cinema_user_preferred_videos WHERE gm2m_ct_id = :ct AND gm2m_pk = :pk",
             soci::use(content_type), soci::use(text))) {}

SociHand::Removed SociHand::remove_movie(std::int64_t movie) {
    if (!removal_)
        removal_.emplace(session_, content_types_[0]);
    removal_->id = movie;
    removal_->text = std::to_string(movie);
    Removed removed;
    removal_->row.execute(true);
    removed.rows = static_cast<std::size_t>(removal_->row.get_affected_rows());
    if (removed.rows == 0)
        return removed;  // if there is another movie with its key by now, that one keeps its links
    removal_->links.execute(true);
    removed.links = static_cast<std::size_t>(removal_->links.get_affected_rows());
    return removed;
}

std::vector<std::int64_t> SociHand::keys_of(const std::string& sql, std::int64_t bound) {
    std::vector<std::int64_t> keys;
    std::vector<long long> ids(rows_at_once);
    const long long value = bound;
    soci::statement select = (session_.prepare << sql, soci::use(value), soci::into(ids));
    select.execute();
    while (select.fetch())
        keys.insert(keys.end(), ids.begin(), ids.end());
    return keys;
}

std::size_t SociHand::remove_by_keys(const std::string& sql, const std::string& list) {
    soci::statement remove = (session_.prepare << sql, soci::use(list, "keys"));
    remove.execute(true);
    return static_cast<std::size_t>(remove.get_affected_rows());
}

SociHand::Removed SociHand::remove_movies_after(std::int64_t movie) {
    soci::transaction transaction(session_);
    const std::vector<std::int64_t> keys = keys_of("DELETE FROM cinema_movie WHERE id > :id RETURNING id", movie);
    Removed removed;
    removed.rows = keys.size();
    removed.links = remove_by_keys("DELETE FROM cinema_user_preferred_videos WHERE gm2m_ct_id = " +
                                       std::to_string(content_types_[0]) + " AND gm2m_pk IN " + syntax_.texts,
                                   list_of(keys, "\""));
    transaction.commit();
    return removed;
}

SociHand::Removed SociHand::remove_users_up_to(std::int64_t user) {
    soci::transaction transaction(session_);
    const std::string list =
        list_of(keys_of(std::string("SELECT id FROM cinema_user WHERE id <= :id ORDER BY id") + syntax_.lock, user));
    Removed removed;
    removed.links = remove_by_keys(
        std::string("DELETE FROM cinema_user_preferred_videos WHERE gm2m_src_id IN ") + syntax_.integers, list);
    removed.rows = remove_by_keys(std::string("DELETE FROM cinema_user WHERE id IN ") + syntax_.integers, list);
    transaction.commit();
    return removed;
}

}  // namespace benchmark::soci_api
