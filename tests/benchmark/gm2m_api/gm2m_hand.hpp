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

    /// The objects to be linked.
    class Shelf {
    public:
        explicit Shelf(const Gm2mHand& hand);
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

    void report(const Added& added, Checksum& checksum) const;
    void report(const Videos& videos, Checksum& checksum) const;

private:
    std::size_t index_of(const gm2m::Model& model) const;

    Cinema cinema_;
    gm2m::Database db_;
};

}  // namespace benchmark
