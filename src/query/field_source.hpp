#pragma once

#include <algorithm>

#include "backend/connection.hpp"
#include "model/access.hpp"
#include "query/model_statements.hpp"

namespace gm2m::object_store {

/// The fields of some objects of one model that are in one table, as the parameters of a statement that runs once per
/// object.
class FieldSource final : public backend::RowSource {
public:
    FieldSource(const Model& model, const Model& table, bool with_key) : fields_(fields_in(model, table)) {
        if (!with_key)
            std::erase_if(fields_, [](const Field* field) { return field->is_primary_key(); });
    }
    explicit FieldSource(std::span<const Field* const> fields) : fields_(fields.begin(), fields.end()) {}
    void add(const Object& object) { objects_.push_back(object); }
    /// The keys are these, and not those that the objects have.
    void take_keys(const backend::ValueList& keys) {
        keys_ = &keys;
        const auto key = std::ranges::find_if(fields_, &Field::is_primary_key);
        key_ = static_cast<std::size_t>(key - fields_.begin());
    }
    std::span<const Object> objects() const noexcept { return objects_; }
    std::size_t parameters_per_row() const noexcept { return fields_.size(); }

    std::size_t rows() const override { return objects_.size(); }
    void bind(std::size_t row, std::span<backend::Parameter> parameters) override {
        scratch_.clear();
        const void* data = data_of(objects_[row].row());
        for (std::size_t i = 0; i < fields_.size(); ++i)
            parameters[i] = backend::Parameter(fields_[i]->kind(), fields_[i]->view(data, scratch_));
        if (keys_)
            parameters[key_] = backend::Parameter(keys_->kind(), (*keys_)[row]);
    }
    void check(bool with_key = true) {
        for (const Object& object : objects_) {
            scratch_.clear();
            for (const Field* field : fields_)
                if (with_key || !field->is_primary_key())
                    field->check(field->view(data_of(object.row()), scratch_));
        }
    }
    backend::Request request(const std::string& sql) {
        return backend::Request{.sql = &sql, .source = this, .parameters_per_row = fields_.size()};
    }

private:
    std::vector<const Field*> fields_;
    std::vector<Object> objects_;
    const backend::ValueList* keys_ = nullptr;
    std::size_t key_ = 0;  // its place among the fields
    Scratch scratch_;
};

}  // namespace gm2m::object_store
