#include "model/access.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"

namespace gm2m {

// Everything else takes the key for what the model's is.
void require_fitting_key(const Reference& reference) {
    if (reference.key.is_null() || reference.model->is_read_only())
        return;
    const Kind kind = reference.key.kind(), wanted = reference.model->primary_key().kind();
    if (kind != wanted && !(text::is_integer(kind) && text::is_integer(wanted)))
        throw InvalidValue(fmt::format("the key of a reference to {} is of kind {}, not {}", reference.model->label(),
                                       name_of(kind), name_of(wanted)));
}

ObjectView ObjectReader::read(const ObjectRef& object) {
    if (const Object* handle = object.object()) {
        const Model& model = handle->model();
        return {&model, data_of(handle->row()), nullptr, handle->row()};
    }
    if (const Reference* reference = object.reference()) {
        if (!reference->model)
            throw ObjectError("the reference names no model");
        require_fitting_key(*reference);
        return {reference->model, nullptr, &reference->key, nullptr};
    }
    if (object.type() != last_type_) {
        const Model*& model = models_[object.type()];
        if (!model)
            model = &registry_.get(*object.type());
        last_model_ = model;
        last_type_ = object.type();
    }
    return {last_model_, object.bare_struct(), nullptr, nullptr};
}

bool is_missing_key(const Field& primary_key, const ValueView& key) noexcept {
    switch (key.form()) {
        case ValueView::Form::null: return true;
        case ValueView::Form::integer: return primary_key.is_generated() && key.integer() == 0;
        case ValueView::Form::bytes:
            return primary_key.is_generated() && std::ranges::all_of(key.text(), [](char c) { return c == 0; });
        case ValueView::Form::text: return key.text().empty();
        default: return false;
    }
}

Value saved_key(const ObjectView& object) {
    const Field& key = object.model->primary_key();
    Scratch scratch;
    const ValueView value = object.key_view(scratch);
    if (is_missing_key(key, value))
        throw UnsavedObject(fmt::format("an object of {} was never saved, so that it has no relations: insert it first",
                                        object.model->label()));
    return Value(key.kind(), value);
}

std::string describe(const Model& model, const ValueView& key) {
    std::string text = model.label() + ":";
    text::append_value(text, model.primary_key().kind(), key);
    return text;
}

}  // namespace gm2m
