#pragma once

#include <optional>

#include <gm2m/deletion.hpp>

#include "deletion/collected.hpp"

namespace gm2m::detail {

/// What receivers of `deleting` can read: loaded when the first of them asks.
class DeletingLists {
public:
    DeletingLists(Context& context, const GM2MField& field, std::vector<deletion::LinkSide> sides)
        : context_(context), field_(field), sides_(std::move(sides)) {}

    const std::vector<Object>& objects();
    const std::vector<Link>& links();

private:
    Context& context_;
    GM2MField field_;
    std::vector<deletion::LinkSide> sides_;
    std::optional<std::vector<Object>> objects_;
    std::optional<std::vector<Link>> links_;
};

}  // namespace gm2m::detail

namespace gm2m::deletion {

/// Sends `deleting` for each relation with a policy that has a signal, and notes the vetoes. (BEHAVIOUR 6.2, 6.3)
void send_deleting(Context& context, Collected& collected);

/// The objects of models whose `deleted` is heard, as they are before they go; and what tells of it afterwards.
using Vanishing = std::vector<std::pair<const Model*, std::vector<Object>>>;
Vanishing load_vanishing(Context& context, const Collected& collected);
void send_deleted(Context& context, const Vanishing& vanished);

}  // namespace gm2m::deletion
