#include "soci_api/postgresql_hand.hpp"

#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>

namespace benchmark::soci_api {
namespace {

// As in the C API hand.
constexpr char insert_sql[] =
    "WITH locked AS MATERIALIZED (SELECT id FROM cinema_user WHERE id = :src FOR NO KEY UPDATE), "
    "movies AS MATERIALIZED (SELECT id FROM cinema_movie WHERE id = ANY (CAST(:movies AS bigint[])) AND "
    "(SELECT count(*) FROM locked) >= 0 ORDER BY id FOR KEY SHARE), "
    "documentaries AS MATERIALIZED (SELECT id FROM cinema_documentary WHERE id = ANY (CAST(:documentaries AS "
    "bigint[])) "
    "AND (SELECT count(*) FROM movies) >= 0 ORDER BY id FOR KEY SHARE), "
    "operas AS MATERIALIZED (SELECT id FROM cinema_opera WHERE id = ANY (CAST(:operas AS bigint[])) AND "
    "(SELECT count(*) FROM documentaries) >= 0 ORDER BY id FOR KEY SHARE) "
    "INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) "
    "SELECT :src, k.ct, CASE WHEN (SELECT count(*) FROM movies) = cardinality(CAST(:movies AS bigint[])) AND "
    "(SELECT count(*) FROM documentaries) = cardinality(CAST(:documentaries AS bigint[])) AND "
    "(SELECT count(*) FROM operas) = cardinality(CAST(:operas AS bigint[])) THEN k.pk END "
    "FROM unnest(CAST(:cts AS int[]), CAST(:pks AS text[])) AS k (ct, pk) "
    "ON CONFLICT (gm2m_src_id, gm2m_ct_id, gm2m_pk) DO NOTHING RETURNING gm2m_ct_id, gm2m_pk";

// After insert_sql, which has locked the user.
constexpr char delete_others_sql[] =
    "DELETE FROM cinema_user_preferred_videos WHERE gm2m_src_id = :src AND (gm2m_ct_id, gm2m_pk) NOT IN "
    "(SELECT k.ct, k.pk FROM unnest(CAST(:cts AS int[]), CAST(:pks AS text[])) AS k (ct, pk)) "
    "RETURNING gm2m_ct_id, gm2m_pk";

constexpr Syntax syntax{'{', '}', "(SELECT unnest(CAST(:keys AS bigint[])))", "(SELECT unnest(CAST(:keys AS text[])))",
                        "CASE WHEN gm2m_pk <> '' AND ltrim(gm2m_pk, '0123456789') = '' THEN "
                        "CAST(gm2m_pk AS bigint) END",
                        " FOR UPDATE"};

}  // namespace

PostgresqlHand::PostgresqlHand(const Address& address)
    : SociHand(address, soci::postgresql, address.location, syntax) {}

PostgresqlHand::Insert::Insert(soci::session& session)
    : added_content_types(rows_at_once),
      added_keys(rows_at_once),
      statement((session.prepare << insert_sql, soci::use(user, "src"), soci::use(content_types, "cts"),
                 soci::use(keys, "pks"), soci::use(ids[0], "movies"), soci::use(ids[1], "documentaries"),
                 soci::use(ids[2], "operas"), soci::into(added_content_types), soci::into(added_keys))) {}

PostgresqlHand::Added PostgresqlHand::add(std::int64_t user, const Objects& objects) {
    if (!insert_)
        insert_.emplace(session_);
    insert_->user = user;
    std::vector<std::int64_t> content_types, keys, ids[model_count];
    for (const AnyVideo* video : objects) {
        const Key key = key_of(*video);
        content_types.push_back(content_types_[key.model]);
        keys.push_back(key.id);
        ids[key.model].push_back(key.id);
    }
    for (std::size_t model = 0; model < model_count; ++model) {
        std::ranges::sort(ids[model]);
        ids[model].erase(std::ranges::unique(ids[model]).begin(), ids[model].end());
        insert_->ids[model] = list_of(ids[model]);
    }
    insert_->content_types = list_of(content_types);
    insert_->keys = list_of(keys);

    Added added;
    added.reserve(objects.size());
    insert_->added_content_types.resize(rows_at_once);
    insert_->added_keys.resize(rows_at_once);
    insert_->statement.execute();
    while (insert_->statement.fetch())
        for (std::size_t i = 0; i < insert_->added_keys.size(); ++i)
            added.push_back({model_of(insert_->added_content_types[i]), std::stoll(insert_->added_keys[i])});
    return added;
}

PostgresqlHand::Changes PostgresqlHand::set(std::int64_t user, const Objects& objects) {
    Changes changes;
    transaction([&] {
        changes.added = add(user, objects);
        std::vector<int> content_types(rows_at_once);
        std::vector<std::string> keys(rows_at_once);
        soci::statement remove = (session_.prepare << delete_others_sql, soci::use(insert_->user, "src"),
                                  soci::use(insert_->content_types, "cts"), soci::use(insert_->keys, "pks"),
                                  soci::into(content_types), soci::into(keys));
        remove.execute();
        while (remove.fetch())
            for (std::size_t i = 0; i < keys.size(); ++i)
                changes.removed.push_back({model_of(content_types[i]), std::stoll(keys[i])});
    });
    return changes;
}

PostgresqlHand::Videos PostgresqlHand::all(std::int64_t user) {
    LinkedVideos linked;
    read_links(user, linked);
    for (std::size_t model = 0; model < model_count; ++model)
        read_videos(model, linked);
    return linked.take();
}

void PostgresqlHand::read_links(std::int64_t user, LinkedVideos& linked) {
    const long long source = user;
    std::vector<int> content_types(rows_at_once);
    std::vector<std::string> keys(rows_at_once);
    soci::statement select =
        (session_.prepare << "SELECT gm2m_ct_id, gm2m_pk FROM cinema_user_preferred_videos WHERE gm2m_src_id = :src "
                             "ORDER BY "
                          << (layout_ == Layout::compact ? "gm2m_ct_id, gm2m_pk" : "id"),
         soci::use(source), soci::into(content_types), soci::into(keys));
    select.execute();
    while (select.fetch()) {
        for (std::size_t i = 0; i < keys.size(); ++i)
            linked.push_link(model_of(content_types[i]), std::stoll(keys[i]));
    }
}

void PostgresqlHand::read_videos(std::size_t model, LinkedVideos& linked) {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < linked.count(model); ++i)
        numbers.push_back(linked.id(model, i));
    const std::string ids = list_of(numbers);
    std::vector<long long> places(rows_at_once);
    std::vector<std::string> titles(rows_at_once);
    soci::statement select =
        (session_.prepare << "SELECT k.place, t.title "
                             "FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS k (id, place) JOIN cinema_"
                          << model_names[model] << " AS t ON t.id = k.id",
         soci::use(ids), soci::into(places), soci::into(titles));
    select.execute();
    while (select.fetch()) {
        for (std::size_t i = 0; i < places.size(); ++i)
            linked.put(model, static_cast<std::size_t>(places[i]) - 1, std::move(titles[i]));
    }
}

}  // namespace benchmark::soci_api
