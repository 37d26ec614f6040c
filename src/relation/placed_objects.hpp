#pragma once

#include <gm2m/object.hpp>

#include "query/object_sink.hpp"

namespace gm2m::relation {

/// An object and its place in the order of linking.
struct Placed {
    std::int64_t place;
    Object object;
};

/// Collects the rows of one model, each after its place.
class PlacedSink final : public backend::ResultSink {
public:
    /// `several`: as RowMaker has it.
    PlacedSink(const Model& model, std::vector<Placed>& out, bool several = false) : rows_(model, several), out_(out) {}
    void row(std::span<const ValueView> cells) override {
        if (out_.capacity() == 0)
            out_.reserve(ObjectSink::few);
        out_.push_back({cells[0].integer(), read_object(rows_, cells.subspan(1))});
    }

private:
    RowMaker rows_;
    std::vector<Placed>& out_;
};

/// The objects alone, as they stand.
inline std::vector<Object> objects_of(std::vector<Placed>&& placed) {
    std::vector<Object> objects;
    objects.reserve(placed.size());
    for (Placed& each : placed)
        objects.push_back(std::move(each.object));
    return objects;
}

}  // namespace gm2m::relation
