#pragma once

#include <gm2m/object.hpp>

namespace gm2m::detail {

struct RelationData;

/// What was loaded along with an object: for each relation and side, the objects, in the order of all().
class Prefetched {
public:
    struct Entry {
        const RelationData* relation;
        bool reverse;
        std::vector<Object> objects;
        std::uint64_t stamp;  // when it was stored
    };

    /// The time, by a clock that goes on with each call, for the whole process.
    static std::uint64_t tick() noexcept;
    /// Whether anything was ever prefetched by this process.
    static bool is_in_use() noexcept;

    /// Null if nothing was prefetched.
    static const Entry* find(const Row* row, const RelationData& relation, bool reverse) noexcept;
    static void store(Row& row, const RelationData& relation, bool reverse, std::vector<Object> objects);
    /// Forgets what a write has outdated.
    static void drop(Row* row, const RelationData& relation, bool reverse) noexcept;

private:
    static Entry* entry(const Row* row, const RelationData& relation, bool reverse) noexcept;

    std::vector<Entry> entries_;
};

}  // namespace gm2m::detail
