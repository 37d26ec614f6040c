#pragma once

#include <unordered_map>

#include <gm2m/object.hpp>

#include "backend/connection.hpp"
#include "model/relation_data.hpp"

namespace gm2m {

/// When the links of which objects were last written through a connection: what was prefetched for them before, on
/// whatever handle, is outdated. (BEHAVIOUR 5.3)
class WriteLog final : public backend::TransactionObserver {
public:
    /// The links of one object, on one side of a relation.
    void wrote(const detail::RelationData& relation, bool reverse, const Reference& near);
    /// Those of any objects on that side.
    void wrote_side(const detail::RelationData& relation, bool reverse);
    void wrote_everything();

    /// `stamp` is that of the prefetched objects. Of a foreign key: whether any object may be gone.
    bool is_outdated(std::uint64_t stamp) const noexcept { return everything_ > stamp; }
    bool is_outdated(const detail::RelationData& relation, bool reverse, const Reference& near,
                     std::uint64_t stamp) const;

    /// While it lives, nobody reads, and what is written is undone before its end: nothing is outdated by that.
    class Rehearsal {
    public:
        explicit Rehearsal(WriteLog& log) noexcept : log_(log) { log_.rehearses_ = true; }
        ~Rehearsal() { log_.rehearses_ = false; }
        Rehearsal(const Rehearsal&) = delete;
        Rehearsal& operator=(const Rehearsal&) = delete;

    private:
        WriteLog& log_;
    };

    void committed(std::size_t) override {}
    /// What was read in the transaction may not be there any more.
    void rolled_back(std::size_t) override {
        if (!rehearses_)
            wrote_everything();
    }

private:
    /// By hash: what shares one is read once more than it need be.
    using Stamps = std::unordered_map<std::uint64_t, std::uint64_t>;

    Stamps objects_, sides_;
    std::uint64_t everything_ = 0;
    bool rehearses_ = false;
};

}  // namespace gm2m
