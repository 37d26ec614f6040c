#include "gm2m_api/gm2m_hand.hpp"

#include <algorithm>

namespace benchmark {
namespace {

constexpr const char* labels[model_count] = {"cinema.Movie", "cinema.Documentary", "cinema.Opera"};

}  // namespace

Gm2mHand::Gm2mHand(const Address& address)
    : cinema_(address.layout), db_(gm2m::Database::open(cinema_.models, url_of(address))) {
    for (const char* label : labels)
        db_.content_types().get_for_model(label);  // as the other hands do when they connect
}

Gm2mHand::Shelf::Shelf(const Gm2mHand& hand) {
    for (const Key key : Dataset::all_objects()) {
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

std::size_t Gm2mHand::index_of(const gm2m::Model& model) const {
    return static_cast<std::size_t>(std::ranges::find(model_names, model.model_name()) - std::begin(model_names));
}

void Gm2mHand::report(const Added& added, Checksum& checksum) const {
    for (const gm2m::Reference& link : added)
        checksum.add({index_of(*link.model), link.key.get<std::int64_t>()});
}

void Gm2mHand::report(const Videos& videos, Checksum& checksum) const {
    for (const gm2m::Object& video : videos)
        video.visit(
            [&](const Movie& m) {
                checksum.add({0, m.id}, m.title);
            },
            [&](const Documentary& d) {
                checksum.add({1, d.id}, d.title);
            },
            [&](const Opera& o) {
                checksum.add({2, o.id}, o.title);
            });
}

}  // namespace benchmark
