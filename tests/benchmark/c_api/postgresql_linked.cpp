#include <algorithm>
#include <charconv>

#include "c_api/postgresql_hand.hpp"

namespace benchmark::c_api {
namespace {

std::vector<std::int64_t> keys_of(const auto& owners) {
    std::vector<std::int64_t> keys;
    keys.reserve(owners.size());
    for (const auto& owner : owners)
        keys.push_back(owner.id);
    return keys;
}

std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

PostgresqlHand::UsersWithVideos PostgresqlHand::users_with_videos(std::int64_t last) {
    UsersWithVideos all;
    const Result users = query("SELECT id, name FROM cinema_user WHERE id <= $1 ORDER BY id", Parameters().add(last));
    all.owners.reserve(static_cast<std::size_t>(users.rows()));
    for (int row = 0; row < users.rows(); ++row)
        all.owners.push_back({users.big_integer(row, 0), std::string(users.text(row, 1))});

    LinkedKeys keys;
    read_own_links(all, keys);
    load_videos(keys, all.linked);
    all.drop_missing([](const AnyVideo& video) { return key_of(video).id == 0; });
    return all;
}

void PostgresqlHand::read_own_links(UsersWithVideos& all, LinkedKeys& keys) {
    const bool compact = layout_ == Layout::compact;
    std::vector<OwnLinks> own(all.owners.size());
    std::size_t owner = 0;
    stream(
        compact ? "SELECT gm2m_src_id, gm2m_ct_id, gm2m_pk FROM cinema_user_preferred_videos "
                  "WHERE gm2m_src_id = ANY($1) ORDER BY gm2m_src_id, gm2m_ct_id, gm2m_pk"
                : "SELECT gm2m_src_id, gm2m_ct_id, gm2m_pk, id FROM cinema_user_preferred_videos "
                  "WHERE gm2m_src_id = ANY($1)",
        Parameters().add(keys_of(all.owners)), [&](const Result& row) {
            const std::int64_t source = row.big_integer(0, 0);
            if (all.owners[owner].id != source)  // the links of one user tend to come together
                owner = static_cast<std::size_t>(std::ranges::lower_bound(all.owners, source, {}, &User::id) -
                                                 all.owners.begin());
            const std::size_t model = model_of(row.integer(0, 1));
            if (model < model_count)
                own[owner].push(compact ? 0 : row.big_integer(0, 3), keys.number({model, number_in(row.text(0, 2))}));
        });
    for (OwnLinks& links : own)
        links.take(all, compact);
}

/// One statement per model, all in one round trip.
void PostgresqlHand::load_videos(const LinkedKeys& keys, std::vector<AnyVideo>& videos) {
    videos.resize(keys.count());
    std::vector<Sent> statements;
    for (std::size_t model = 0; model < model_count; ++model)
        statements.push_back({"SELECT k.place, t.title FROM unnest($1) WITH ORDINALITY AS k (id, place) JOIN cinema_" +
                                  std::string(model_names[model]) + " AS t ON t.id = k.id",
                              Parameters().add(keys.keys(model))});
    pipeline(statements, [&](std::size_t model, const Result& result) {
        for (int row = 0; row < result.rows(); ++row) {
            const auto i = static_cast<std::size_t>(result.big_integer(row, 0)) - 1;
            videos[keys.number(model, i)] = make_video(model, {keys.keys(model)[i], std::string(result.text(row, 1))});
        }
    });
}

PostgresqlHand::OperasWithUsers PostgresqlHand::operas_with_users() {
    OperasWithUsers all;
    const Result operas = query("SELECT id, title FROM cinema_opera ORDER BY id", {});
    BinaryArray texts(text_oid, static_cast<std::size_t>(operas.rows()));
    for (int row = 0; row < operas.rows(); ++row) {
        all.owners.push_back({{operas.big_integer(row, 0), std::string(operas.text(row, 1))}});
        texts.push(std::string_view(std::to_string(all.owners.back().id)));
    }
    KeyNumbers users;
    std::vector<OwnLinks> own(all.owners.size());
    // A join: to plan "= ANY" of many texts takes longer than to execute it.
    stream(std::string("SELECT k.place, l.gm2m_src_id, l.") + (layout_ == Layout::compact ? "gm2m_src_id" : "id") +
               " FROM unnest($2) WITH ORDINALITY AS k (pk, place) JOIN cinema_user_preferred_videos AS l ON "
               "l.gm2m_ct_id = $1 AND l.gm2m_pk = k.pk",
           Parameters().add(content_types_[2]).add(text_array_oid, std::move(texts)), [&](const Result& row) {
               own[static_cast<std::size_t>(row.big_integer(0, 0)) - 1].push(row.big_integer(0, 2),
                                                                             users.number(row.big_integer(0, 1)));
           });
    for (OwnLinks& links : own)
        links.take(all, false);
    load_users(users.keys(), all.linked);
    all.drop_missing([](const User& user) { return user.id == 0; });
    return all;
}

void PostgresqlHand::load_users(const std::vector<std::int64_t>& keys, std::vector<User>& users) {
    users.resize(keys.size());
    const Result result = query(
        "SELECT k.place, t.name FROM unnest($1) WITH ORDINALITY AS k (id, place) JOIN "
        "cinema_user AS t ON t.id = k.id",
        Parameters().add(keys));
    for (int row = 0; row < result.rows(); ++row) {
        const auto i = static_cast<std::size_t>(result.big_integer(row, 0)) - 1;
        users[i] = {keys[i], std::string(result.text(row, 1))};
    }
}

PostgresqlHand::Users PostgresqlHand::users_of_movie(std::int64_t movie) {
    const Result result = execute_prepared(
        "users_of_movie",
        // OFFSET 0 keeps the planner from reading all users and joining them: there are but a few to seek.
        std::string("SELECT u.id, u.name FROM cinema_user_preferred_videos AS l CROSS JOIN LATERAL (SELECT * FROM "
                    "cinema_user WHERE id = l.gm2m_src_id OFFSET 0) AS u WHERE l.gm2m_ct_id = $1 AND l.gm2m_pk = $2 "
                    "ORDER BY ") +
            (layout_ == Layout::compact ? "l.gm2m_src_id" : "l.id"),
        Parameters().add(content_types_[0]).add(std::to_string(movie)));
    Users users;
    users.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row)
        users.push_back({result.big_integer(row, 0), std::string(result.text(row, 1))});
    return users;
}

PostgresqlHand::Movies PostgresqlHand::movies_of_users_named(const std::string& name) {
    const Result result = execute_prepared(
        "movies_of_users_named",
        // A key that is no number leads nowhere, and is no error; the column holds none that is too large.
        "SELECT id, title FROM cinema_movie WHERE id IN (SELECT CASE WHEN l.gm2m_pk <> '' AND "
        "ltrim(l.gm2m_pk, '0123456789') = '' THEN l.gm2m_pk::bigint END FROM cinema_user AS u JOIN "
        "cinema_user_preferred_videos AS l ON l.gm2m_src_id = u.id WHERE u.name = $1 AND l.gm2m_ct_id = $2)",
        Parameters().add(name).add(content_types_[0]));
    Movies movies;
    movies.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row)
        movies.push_back({{result.big_integer(row, 0), std::string(result.text(row, 1))}});
    return movies;
}

}  // namespace benchmark::c_api
