#include "deletion/key_ranges.hpp"

#include "relation/sorted_order.hpp"

namespace gm2m::deletion {

KeyRanges::KeyRanges(const backend::ValueList& keys) : kind_(keys.kind()) {
    for (const std::uint32_t place : relation::sorted_order(keys)) {
        const std::int64_t key = keys.integer_at(place);
        if (!ranges_.empty() && key - 1 == ranges_.back().second)
            ranges_.back().second = key;
        else
            ranges_.emplace_back(key, key);
    }
}

void KeyRanges::bind(std::size_t row, std::span<backend::Parameter> parameters) {
    parameters[0] = backend::Parameter(kind_, ValueView::of_integer(ranges_[row].first));
    parameters[1] = backend::Parameter(kind_, ValueView::of_integer(ranges_[row].second));
}

}  // namespace gm2m::deletion
