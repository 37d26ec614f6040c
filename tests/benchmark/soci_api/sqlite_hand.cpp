#include "soci_api/sqlite_hand.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <set>

namespace benchmark::soci_api {

constexpr Syntax syntax{'[', ']', "(SELECT value FROM json_each(:keys))", "(SELECT value FROM json_each(:keys))",
                        "gm2m_pk", ""};

SqliteHand::SqliteHand(const Address& address) : SociHand(address, soci::sqlite3, "db=" + address.location, syntax) {
    session_ << "PRAGMA foreign_keys = ON";
    session_ << "PRAGMA busy_timeout = 10000";
}

SqliteHand::Added SqliteHand::add(std::int64_t user, const Objects& objects) {
    Added added;
    added.reserve(objects.size());
    if (in_transaction_)
        insert_links(user, objects, added);
    else
        transaction([&] { insert_links(user, objects, added); });
    return added;
}

// As in the C API hand.
SqliteHand::Insert::Insert(soci::session& session, std::size_t model, int content_type_)
    : content_type(content_type_),
      statement(
          (session.prepare << "INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) VALUES "
                              "(:src, :ct, (SELECT id FROM cinema_"
                           << model_names[model]
                           << " WHERE id = :id)) ON CONFLICT (gm2m_src_id, gm2m_ct_id, gm2m_pk) DO NOTHING",
           soci::use(user), soci::use(content_type), soci::use(id))) {}

// Vectors in use() would not tell which links are new.
void SqliteHand::insert_links(std::int64_t user, const Objects& objects, Added& added) {
    for (const AnyVideo* video : objects) {
        const Key key = key_of(*video);
        std::optional<Insert>& insert = insert_[key.model];
        if (!insert)
            insert.emplace(session_, key.model, content_types_[key.model]);
        insert->user = user;
        insert->id = key.id;
        insert->statement.execute(true);
        if (insert->statement.get_affected_rows() > 0)
            added.push_back(key);
    }
}

// The statements of the C API hand.
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
    const long long source = user;
    std::vector<long long> ids(rows_at_once), links(rows_at_once);
    std::vector<std::string> titles(rows_at_once);
    for (std::size_t model = 0; model < model_count; ++model) {
        soci::statement select =
            (session_.prepare << "SELECT t.id, t.title, " << (compact ? "0" : "l.id")
                              << " FROM cinema_user_preferred_videos AS l CROSS JOIN cinema_" << model_names[model]
                              << " AS t ON t.id = l.gm2m_pk WHERE l.gm2m_src_id = :src AND l.gm2m_ct_id = :ct"
                              << (compact ? " ORDER BY l.gm2m_pk" : ""),
             soci::use(source), soci::use(content_types_[model]), soci::into(ids), soci::into(titles),
             soci::into(links));
        select.execute();
        while (select.fetch()) {
            for (std::size_t i = 0; i < ids.size(); ++i)
                take(links[i], make_video(model, {ids[i], std::move(titles[i])}));
        }
        for (auto* numbers : {&ids, &links})
            numbers->resize(rows_at_once);
        titles.resize(rows_at_once);
    }
}

SqliteHand::Changes SqliteHand::set(std::int64_t user, const Objects& objects) {
    Changes changes;
    transaction([&] { change_links(user, objects, changes); });
    return changes;
}

// Nobody else writes meanwhile, so that the difference can be made here.
void SqliteHand::change_links(std::int64_t user, const Objects& objects, Changes& changes) {
    std::set<Key> missing;
    for (const AnyVideo* video : objects)
        missing.insert(key_of(*video));

    const long long source = user;
    std::vector<int> content_types(rows_at_once), gone_content_types;
    std::vector<std::string> keys(rows_at_once), gone_keys;
    soci::statement select = (session_.prepare << "SELECT gm2m_ct_id, gm2m_pk FROM cinema_user_preferred_videos WHERE "
                                                  "gm2m_src_id = :src",
                              soci::use(source), soci::into(content_types), soci::into(keys));
    select.execute();
    while (select.fetch())
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const Key key{model_of(content_types[i]), std::stoll(keys[i])};
            if (missing.erase(key) > 0)
                continue;
            changes.removed.push_back(key);
            gone_content_types.push_back(content_types[i]);
            gone_keys.push_back(std::move(keys[i]));
        }
    if (!gone_keys.empty()) {
        const std::vector<long long> sources(gone_keys.size(), source);
        session_ << "DELETE FROM cinema_user_preferred_videos WHERE gm2m_src_id = :src AND gm2m_ct_id = :ct AND "
                    "gm2m_pk = :pk",
            soci::use(sources), soci::use(gone_content_types), soci::use(gone_keys);
    }
    Objects added;
    for (const AnyVideo* video : objects)
        if (missing.contains(key_of(*video)))
            added.push_back(video);
    insert_links(user, added, changes.added);
}

}  // namespace benchmark::soci_api
