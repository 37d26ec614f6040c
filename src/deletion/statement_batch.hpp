#pragma once

#include <cstddef>
#include <list>
#include <memory_resource>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "deletion/link_condition.hpp"

namespace gm2m::deletion {

/// What the rows that some statements delete, change or count add up to.
struct Tally {
    // Of one of these.
    const Model* model = nullptr;
    const detail::RelationData* relation = nullptr;
    const Field* foreign_key = nullptr;
    std::size_t count = 0;

    void add_to(Deleted& deleted) const {
        if (count == 0)
            return;
        (model ? deleted.rows : relation ? deleted.links : deleted.updated) += count;
        if (model)
            deleted.by_model.push_back({model->label(), model, count});
        else if (relation)
            deleted.by_relation.push_back({relation->label, count});
        else
            deleted.by_foreign_key.push_back({foreign_key->label(), count});
    }
};

/// Statements that go out together; what they refer to is in `memory`.
class StatementBatch {
public:
    /// `memory` outlives this.
    StatementBatch(Context& context, Memory& memory)
        : context_(context), dialect_(context.connection.dialect()), memory_(memory) {
        requests_.reserve(few);
        tally_of_.reserve(few);
    }
    StatementBatch(const StatementBatch&) = delete;
    StatementBatch& operator=(const StatementBatch&) = delete;

    Tally& of_model(const Model& model, std::size_t count = 0) {
        return tallies_.emplace_back(Tally{.model = &model, .count = count});
    }
    Tally& of_relation(const detail::RelationData& relation) {
        return tallies_.emplace_back(Tally{.relation = &relation});
    }
    Tally& of_foreign_key(const Field& field) { return tallies_.emplace_back(Tally{.foreign_key = &field}); }

    /// `tally` may be null; the request is good until the next one.
    backend::Request& append(std::string sql, std::span<const backend::Parameter> parameters, Tally* tally) {
        tally_of_.push_back(tally);
        return requests_.emplace_back(backend::Request{
            .sql = &memory_.make<std::string>(std::move(sql)),
            .parameters = memory_.make<std::vector<backend::Parameter>>(parameters.begin(), parameters.end()),
            .plan_by_lists = true});
    }
    /// What `request` refers to outlives this; `tally` may be null.
    void append(const backend::Request& request, Tally* tally) {
        tally_of_.push_back(tally);
        requests_.push_back(request);
    }

    /// Calls `take` with the keys, which outlive this: one by itself, else lists of as many as one parameter holds.
    template <class Take>
    void for_each_part(const backend::ValueList& keys, Take&& take) {
        const std::size_t most = context_.keys_per_statement;
        if (keys.size() == 1)
            return take(backend::Parameter(keys.kind(), keys[0]));
        if (keys.size() <= most)
            return take(backend::Parameter(keys));
        for (std::size_t begin = 0; begin < keys.size(); begin += most)
            take(backend::Parameter(memory_.make<backend::ValueList>(keys.slice(begin, most))));
    }
    std::string is_among(const Field& field, const backend::Parameter& keys) const {
        const std::string column = dialect_.quote(field.column());
        return keys.list ? dialect_.in_list(column, 1, keys.kind)
                         : fmt::format("{} = {}", column, dialect_.parameter(1));
    }

    /// Runs them; `count` says what the n-th, which is done, adds to its tally.
    template <class Count>
    Deleted run(backend::Access access, Count&& count) {
        context_.connection.execute(requests_, access);
        for (std::size_t i = 0; i < requests_.size(); ++i)
            if (tally_of_[i])
                tally_of_[i]->count += count(i, requests_[i]);
        Deleted deleted;
        for (const Tally& tally : tallies_)
            tally.add_to(deleted);
        return deleted;
    }

private:
    /// Most deletions are of one object, which a few relations link.
    static constexpr std::size_t few = 8;

    Context& context_;
    const backend::Dialect& dialect_;
    Memory& memory_;
    std::pmr::list<Tally> tallies_{memory_.resource()};
    std::pmr::vector<backend::Request> requests_{memory_.resource()};
    std::pmr::vector<Tally*> tally_of_{memory_.resource()};
};

}  // namespace gm2m::deletion
