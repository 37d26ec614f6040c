#pragma once

#include <array>
#include <deque>

#include "query/context.hpp"

namespace gm2m::deletion {

/// Which of some objects of a child model are there. Lives until its requests have run.
class ChildRows final : public backend::ResultSink {
public:
    /// `lock`: their rows are locked, those in the tables of the parents before their own, as by a deletion of the
    /// parents. The keys are as many as one parameter holds.
    ChildRows(Context& context, const Model& model, backend::ValueList keys, bool lock);
    ChildRows(const ChildRows&) = delete;
    ChildRows& operator=(const ChildRows&) = delete;

    void append_requests(std::vector<backend::Request>& requests);
    void row(std::span<const ValueView> cells) override { found_.push(cells[0]); }

    const Model& model() const noexcept { return model_; }
    const backend::ValueList& found() const noexcept { return found_; }

private:
    const Model& model_;
    backend::ValueList keys_, found_;
    std::array<backend::Parameter, 1> parameters_;
    std::array<Kind, 1> kinds_;
    std::deque<std::string> locks_;  // of the parents' rows
    std::string select_;
};

}  // namespace gm2m::deletion
