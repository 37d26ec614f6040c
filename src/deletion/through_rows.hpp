#pragma once

#include <array>

#include "deletion/link_condition.hpp"

namespace gm2m::deletion {

/// Deletes rows of a through model as objects, with what depends on them: those `FROM … AS l WHERE …`. Says how many
/// there were.
std::size_t remove_rows(Context& context, const Model& through, const std::string& rows,
                        std::span<const backend::Parameter> parameters);

/// The rows of a through model that link objects that go, at one end. Lives until its request has run.
class ThroughRows final : public backend::ResultSink {
public:
    /// Those of the objects from the `begin`-th on, of as many as one parameter holds. `lock`: in the order of their
    /// keys. `memory` outlives this.
    ThroughRows(Context& context, detail::RelationData& relation, const LinkSide& side, std::size_t begin, bool lock,
                Memory& memory);
    ThroughRows(const ThroughRows&) = delete;
    ThroughRows& operator=(const ThroughRows&) = delete;

    backend::Request request() {
        return {.sql = &sql_,
                .parameters = condition_.parameters(),
                .columns = kinds_,
                .sink = this,
                .plan_by_lists = true};
    }
    void row(std::span<const ValueView> cells) override { found_.push(cells[0]); }

    const Model& model() const noexcept { return model_; }
    const backend::ValueList& found() const noexcept { return found_; }

private:
    const Model& model_;
    LinkCondition condition_;
    backend::ValueList found_;
    std::array<Kind, 1> kinds_;
    std::string sql_;
};

}  // namespace gm2m::deletion
