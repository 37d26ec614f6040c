#pragma once

#include <gm2m/object.hpp>

namespace gm2m::detail {

struct RelationData;

/// What was loaded along with an object: for each relation and side, the objects, in the order of all().
class Prefetched {
public:
    /// Null if nothing was prefetched.
    static const std::vector<Object>* find(const Row* row, const RelationData& relation, bool reverse) noexcept;
    static void store(Row& row, const RelationData& relation, bool reverse, std::vector<Object> objects);
    /// Forgets what a write has outdated.
    static void drop(Row* row, const RelationData& relation, bool reverse) noexcept;

private:
    struct Entry {
        const RelationData* relation;
        bool reverse;
        std::vector<Object> objects;
    };

    static Entry* entry(const Row* row, const RelationData& relation, bool reverse) noexcept;

    std::vector<Entry> entries_;
};

}  // namespace gm2m::detail
