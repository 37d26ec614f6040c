#pragma once

#include <algorithm>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "deletion/collected.hpp"

namespace gm2m::deletion {

/// The SQL of conditions on the rows of one relation's join table, made once for each shape of a few ends: of more
/// there are too many.
struct LinkSql {
    struct Statements {
        std::string rows;     // for which it holds: "FROM … WHERE …"
        std::string removal;  // of these
    };

    std::string table;  // quoted
    mutable std::unordered_map<std::string, Statements> by_shape;
};

constexpr char known_type = 'k', unknown_type = 'u';

/// Appends the model's content type; or its names, if it is not known here, and may come into being, with the first
/// link, until the statement runs. Says which of these.
template <class Parameters>
char append_content_type(Context& context, const Model& model, Parameters& parameters) {
    if (const std::optional<int> id = context.content_types.find_id_once(model)) {
        parameters.push_back(backend::Parameter::integer(*id));
        return known_type;
    }
    parameters.push_back(backend::Parameter::text(model.app_label()));
    parameters.push_back(backend::Parameter::text(model.model_name()));
    return unknown_type;
}

/// Deletes the links of one object at some ends of a relation. The parameters of each end follow each other: what
/// append_content_type() gave, which `types` says for each end, and the key text, or the key alone; and once more the
/// key where the links go unless the object is there, of the model `unless_there`, which may be null.
std::string removal_of_one(Context& context, detail::RelationData& relation, std::span<const LinkEnd> ends,
                           std::string_view types, const Model* unless_there);

/// A condition on the rows of a relation's join table: they link objects that go, at one end or the other. The context
/// and the objects outlive its use, and no further ones come meanwhile.
class LinkCondition {
public:
    /// `memory` outlives it.
    LinkCondition(Context& context, detail::RelationData& relation, Memory& memory);
    LinkCondition(const LinkCondition&) = delete;
    LinkCondition& operator=(const LinkCondition&) = delete;

    /// Or those at one end, of the keys from the `begin`-th on, of at most as many as one parameter holds.
    void add(const LinkSide& end, std::size_t begin);

    /// "FROM … WHERE …", the rows for which it holds; another condition may follow. Lives as long as this.
    const std::string& rows() const { return statements().rows; }
    /// Deletes these rows. Lives as long as this.
    const std::string& removal() const { return statements().removal; }
    std::span<const backend::Parameter> parameters() const noexcept { return parameters_; }
    std::string source_column() const;
    /// (source, content type, key text), of a GM2M field.
    std::string link_columns() const;

private:
    const LinkSql::Statements& statements() const;
    LinkSql::Statements write() const;
    void bind_keys(const Going& going, std::size_t begin, std::size_t count);
    void bind_texts(const Going& going, std::size_t begin, std::size_t count);

    Context& context_;
    detail::RelationData& relation_;
    const LinkSql& sql_;
    Memory& memory_;
    std::string shape_;                               // a letter for each end
    std::pmr::vector<const Model*> guarded_;          // of the ends whose links go unless their objects are there
    mutable std::optional<LinkSql::Statements> own_;  // of a shape that is not kept
    std::pmr::vector<backend::Parameter> parameters_;
};

/// Calls `take` with conditions that together hold for all links of the sides, each for as many as one statement takes;
/// no link is in two of them but one whose both ends go. They live as long as `memory`.
template <class Take>
void for_each_condition(Context& context, detail::RelationData& relation, std::span<const LinkSide> sides,
                        Memory& memory, Take&& take) {
    std::size_t most = 0;
    for (const LinkSide& side : sides)
        most = std::max(most, side.objects->size());
    for (std::size_t begin = 0; begin < most; begin += context.keys_per_statement) {
        LinkCondition& condition = memory.make<LinkCondition>(context, relation, memory);
        for (const LinkSide& side : sides)
            if (begin < side.objects->size())
                condition.add(side, begin);
        take(condition);
    }
}

/// Sources whose links were taken before.
class TakenSources {
public:
    void add(const Going& sources) {
        if (std::ranges::find(all_, &sources) == all_.end())
            all_.push_back(&sources);
    }
    bool empty() const noexcept { return all_.empty(); }
    Kind key_kind() const { return all_.front()->keys().kind(); }
    bool contains(const ValueView& key) const {
        return std::ranges::any_of(all_, [&](const Going* sources) { return sources->contains(key); });
    }

private:
    std::vector<const Going*> all_;
};

/// The same, to read links or count them: one whose both ends go comes once. `take` also gets the sources whose links
/// were taken before: those of its own links that have such a source are to be left out.
template <class Take>
void for_each_condition_once(Context& context, detail::RelationData& relation, std::span<const LinkSide> sides,
                             Memory& memory, Take&& take) {
    const auto is_split = [&](const LinkSide& side) { return side.objects->size() > context.keys_per_statement; };
    if (sides.size() < 2 || std::ranges::none_of(sides, is_split))
        return for_each_condition(context, relation, sides, memory,
                                  [&](const LinkCondition& condition) { take(condition, TakenSources()); });
    TakenSources sources;
    for (const bool reverse : {false, true})
        for (const LinkSide& side : sides) {
            if (side.reverse != reverse)
                continue;
            for_each_condition(context, relation, std::span(&side, 1), memory, [&](const LinkCondition& condition) {
                take(condition, reverse ? sources : TakenSources());
            });
            if (!reverse)
                sources.add(*side.objects);
        }
}

}  // namespace gm2m::deletion
