#include "model/run_time_row.hpp"

#include <new>

namespace gm2m {
namespace {

struct Slot {
    std::size_t index;
    Kind kind;
};

}  // namespace

detail::Storage run_time_storage() {
    detail::Storage storage;
    storage.size = 0;  // grows with each field: see Registry
    storage.align = alignof(Value);
    storage.construct = [](const Model& model, void* at) {
        Value* values = static_cast<Value*>(at);
        std::size_t i = 0;
        for (const auto& field : model.fields())
            new (values + i++) Value(field->options().default_value);
    };
    storage.destroy = [](const Model& model, void* at) noexcept {
        Value* values = static_cast<Value*>(at);
        for (std::size_t i = 0; i < model.fields().size(); ++i)
            values[i].~Value();
    };
    return storage;
}

detail::Accessor run_time_accessor(std::size_t index, Kind kind) {
    detail::Accessor accessor;
    accessor.set_member(Slot{index, kind});
    accessor.view = [](const detail::Accessor& self, const void* object, Scratch&) {
        return static_cast<const Value*>(object)[self.get_member<Slot>().index].view();
    };
    accessor.assign = [](const detail::Accessor& self, void* object, const ValueView& from) {
        const Slot slot = self.get_member<Slot>();
        static_cast<Value*>(object)[slot.index] = Value(slot.kind, from);
    };
    return accessor;
}

}  // namespace gm2m
