#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace benchmark {

struct Video {
    std::int64_t id{};
    std::string title;
};
struct Movie : Video {};
struct Documentary : Video {};
struct Opera : Video {};
struct User {
    std::int64_t id{};
    std::string name;
};

/// An object of any of the models, as a program without gm2m holds it. Its index is the model's number here.
using AnyVideo = std::variant<Movie, Documentary, Opera>;
constexpr std::size_t model_count = 3;
constexpr std::string_view model_names[model_count] = {"movie", "documentary", "opera"};

/// The model and key of an object.
struct Key {
    std::size_t model = 0;
    std::int64_t id = 0;

    friend auto operator<=>(const Key&, const Key&) = default;
};

inline Key key_of(const AnyVideo& video) {
    return {video.index(), std::visit([](const Video& v) { return v.id; }, video)};
}

/// The world that a workload runs in: how many objects there are, and what is to be linked to whom. The same on every
/// run and every machine.
struct Dataset {
    std::int64_t users = 1'000;
    std::array<std::int64_t, model_count> objects = {10'000, 6'000, 4'000};

    static constexpr std::array<std::size_t, model_count> links_per_user = {50, 30, 20};
    static constexpr std::size_t all_links_per_user = 100;

    /// As many users and objects as belong to that many links, so that no object has more of them than in a small one.
    static Dataset of_links(std::size_t links);
    std::size_t links() const { return static_cast<std::size_t>(users) * all_links_per_user; }

    static std::string title(Key key);
    static std::string user_name(std::int64_t user);

    /// All objects, model by model.
    std::vector<Key> all_objects() const;
    /// All objects in one shuffled order.
    std::vector<Key> shuffled_objects() const;
    /// Calls `take` with each user and 100 objects of mixed models without repeats, in shuffled order.
    void each_user(const std::function<void(std::int64_t user, std::span<const Key> objects)>& take) const;

    friend bool operator==(const Dataset&, const Dataset&) = default;
};

/// What was read, in the order in which it was read: two hands that disagree are not doing the same work.
class Checksum {
public:
    void add(Key key, std::string_view title);
    void add(Key key) { add(key, {}); }

    friend bool operator==(const Checksum&, const Checksum&) = default;

private:
    std::uint64_t hash_ = 0xCBF29CE484222325U;  // FNV-1a
    std::size_t count_ = 0;
};

}  // namespace benchmark
