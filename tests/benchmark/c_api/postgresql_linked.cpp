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
    const Result users =
        query("SELECT id, name FROM cinema_user WHERE id <= $1 ORDER BY id", Parameters().add(last));
    all.owners.reserve(static_cast<std::size_t>(users.rows()));
    for (int row = 0; row < users.rows(); ++row)
        all.owners.push_back({users.big_integer(row, 0), std::string(users.text(row, 1))});

    LinkedKeys keys;
    // An array of keys is one value on the wire and in memory.
    read_own_links(query(layout_ == Layout::compact
                             ? "SELECT gm2m_src_id, gm2m_ct_id, array_agg(gm2m_pk::text ORDER BY gm2m_pk), '{}'::bigint[] FROM "
                               "cinema_user_preferred_videos WHERE gm2m_src_id = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2"
                             : "SELECT gm2m_src_id, gm2m_ct_id, array_agg(gm2m_pk::text), array_agg(id) FROM "
                               "cinema_user_preferred_videos WHERE gm2m_src_id = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2",
                         Parameters().add(keys_of(all.owners))),
                   all, keys);
    load_videos(keys, all.linked);
    all.drop_missing([](const AnyVideo& video) { return key_of(video).id == 0; });
    return all;
}

/// Rows of (user, content type, keys, places in the order of linking), by user.
void PostgresqlHand::read_own_links(const Result& links, UsersWithVideos& all, LinkedKeys& keys) {
    OwnLinks own;
    int row = 0;
    for (const User& user : all.owners) {
        for (; row < links.rows() && links.big_integer(row, 0) == user.id; ++row) {
            const std::size_t model = model_of(links.integer(row, 1));
            if (model == model_count)
                continue;
            ArrayReader texts(links.text(row, 2)), orders(links.text(row, 3));
            while (texts.more())
                own.push(orders.more() ? read_integer<std::int64_t>(orders.next().data()) : 0,
                         keys.number({model, number_in(texts.next())}));
        }
        own.take(all, layout_ == Layout::compact);
    }
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
    const bool compact = layout_ == Layout::compact;
    // The place of an opera in the list; its links, in their order.
    const Result links = query(
        std::string("SELECT k.place, array_agg(l.gm2m_src_id ORDER BY ") + (compact ? "l.gm2m_src_id" : "l.id") +
            ") FROM unnest($2) WITH ORDINALITY AS k (pk, place) JOIN cinema_user_preferred_videos AS l ON "
            "l.gm2m_pk = k.pk AND l.gm2m_ct_id = $1 GROUP BY 1 ORDER BY 1",
        Parameters().add(content_types_[2]).add(text_array_oid, std::move(texts)));
    KeyNumbers users;
    OwnLinks own;
    int row = 0;
    for (std::size_t i = 0; i < all.owners.size(); ++i) {
        if (row < links.rows() && links.big_integer(row, 0) == static_cast<std::int64_t>(i) + 1)
            for (ArrayReader sources(links.text(row++, 1)); sources.more();)
                own.push(0, users.number(read_integer<std::int64_t>(sources.next().data())));
        own.take(all, true);
    }
    load_users(users.keys(), all.linked);
    all.drop_missing([](const User& user) { return user.id == 0; });
    return all;
}

void PostgresqlHand::load_users(const std::vector<std::int64_t>& keys, std::vector<User>& users) {
    users.resize(keys.size());
    const Result result = query("SELECT k.place, t.name FROM unnest($1) WITH ORDINALITY AS k (id, place) JOIN "
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
        std::string("SELECT u.id, u.name FROM cinema_user_preferred_videos AS l JOIN cinema_user AS u ON u.id = "
                    "l.gm2m_src_id WHERE l.gm2m_ct_id = $1 AND l.gm2m_pk = $2 ORDER BY ") +
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
        "SELECT id, title FROM cinema_movie WHERE id IN (SELECT l.gm2m_pk::bigint FROM cinema_user AS u JOIN "
        "cinema_user_preferred_videos AS l ON l.gm2m_src_id = u.id WHERE u.name = $1 AND l.gm2m_ct_id = $2)",
        Parameters().add(name).add(content_types_[0]));
    Movies movies;
    movies.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row)
        movies.push_back({{result.big_integer(row, 0), std::string(result.text(row, 1))}});
    return movies;
}

}  // namespace benchmark::c_api
