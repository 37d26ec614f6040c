#pragma once

#include <gm2m/gm2m.hpp>

#include <span>
#include <vector>

#include "dataset.hpp"
#include "stage.hpp"

namespace benchmark {

class Gm2mHand {
public:
    using Objects = std::vector<gm2m::Object>;
    using Added = std::vector<gm2m::Reference>;
    using Videos = std::vector<gm2m::Object>;
    using Users = std::vector<gm2m::Object>;
    using Movies = std::vector<gm2m::Instance<Movie>>;
    using Changes = gm2m::Changes;
    using Removed = gm2m::Deleted;
    /// What is linked to each comes with the objects.
    using UsersWithVideos = std::vector<gm2m::Instance<User>>;
    using OperasWithUsers = std::vector<gm2m::Instance<Opera>>;

    /// The objects to be linked.
    class Shelf {
    public:
        Shelf(const Gm2mHand& hand, const Dataset& dataset);
        Objects pick(std::span<const Key> keys) const;

    private:
        std::vector<gm2m::Object> of_model_[model_count];
    };

    explicit Gm2mHand(const Address& address);

    template <class Work>
    void transaction(Work&& work) {
        gm2m::atomically(db_, work);
    }
    Added add(std::int64_t user, const Objects& objects);
    Videos all(std::int64_t user);
    Changes set(std::int64_t user, const Objects& objects);
    UsersWithVideos users_with_videos(std::int64_t last);
    OperasWithUsers operas_with_users();
    Users users_of_movie(std::int64_t movie);
    Movies movies_of_users_named(const std::string& name);
    Removed remove_movie(std::int64_t movie);
    Removed remove_movies_after(std::int64_t movie);
    Removed remove_users_up_to(std::int64_t user);

    void report(const Added& added, Checksum& checksum) const;
    void report(const Removed& removed, Checksum& checksum) const;
    void report(Changes changes, Checksum& checksum) const;
    /// Videos or users.
    void report(const std::vector<gm2m::Object>& objects, Checksum& checksum) const;
    void report(Movies movies, Checksum& checksum) const;
    void report(const UsersWithVideos& users, Checksum& checksum) const;
    void report(const OperasWithUsers& operas, Checksum& checksum) const;

private:
    Key key_of(const gm2m::Reference& reference) const;

    Cinema cinema_;
    mutable gm2m::Database db_;  // report() reads what was prefetched
};

}  // namespace benchmark
