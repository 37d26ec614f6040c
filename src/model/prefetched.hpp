#pragma once

#include <vector>

#include <gm2m/object.hpp>

namespace gm2m::detail {

/// What was loaded along with an object, of one relation and side: the objects, in the order of all(); or of a foreign
/// key, generic or not: the one object that it leads to, if there is one. Those of further relations are chained to it:
/// an object rarely has more than one or two.
class Prefetched {
public:
    ~Prefetched();
    Prefetched(const Prefetched&) = delete;
    Prefetched& operator=(const Prefetched&) = delete;

    std::vector<Object> objects;
    std::vector<Object> through;  // the rows of a through model that link them, if these were asked for
    std::uint64_t stamp = 0;  // when it was stored

    /// The time, by a clock that goes on with each call, for the whole process.
    static std::uint64_t tick() noexcept;
    /// Whether this process holds anything prefetched, which a write could outdate.
    static bool is_in_use() noexcept;

    /// What it is of: the address of the relation's data, of the Field, or of the GenericForeignKey.
    using Owner = const void*;

    /// Null if nothing was prefetched.
    static const Prefetched* find(const Row* row, Owner owner, bool reverse) noexcept;
    static Prefetched& store(Row& row, Owner owner, bool reverse, std::vector<Object> objects);
    /// Another object that is the same row has all of it too.
    static void copy(const Row& from, Row& to);
    /// Forgets what a write has outdated.
    static void drop(Row* row, Owner owner, bool reverse) noexcept;

private:
    Prefetched(Owner owner, bool reverse);
    /// Where the row's chain has it, or ends.
    static Prefetched** link(Row& row, Owner owner, bool reverse) noexcept;

    Owner owner_;
    bool reverse_;
    Prefetched* next_ = nullptr;  // owned
};

}  // namespace gm2m::detail
