#include <gm2m/object.hpp>

#include <ostream>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/access.hpp"
#include "model/prefetched.hpp"

namespace gm2m {
std::string Reference::to_string() const {
    return fmt::format("{}:{}", model ? model->label() : "?", key.to_string());
}

std::ostream& operator<<(std::ostream& out, const Reference& reference) {
    return out << reference.to_string();
}

std::ostream& operator<<(std::ostream& out, const Object& object) {
    return out << (object ? object.to_string() : "none");
}

bool operator==(const Object& a, const Object& b) {
    if (a.is(b))
        return true;
    if (!a || !b || &a.model().concrete_model() != &b.model().concrete_model())
        return false;
    const Value key = a.key();
    return !is_missing_key(a.model().primary_key(), key.view()) && key == b.key();
}

const Model& Object::model() const {
    if (!row_)
        throw ObjectError("the handle is empty: it refers to no object");
    return *row_->model;
}

Value Object::key() const {
    const Field& key = model().primary_key();
    Scratch scratch;
    return Value(key.kind(), key.view(data_of(row_), scratch));
}

Value Object::operator[](std::string_view name) const {
    const Field& field = model().field(name);
    Scratch scratch;
    return Value(field.kind(), field.view(data_of(row_), scratch));
}

void Object::set(std::string_view name, const Value& value) const {
    const Field& field = model().field(name);
    const Value fitting = field.coerce(value);
    field.check(fitting.view());
    field.assign(data_of(row_), fitting.view());
}

void Object::throw_wrong_type(const detail::TypeInfo& wanted) const {
    throw WrongModel(fmt::format("the object is a {}, not a {}", model().label(), detail::name_of(wanted)));
}

void Object::throw_no_visitor() const {
    throw WrongModel(
        fmt::format("no visitor takes a {}; one that takes const gm2m::Object& takes any model", model().label()));
}

Object as_object_of(const Model& model, const Object& object) {
    Object same = model.make();
    const auto fields = object.model().fields(), own = model.fields();
    Scratch scratch;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        scratch.clear();
        own[i]->assign(data_of(same.row()), fields[i]->view(data_of(object.row()), scratch));
    }
    same.row()->stored = object.is_stored();
    detail::Prefetched::copy(*object.row(), *same.row());
    return same;
}

Object Model::make() const {
    require_complete();
    return Object::adopt(detail::Row::create(*this));
}

Object Model::make(std::initializer_list<std::pair<std::string_view, Value>> values) const {
    Object object = make();
    for (const auto& [field, value] : values)
        object.set(field, value);
    return object;
}

}  // namespace gm2m
