#include "query/write_log.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "model/prefetched.hpp"

namespace gm2m {
namespace {

/// More are forgotten, and with them all that was prefetched before.
constexpr std::size_t most_objects = 100'000;

std::string side_name(const detail::RelationData& relation, bool reverse) {
    return fmt::format("{}:{}", fmt::ptr(&relation), reverse);
}

std::string object_name(const detail::RelationData& relation, bool reverse, const Reference& near) {
    return fmt::format("{}:{}:{}", side_name(relation, reverse), fmt::ptr(near.model), near.key.to_string());
}

std::uint64_t stamp_in(const std::unordered_map<std::string, std::uint64_t>& stamps, const std::string& name) {
    const auto found = stamps.find(name);
    return found == stamps.end() ? 0 : found->second;
}

}  // namespace

void WriteLog::wrote(const detail::RelationData& relation, bool reverse, const Reference& near) {
    if (objects_.size() >= most_objects) {
        objects_.clear();
        return wrote_everything();
    }
    objects_[object_name(relation, reverse, near)] = detail::Prefetched::tick();
}

void WriteLog::wrote_side(const detail::RelationData& relation, bool reverse) {
    sides_[side_name(relation, reverse)] = detail::Prefetched::tick();
}

void WriteLog::wrote_everything() {
    everything_ = detail::Prefetched::tick();
}

bool WriteLog::is_outdated(const detail::RelationData& relation, bool reverse, const Reference& near,
                           std::uint64_t stamp) const {
    if (is_outdated(stamp))
        return true;
    return (!sides_.empty() && stamp_in(sides_, side_name(relation, reverse)) > stamp) ||
           (!objects_.empty() && stamp_in(objects_, object_name(relation, reverse, near)) > stamp);
}

}  // namespace gm2m
