#include "dataset.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace benchmark {
namespace {

constexpr std::uint64_t seed = 20'261'120;

/// std::shuffle and the standard distributions differ between libraries; this does not.
class Random {
public:
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
    /// Moves `count` elements drawn without repeats to the front.
    template <class T>
    void draw(std::vector<T>& from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            std::swap(from[i], from[i + below(from.size() - i)]);
    }

private:
    std::mt19937_64 engine_{seed};
};

}  // namespace

// About half of the titles are longer than what std::string holds without an allocation.
std::string Dataset::title(Key key) {
    constexpr std::string_view words[] = {"Night", "The River of Stone", "Carmen", "A Winter in Lisbon",
                                          "Seven Bridges"};
    const std::size_t word = (static_cast<std::size_t>(key.id) + key.model) % std::size(words);
    return std::string(words[word]) + " " + std::to_string(key.id);
}

std::string Dataset::user_name(std::int64_t user) {
    return "User " + std::to_string(user);
}

Dataset Dataset::of_links(std::size_t links) {
    Dataset dataset;
    const auto scale = static_cast<std::int64_t>(links / dataset.links());
    dataset.users *= scale;
    for (std::int64_t& count : dataset.objects)
        count *= scale;
    return dataset;
}

std::vector<Key> Dataset::all_objects() const {
    std::vector<Key> keys;
    for (std::size_t model = 0; model < model_count; ++model)
        for (std::int64_t id = 1; id <= objects[model]; ++id)
            keys.push_back({model, id});
    return keys;
}

std::vector<Key> Dataset::shuffled_objects() const {
    std::vector<Key> keys = all_objects();
    Random().draw(keys, keys.size());
    return keys;
}

void Dataset::each_user(const std::function<void(std::int64_t, std::span<const Key>)>& take) const {
    Random random;
    std::vector<std::int64_t> ids[model_count];
    for (std::size_t model = 0; model < model_count; ++model) {
        ids[model].resize(static_cast<std::size_t>(objects[model]));
        std::iota(ids[model].begin(), ids[model].end(), 1);
    }
    std::vector<Key> keys;
    for (std::int64_t user = 1; user <= users; ++user) {
        keys.clear();
        for (std::size_t model = 0; model < model_count; ++model) {
            random.draw(ids[model], links_per_user[model]);
            for (std::size_t i = 0; i < links_per_user[model]; ++i)
                keys.push_back({model, ids[model][i]});
        }
        random.draw(keys, keys.size());
        take(user, keys);
    }
}

void Checksum::add(Key key, std::string_view title) {
    const auto mix = [this](std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001B3U; };
    mix(key.model);
    mix(static_cast<std::uint64_t>(key.id));
    for (const char c : title)
        mix(static_cast<unsigned char>(c));
    ++count_;
}

}  // namespace benchmark
