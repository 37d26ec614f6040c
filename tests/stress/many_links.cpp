#include "stress/many_links.hpp"

namespace gm2m::test {

void insert_many_movies(const ScratchDatabase& scratch) {
    const std::string last = std::to_string(many_links);
    scratch.sql("INSERT INTO cinema_user (name) VALUES ('Me')");
    scratch.sql(
        "INSERT INTO cinema_movie (title) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        last + ") SELECT 'movie' FROM n");
}

void link_many_movies(Database& db, const ScratchDatabase& scratch) {
    const int content_type = db.content_types().get_for_model("cinema.Movie").id;
    scratch.sql("INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) SELECT 1, " +
                std::to_string(content_type) + ", CAST(id AS text) FROM cinema_movie");
}

}  // namespace gm2m::test
