#include "gm2m_api/gm2m_hand.hpp"

#include <algorithm>

namespace benchmark {
namespace {

using gm2m::F;

constexpr const char* labels[model_count] = {"cinema.Movie", "cinema.Documentary", "cinema.Opera"};

}  // namespace

Gm2mHand::Gm2mHand(const Address& address)
    : cinema_(address.layout), db_(gm2m::Database::open(cinema_.models, url_of(address))) {
    for (const char* label : labels)
        db_.content_types().get_for_model(label);  // as the other hands do when they connect
}

Gm2mHand::Shelf::Shelf(const Gm2mHand& hand, const Dataset& dataset) {
    for (const Key key : dataset.all_objects()) {
        gm2m::Object object = hand.cinema_.models.get(labels[key.model]).make();
        object.visit(
            [&](Movie& m) {
                m = {{key.id, Dataset::title(key)}};
            },
            [&](Documentary& d) {
                d = {{key.id, Dataset::title(key)}};
            },
            [&](Opera& o) {
                o = {{key.id, Dataset::title(key)}};
            });
        of_model_[key.model].push_back(std::move(object));
    }
}

Gm2mHand::Objects Gm2mHand::Shelf::pick(std::span<const Key> keys) const {
    Objects objects;
    objects.reserve(keys.size());
    for (const Key key : keys)
        objects.push_back(of_model_[key.model][static_cast<std::size_t>(key.id) - 1]);
    return objects;
}

Gm2mHand::Added Gm2mHand::add(std::int64_t user, const Objects& objects) {
    return db_.related(User{.id = user}, cinema_.preferred_videos).add(objects).added;
}

Gm2mHand::Videos Gm2mHand::all(std::int64_t user) {
    return db_.related(User{.id = user}, cinema_.preferred_videos).all();
}

Gm2mHand::Changes Gm2mHand::set(std::int64_t user, const Objects& objects) {
    return db_.related(User{.id = user}, cinema_.preferred_videos).set(objects);
}

Gm2mHand::UsersWithVideos Gm2mHand::users_with_videos(std::int64_t last) {
    return db_.query<User>().filter(F(&User::id) <= last).order_by("id").prefetch(cinema_.preferred_videos).fetch();
}

Gm2mHand::OperasWithUsers Gm2mHand::operas_with_users() {
    return db_.query<Opera>().order_by("id").prefetch("user_set").fetch();
}

Gm2mHand::Users Gm2mHand::users_of_movie(std::int64_t movie) {
    return db_.related(Movie{{.id = movie}}, "user_set").all();
}

Gm2mHand::Movies Gm2mHand::movies_of_users_named(const std::string& name) {
    return db_.query<Movie>().filter(F("user__name") == name).fetch();
}

Gm2mHand::Removed Gm2mHand::remove_movie(std::int64_t movie) {
    return db_.remove(Movie{{.id = movie}});
}

Gm2mHand::Removed Gm2mHand::remove_movies_after(std::int64_t movie) {
    return db_.remove(db_.query<Movie>().filter(F("id") > movie));
}

Gm2mHand::Removed Gm2mHand::remove_users_up_to(std::int64_t user) {
    return db_.remove(db_.query<User>().filter(F(&User::id) <= user));
}

Key Gm2mHand::key_of(const gm2m::Reference& reference) const {
    const auto name = std::ranges::find(model_names, reference.model->model_name());
    return {static_cast<std::size_t>(name - std::begin(model_names)), reference.key.get<std::int64_t>()};
}

void Gm2mHand::report(const Added& added, Checksum& checksum) const {
    for (const gm2m::Reference& link : added)
        checksum.add(key_of(link));
}

void Gm2mHand::report(const Removed& removed, Checksum& checksum) const {
    checksum.add({removed.rows, static_cast<std::int64_t>(removed.links)});
}

void Gm2mHand::report(Changes changes, Checksum& checksum) const {
    for (std::vector<gm2m::Reference>* links : {&changes.added, &changes.removed}) {
        std::ranges::sort(*links, {}, [&](const gm2m::Reference& link) { return key_of(link); });
        report(*links, checksum);
    }
}

void Gm2mHand::report(const std::vector<gm2m::Object>& objects, Checksum& checksum) const {
    for (const gm2m::Object& object : objects)
        object.visit(
            [&](const Movie& m) {
                checksum.add({0, m.id}, m.title);
            },
            [&](const Documentary& d) {
                checksum.add({1, d.id}, d.title);
            },
            [&](const Opera& o) {
                checksum.add({2, o.id}, o.title);
            },
            [&](const User& u) {
                checksum.add({model_count, u.id}, u.name);
            });
}

void Gm2mHand::report(Movies movies, Checksum& checksum) const {
    std::ranges::sort(movies, {}, [](const auto& movie) { return movie->id; });
    report(std::vector<gm2m::Object>(movies.begin(), movies.end()), checksum);
}

void Gm2mHand::report(const UsersWithVideos& users, Checksum& checksum) const {
    for (const auto& user : users) {
        report(std::vector<gm2m::Object>{user}, checksum);
        report(db_.related(user, cinema_.preferred_videos).all(), checksum);
    }
}

void Gm2mHand::report(const OperasWithUsers& operas, Checksum& checksum) const {
    for (const auto& opera : operas) {
        report(std::vector<gm2m::Object>{opera}, checksum);
        report(db_.related(opera, "user_set").all(), checksum);
    }
}

}  // namespace benchmark
