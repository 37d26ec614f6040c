#pragma once

#include <gm2m/object.hpp>

#include "query/context.hpp"
#include "relation/key_index.hpp"

namespace gm2m::relation {

/// Links as a join table gives them, grouped by content type; the objects that they refer to are loaded with one
/// statement per model, all in one round trip, and returned in the order of the links.
class LinkedObjects final : public backend::ResultSink {
public:
    static constexpr Kind columns[] = {Kind::integer, Kind::text};

    /// `may_repeat`: links may lead to one object twice, by rows of a through model; it is loaded once, and comes
    /// twice.
    explicit LinkedObjects(bool may_repeat = false) : may_repeat_(may_repeat) {}

    /// A link: content type and key text.
    void row(std::span<const ValueView> cells) override;
    /// The objects of the links; those whose row or model is gone are left out. (BEHAVIOUR 1.5, 2.9)
    std::vector<Object> load(Context& context);
    /// The same, with an empty handle in the place of each that is gone.
    std::vector<Object> load_in_place(Context& context);

private:
    struct Group {
        std::int64_t content_type;
        backend::ValueList keys{Kind::text};
        std::vector<Object> objects = {};
        std::vector<std::uint32_t> places = {};  // of each link's key, where it may repeat
        KeyIndex index = {};
    };

    bool may_repeat_;
    std::vector<Group> groups_;
    std::size_t last_ = 0;
    std::vector<std::uint32_t> group_of_;  // each link's
};

}  // namespace gm2m::relation
