#include "query/write_log.hpp"

#include <charconv>
#include <functional>
#include <iterator>

#include "backend/text_form.hpp"
#include "model/prefetched.hpp"

namespace gm2m {
namespace {

/// More are forgotten, and with them all that was prefetched before.
constexpr std::size_t most_objects = 100'000;

constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;  // Fibonacci hashing: the upper bits depend on all others

std::uint64_t hash_of(const detail::RelationData& relation, bool reverse) {
    return (reinterpret_cast<std::uintptr_t>(&relation) + (reverse ? 1 : 0)) * golden;
}

/// Of its text, since some know a key as that alone.
std::uint64_t hash_of(const Value& key) {
    const std::hash<std::string_view> hash;
    if (key.kind() == Kind::text && !key.is_null())
        return hash(key.view().text());
    if (text::is_integer(key.kind()) && !key.is_null()) {
        char digits[24];
        return hash({digits, std::to_chars(digits, std::end(digits), key.view().integer()).ptr});
    }
    return hash(key.to_string());
}

std::uint64_t hash_of(const detail::RelationData& relation, bool reverse, const Reference& near) {
    return (hash_of(relation, reverse) ^ reinterpret_cast<std::uintptr_t>(near.model) ^ hash_of(near.key)) * golden;
}

std::uint64_t stamp_in(const std::unordered_map<std::uint64_t, std::uint64_t>& stamps, std::uint64_t hash) {
    const auto found = stamps.find(hash);
    return found == stamps.end() ? 0 : found->second;
}

}  // namespace

void WriteLog::wrote(const detail::RelationData& relation, bool reverse, const Reference& near) {
    if (objects_.size() >= most_objects) {
        objects_.clear();
        return wrote_everything();
    }
    objects_[hash_of(relation, reverse, near)] = detail::Prefetched::tick();
}

void WriteLog::wrote_side(const detail::RelationData& relation, bool reverse) {
    sides_[hash_of(relation, reverse)] = detail::Prefetched::tick();
}

void WriteLog::wrote_everything() {
    everything_ = detail::Prefetched::tick();
}

bool WriteLog::is_outdated(const detail::RelationData& relation, bool reverse, const Reference& near,
                           std::uint64_t stamp) const {
    return is_outdated(stamp) || stamp_in(sides_, hash_of(relation, reverse)) > stamp ||
           (!objects_.empty() && stamp_in(objects_, hash_of(relation, reverse, near)) > stamp);
}

}  // namespace gm2m
