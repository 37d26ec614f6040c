#pragma once

#include <deque>
#include <utility>

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// A condition on the rows of a relation's join table, `l`: they link objects that go, at one end or the other.
class LinkCondition {
public:
    LinkCondition(Context& context, detail::RelationData& relation);
    LinkCondition(LinkCondition&&) = default;

    /// Or those of the keys from the `begin`-th on, of at most as many as one parameter holds.
    void add(const Going& going, bool reverse, std::size_t begin);

    const std::string& sql() const noexcept { return sql_; }
    std::span<const backend::Parameter> parameters() const noexcept { return parameters_; }
    /// The join table, quoted.
    const std::string& table() const noexcept { return table_; }
    /// (source, content type, key text), of a GM2M field.
    std::string link_columns() const;

private:
    std::string bind(const Value& value);
    std::string is_among(const std::string& column, backend::ValueList keys);
    std::string is_of_model(const std::string& column, const Model& model);

    Context& context_;
    detail::RelationData& relation_;
    std::string table_, sql_;
    std::deque<Value> values_;
    std::deque<backend::ValueList> lists_;
    std::vector<backend::Parameter> parameters_;
};

/// Calls `take` with conditions that together hold for all links of the sides, each for as many as one statement takes; no
/// link is in two of them but one whose both ends go.
template <class Take>
void for_each_condition(Context& context, detail::RelationData& relation, std::span<const LinkSide> sides, Take&& take) {
    for (std::size_t begin = 0;; begin += context.keys_per_statement) {
        LinkCondition condition(context, relation);
        for (const LinkSide& side : sides)
            if (begin < side.objects->size())
                condition.add(*side.objects, side.reverse, begin);
        if (condition.sql().empty())
            return;
        take(std::move(condition));
    }
}

}  // namespace gm2m::deletion
