#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "with_linked.hpp"

namespace benchmark {

inline AnyVideo make_video(std::size_t model, Video&& video) {
    switch (model) {
        case 0: return Movie{std::move(video)};
        case 1: return Documentary{std::move(video)};
        default: return Opera{std::move(video)};
    }
}

/// The objects that a program without gm2m holds, to be linked: variants, and pointers to them.
class VideoShelf {
public:
    using Videos = std::vector<const AnyVideo*>;

    template <class Hand>
    VideoShelf(const Hand&, const Dataset& dataset) {
        for (const Key key : dataset.all_objects()) {
            first_[key.model] = key.id == 1 ? videos_.size() : first_[key.model];
            videos_.push_back(make_video(key.model, {key.id, Dataset::title(key)}));
        }
    }
    Videos pick(std::span<const Key> keys) const {
        Videos picked;
        picked.reserve(keys.size());
        for (const Key key : keys)
            picked.push_back(&videos_[first_[key.model] + static_cast<std::size_t>(key.id) - 1]);
        return picked;
    }

private:
    std::vector<AnyVideo> videos_;
    std::size_t first_[model_count] = {};
};

/// Objects that were read model by model, each with the number that orders it among all.
class OrderedVideos {
public:
    void push(std::int64_t number, AnyVideo&& video) {
        places_.push_back({number, videos_.size()});
        videos_.push_back(std::move(video));
    }
    std::vector<AnyVideo> take() {
        std::ranges::sort(places_, {}, &Place::number);
        std::vector<AnyVideo> ordered;
        ordered.reserve(videos_.size());
        for (const Place& place : places_)
            ordered.push_back(std::move(videos_[place.index]));
        return ordered;
    }

private:
    struct Place {
        std::int64_t number;
        std::size_t index;
    };

    std::vector<Place> places_;
    std::vector<AnyVideo> videos_;
};

/// Links that were read in order, by model, and the objects that they lead to.
class LinkedVideos {
public:
    /// A link to an object of another model than ours is skipped.
    void push_link(std::size_t model, std::int64_t id) {
        if (model < model_count)
            places_[model].push_back({id, videos_++});
    }
    std::size_t count(std::size_t model) const { return places_[model].size(); }
    std::int64_t id(std::size_t model, std::size_t i) const { return places_[model][i].id; }

    /// The object of a model's i-th link.
    void put(std::size_t model, std::size_t i, std::string title) {
        objects_.resize(videos_);
        const Place& place = places_[model][i];
        objects_[place.index] = make_video(model, {place.id, std::move(title)});
    }
    /// In the order of the links; those whose row is gone are left out.
    std::vector<AnyVideo> take() {
        std::erase_if(objects_, [](const AnyVideo& video) { return key_of(video).id == 0; });
        return std::move(objects_);
    }

private:
    struct Place {
        std::int64_t id;
        std::size_t index;
    };

    std::vector<Place> places_[model_count];
    std::size_t videos_ = 0;
    std::vector<AnyVideo> objects_;
};

/// What the hands without gm2m have in common: what they are given, and what they answer.
class PlainHand {
public:
    using Shelf = VideoShelf;
    using Objects = VideoShelf::Videos;
    using Added = std::vector<Key>;
    using Videos = std::vector<AnyVideo>;
    using Users = std::vector<User>;
    using Movies = std::vector<Movie>;
    using UsersWithVideos = WithLinked<User, AnyVideo>;
    using OperasWithUsers = WithLinked<Opera, User>;
    struct Changes {
        std::vector<Key> added, removed;
    };
    /// How many rows and links a deletion has removed.
    struct Removed {
        std::size_t rows = 0, links = 0;
    };

    static void report(const Added& added, Checksum& checksum) {
        for (const Key key : added)
            checksum.add(key);
    }
    static void report(Changes changes, Checksum& checksum) {
        for (std::vector<Key>* keys : {&changes.added, &changes.removed}) {
            std::ranges::sort(*keys);
            report(*keys, checksum);
        }
    }
    static void report(const Removed& removed, Checksum& checksum) {
        checksum.add({removed.rows, static_cast<std::int64_t>(removed.links)});
    }
    static void report(const AnyVideo& video, Checksum& checksum) {
        std::visit([&](const Video& v) { checksum.add({video.index(), v.id}, v.title); }, video);
    }
    static void report(const User& user, Checksum& checksum) { checksum.add({model_count, user.id}, user.name); }
    static void report(const Videos& videos, Checksum& checksum) {
        for (const AnyVideo& video : videos)
            report(video, checksum);
    }
    static void report(const Users& users, Checksum& checksum) {
        for (const User& user : users)
            report(user, checksum);
    }
    static void report(Movies movies, Checksum& checksum) {
        std::ranges::sort(movies, {}, &Movie::id);
        for (const Movie& movie : movies)
            checksum.add({0, movie.id}, movie.title);
    }
    template <class Owner, class Linked>
    static void report(const WithLinked<Owner, Linked>& all, Checksum& checksum) {
        for (std::size_t i = 0; i < all.owners.size(); ++i) {
            if constexpr (std::is_same_v<Owner, User>)
                report(all.owners[i], checksum);
            else
                checksum.add({2, all.owners[i].id}, all.owners[i].title);
            for (const std::uint32_t linked : all.linked_to(i))
                report(all.linked[linked], checksum);
        }
    }
};

}  // namespace benchmark
