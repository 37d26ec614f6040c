#pragma once

#include <algorithm>
#include <deque>
#include <utility>

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// A condition on the rows of a relation's join table, `l`: they link objects that go, at one end or the other.
class LinkCondition {
public:
    LinkCondition(Context& context, detail::RelationData& relation);
    LinkCondition(LinkCondition&&) = default;

    /// Or those at one end, of the keys from the `begin`-th on, of at most as many as one parameter holds.
    void add(const LinkSide& end, std::size_t begin);

    const std::string& sql() const noexcept { return sql_; }
    std::span<const backend::Parameter> parameters() const noexcept { return parameters_; }
    /// The join table, quoted.
    const std::string& table() const noexcept { return table_; }
    std::string source_column() const;
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

/// Calls `take` with conditions that together hold for all links of the sides, each for as many as one statement takes;
/// no link is in two of them but one whose both ends go.
template <class Take>
void for_each_condition(Context& context, detail::RelationData& relation, std::span<const LinkSide> sides,
                        Take&& take) {
    for (std::size_t begin = 0;; begin += context.keys_per_statement) {
        LinkCondition condition(context, relation);
        for (const LinkSide& side : sides)
            if (begin < side.objects->size())
                condition.add(side, begin);
        if (condition.sql().empty())
            return;
        take(std::move(condition));
    }
}

/// The same, to read links or count them: one whose both ends go comes once. `take` also gets the sources whose links
/// were taken before, null if there are none: those of its own links that have such a source are to be left out.
template <class Take>
void for_each_condition_once(Context& context, detail::RelationData& relation, std::span<const LinkSide> sides,
                             Take&& take) {
    const auto is_split = [&](const LinkSide& side) { return side.objects->size() > context.keys_per_statement; };
    if (sides.size() < 2 || std::ranges::none_of(sides, is_split))
        return for_each_condition(context, relation, sides,
                                  [&](LinkCondition&& condition) { take(std::move(condition), nullptr); });
    const Going* sources = nullptr;
    for (const bool reverse : {false, true})
        for (const LinkSide& side : sides) {
            if (side.reverse != reverse)
                continue;
            for_each_condition(context, relation, std::span(&side, 1), [&](LinkCondition&& condition) {
                take(std::move(condition), reverse ? sources : nullptr);
            });
            if (!reverse)
                sources = side.objects;
        }
}

}  // namespace gm2m::deletion
