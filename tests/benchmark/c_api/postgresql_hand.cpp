#include "c_api/postgresql_hand.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace benchmark::c_api {
namespace {

// The videos are locked against deletion, always in one order; where one is gone, all keys are NULL, which the table
// refuses.
constexpr char lock_videos_sql[] =
    "movies AS MATERIALIZED (SELECT id FROM cinema_movie WHERE id = ANY ($4) AND (SELECT count(*) FROM locked) >= 0 "
    "ORDER BY id FOR KEY SHARE), "
    "documentaries AS MATERIALIZED (SELECT id FROM cinema_documentary WHERE id = ANY ($5) AND "
    "(SELECT count(*) FROM movies) >= 0 ORDER BY id FOR KEY SHARE), "
    "operas AS MATERIALIZED (SELECT id FROM cinema_opera WHERE id = ANY ($6) AND "
    "(SELECT count(*) FROM documentaries) >= 0 ORDER BY id FOR KEY SHARE) "
    "INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) "
    "SELECT $1, k.ct, CASE WHEN (SELECT count(*) FROM movies) = cardinality($4) AND "
    "(SELECT count(*) FROM documentaries) = cardinality($5) AND (SELECT count(*) FROM operas) = cardinality($6) "
    "THEN k.pk END FROM unnest($2, $3) AS k (ct, pk) ";

const std::string insert_sql =
    std::string("WITH locked AS MATERIALIZED (SELECT id FROM cinema_user WHERE id = $1 FOR NO KEY UPDATE), ") +
    lock_videos_sql + "ON CONFLICT (gm2m_src_id, gm2m_ct_id, gm2m_pk) DO NOTHING RETURNING gm2m_ct_id, gm2m_pk";

// set(): what follows the lock sees all that others have done before. NOT IN is hashed; to insert what is there already
// would be tried one by one.
constexpr char lock_sql[] = "SELECT 1 FROM cinema_user WHERE id = $1 FOR NO KEY UPDATE";
const std::string insert_missing_sql =
    std::string("WITH locked AS (SELECT 1), ") + lock_videos_sql +
    "WHERE (k.ct, k.pk) NOT IN "
    "(SELECT gm2m_ct_id, gm2m_pk FROM cinema_user_preferred_videos WHERE gm2m_src_id = $1) "
    "ON CONFLICT (gm2m_src_id, gm2m_ct_id, gm2m_pk) DO NOTHING RETURNING gm2m_ct_id, gm2m_pk";
constexpr char delete_others_sql[] =
    "DELETE FROM cinema_user_preferred_videos WHERE gm2m_src_id = $1 AND (gm2m_ct_id, gm2m_pk) NOT IN "
    "(SELECT k.ct, k.pk FROM unnest($2, $3) AS k (ct, pk)) RETURNING gm2m_ct_id, gm2m_pk";

}  // namespace

PostgresqlHand::PostgresqlHand(const Address& address)
    : layout_(address.layout), connection_(PQconnectdb(address.location.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK)
        throw std::runtime_error(PQerrorMessage(connection_));
    read_content_types();
}

PostgresqlHand::~PostgresqlHand() {
    PQfinish(connection_);
}

Parameters PostgresqlHand::link_parameters(std::int64_t user, const Objects& objects) const {
    BinaryArray content_types(int4_oid, objects.size());
    BinaryArray keys(text_oid, objects.size());
    std::vector<std::int64_t> ids[model_count];
    for (const AnyVideo* video : objects) {
        const Key key = key_of(*video);
        char text[20];
        const auto end = std::to_chars(text, text + sizeof text, key.id).ptr;
        content_types.push(content_types_[key.model]);
        keys.push(std::string_view(text, end));
        ids[key.model].push_back(key.id);
    }
    Parameters parameters;
    parameters.add(user).add(int4_array_oid, std::move(content_types)).add(text_array_oid, std::move(keys));
    for (std::vector<std::int64_t>& model : ids) {
        std::ranges::sort(model);
        model.erase(std::ranges::unique(model).begin(), model.end());
        parameters.add(model);
    }
    return parameters;
}

PostgresqlHand::Added PostgresqlHand::add(std::int64_t user, const Objects& objects) {
    const Result result = execute_prepared("insert", insert_sql, link_parameters(user, objects));
    Added added;
    added.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row)
        added.push_back(key_in(result, row));
    return added;
}

PostgresqlHand::Changes PostgresqlHand::set(std::int64_t user, const Objects& objects) {
    const Parameters parameters = link_parameters(user, objects);
    Changes changes;
    pipeline({{lock_sql, Parameters().add(user)}, {insert_missing_sql, parameters}, {delete_others_sql, parameters}},
             [&](std::size_t i, const Result& result) {
                 if (i == 0)
                     return;
                 std::vector<Key>& keys = i == 1 ? changes.added : changes.removed;
                 keys.reserve(static_cast<std::size_t>(result.rows()));
                 for (int row = 0; row < result.rows(); ++row)
                     keys.push_back(key_in(result, row));
             });
    return changes;
}

PostgresqlHand::Videos PostgresqlHand::all(std::int64_t user) {
    LinkedVideos linked;
    read_links(user, linked);
    read_videos(linked);
    return linked.take();
}

void PostgresqlHand::read_links(std::int64_t user, LinkedVideos& linked) {
    const Result result = query(
        std::string("SELECT gm2m_ct_id, gm2m_pk FROM cinema_user_preferred_videos WHERE gm2m_src_id = $1 ORDER BY ") +
            (layout_ == Layout::compact ? "gm2m_ct_id, gm2m_pk" : "id"),
        Parameters().add(user));
    for (int row = 0; row < result.rows(); ++row) {
        const Key key = key_in(result, row);
        linked.push_link(key.model, key.id);
    }
}

/// One statement per model, all in one round trip.
void PostgresqlHand::read_videos(LinkedVideos& linked) {
    std::vector<Sent> statements;
    for (std::size_t model = 0; model < model_count; ++model) {
        std::vector<std::int64_t> ids;
        for (std::size_t i = 0; i < linked.count(model); ++i)
            ids.push_back(linked.id(model, i));
        statements.push_back({"SELECT k.place, t.title FROM unnest($1) WITH ORDINALITY AS k (id, place) JOIN cinema_" +
                                  std::string(model_names[model]) + " AS t ON t.id = k.id",
                              Parameters().add(ids)});
    }
    pipeline(statements, [&](std::size_t model, const Result& result) {
        for (int row = 0; row < result.rows(); ++row)
            linked.put(model, static_cast<std::size_t>(result.big_integer(row, 0)) - 1,
                       std::string(result.text(row, 1)));
    });
}

/// Of a row that begins with a content type and a key.
Key PostgresqlHand::key_in(const Result& result, int row) const {
    Key key{model_of(result.integer(row, 0)), 0};
    const std::string_view text = result.text(row, 1);
    std::from_chars(text.data(), text.data() + text.size(), key.id);
    return key;
}

}  // namespace benchmark::c_api
