#include "soci_api/soci_hand.hpp"

namespace benchmark::soci_api {

SociHand::SociHand(const Address& address, const soci::backend_factory& backend, const std::string& connect_string,
                   const Syntax& syntax)
    : layout_(address.layout), session_(backend, connect_string), syntax_(syntax) {
    for (std::size_t model = 0; model < model_count; ++model)
        session_ << "SELECT id FROM gm2m_content_type WHERE app_label = 'cinema' AND model = :model",
            soci::use(std::string(model_names[model])), soci::into(content_types_[model]);
}

std::size_t SociHand::model_of(int content_type) const {
    std::size_t model = 0;
    while (model < model_count && content_types_[model] != content_type)
        ++model;
    return model;
}

SociHand::UsersWithVideos SociHand::users_with_videos(std::int64_t last) {
    UsersWithVideos all;
    std::vector<std::int64_t> ids;
    long long id = last;
    std::string name;
    soci::statement users = (session_.prepare << "SELECT id, name FROM cinema_user WHERE id <= :last ORDER BY id",
                             soci::use(last), soci::into(id), soci::into(name));
    users.execute();
    while (users.fetch()) {
        ids.push_back(id);
        all.owners.push_back({id, name});
    }

    const std::string list = list_of(ids);
    std::vector<long long> sources(rows_at_once);
    std::vector<int> content_types(rows_at_once);
    std::vector<std::string> texts(rows_at_once);
    soci::statement links =
        (session_.prepare
             << "SELECT gm2m_src_id, gm2m_ct_id, gm2m_pk FROM cinema_user_preferred_videos WHERE gm2m_src_id IN "
             << syntax_.integers << " ORDER BY gm2m_src_id, "
             << (layout_ == Layout::compact ? "gm2m_ct_id, gm2m_pk" : "id"),
         soci::use(list, "keys"), soci::into(sources), soci::into(content_types), soci::into(texts));
    links.execute();
    LinkedKeys keys;
    while (links.fetch())
        for (std::size_t i = 0; i < sources.size(); ++i) {
            while (all.owners[all.ends.size()].id != sources[i])
                all.ends.push_back(all.links.size());
            const std::size_t model = model_of(content_types[i]);
            if (model < model_count)
                all.links.push_back(keys.number({model, std::stoll(texts[i])}));
        }
    all.ends.resize(all.owners.size(), all.links.size());
    load_videos(keys, all.linked);
    all.drop_missing([](const AnyVideo& video) { return key_of(video).id == 0; });
    return all;
}

template <class Take>
void SociHand::load(const std::string& table, const std::string& column, const std::vector<std::int64_t>& keys,
                    Take&& take) {
    const std::string list = list_of(keys);
    std::vector<long long> ids(rows_at_once);
    std::vector<std::string> texts(rows_at_once);
    soci::statement select =
        (session_.prepare << "SELECT id, " << column << " FROM " << table << " WHERE id IN " << syntax_.integers,
         soci::use(list, "keys"), soci::into(ids), soci::into(texts));
    select.execute();
    while (select.fetch())
        for (std::size_t i = 0; i < ids.size(); ++i)
            take(ids[i], std::move(texts[i]));
}

void SociHand::load_videos(LinkedKeys& keys, std::vector<AnyVideo>& videos) {
    videos.resize(keys.count());
    for (std::size_t model = 0; model < model_count; ++model)
        load("cinema_" + std::string(model_names[model]), "title", keys.keys(model),
             [&](long long id, std::string title) {
                 videos[keys.known_number({model, id})] = make_video(model, {id, std::move(title)});
             });
}

void SociHand::load_users(const std::vector<std::int64_t>& keys, std::vector<User>& users) {
    KeyNumbers numbers;
    for (const std::int64_t key : keys)
        numbers.number(key);
    users.resize(keys.size());
    load("cinema_user", "name", keys, [&](long long id, std::string name) {
        users[numbers.number(id)] = {id, std::move(name)};
    });
}

SociHand::OperasWithUsers SociHand::operas_with_users() {
    OperasWithUsers all;
    KeyNumbers places;
    std::vector<std::int64_t> ids;
    long long id = 0;
    std::string title;
    soci::statement operas =
        (session_.prepare << "SELECT id, title FROM cinema_opera ORDER BY id", soci::into(id), soci::into(title));
    operas.execute();
    while (operas.fetch()) {
        ids.push_back(id);
        places.number(id);
        all.owners.push_back({{id, title}});
    }

    const std::string list = list_of(ids, "\"");
    std::vector<std::string> texts(rows_at_once);
    std::vector<long long> sources(rows_at_once);
    // Ordered within each opera; the operas come in the order of their keys as texts.
    soci::statement links =
        (session_.prepare << "SELECT gm2m_pk, gm2m_src_id FROM cinema_user_preferred_videos WHERE gm2m_ct_id = :ct AND "
                             "gm2m_pk IN "
                          << syntax_.texts << " ORDER BY gm2m_pk, "
                          << (layout_ == Layout::compact ? "gm2m_src_id" : "id"),
         soci::use(content_types_[2], "ct"), soci::use(list, "keys"), soci::into(texts), soci::into(sources));
    links.execute();
    KeyNumbers users;
    std::vector<std::vector<std::uint32_t>> linked(all.owners.size());
    while (links.fetch())
        for (std::size_t i = 0; i < sources.size(); ++i)
            linked[places.number(std::stoll(texts[i]))].push_back(users.number(sources[i]));
    for (const std::vector<std::uint32_t>& own : linked) {
        all.links.insert(all.links.end(), own.begin(), own.end());
        all.ends.push_back(all.links.size());
    }
    load_users(users.keys(), all.linked);
    all.drop_missing([](const User& user) { return user.id == 0; });
    return all;
}

SociHand::LookUp::LookUp(soci::session& session, const std::string& sql, int content_type_)
    : content_type(content_type_),
      statement((session.prepare << sql, soci::use(wanted, "wanted"), soci::use(content_type, "ct"), soci::into(id),
                 soci::into(text))) {}

SociHand::Users SociHand::users_of_movie(std::int64_t movie) {
    if (!users_)
        users_.emplace(
            session_,
            std::string("SELECT u.id, u.name FROM cinema_user_preferred_videos AS l JOIN cinema_user AS u ON "
                        "u.id = l.gm2m_src_id WHERE l.gm2m_ct_id = :ct AND l.gm2m_pk = :wanted ORDER BY ") +
                (layout_ == Layout::compact ? "l.gm2m_src_id" : "l.id"),
            content_types_[0]);
    users_->wanted = std::to_string(movie);
    Users users;
    users_->statement.execute();
    while (users_->statement.fetch())
        users.push_back({users_->id, users_->text});
    return users;
}

SociHand::Movies SociHand::movies_of_users_named(const std::string& name) {
    if (!movies_)
        movies_.emplace(session_,
                        std::string("SELECT id, title FROM cinema_movie WHERE id IN (SELECT ") + syntax_.number +
                            " FROM cinema_user_preferred_videos WHERE gm2m_ct_id = :ct AND gm2m_src_id IN (SELECT "
                            "id FROM cinema_user WHERE name = :wanted))",
                        content_types_[0]);
    movies_->wanted = name;
    Movies movies;
    movies_->statement.execute();
    while (movies_->statement.fetch())
        movies.push_back({{movies_->id, movies_->text}});
    return movies;
}

}  // namespace benchmark::soci_api
