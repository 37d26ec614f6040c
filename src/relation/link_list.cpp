#include "relation/link_list.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "model/access.hpp"
#include "model/relation_data.hpp"
#include "relation/link_index.hpp"
#include "relation/sorted_order.hpp"

namespace gm2m::relation {
void LinkKeys::append_texts() const {
    text::Digits digits;
    texts_.reserve(integers_.size());
    for (std::size_t i = texts_.size(); i < integers_.size(); ++i)
        texts_.push_text(text::write_integer(*integers_[i], digits));
}

void LinkList::push(const LinkList& other, std::size_t i) {
    content_types.push_integer(other.content_types.integer_at(i));
    keys.push(other.keys, i);
    models.push_back(other.models[i]);
}

LinkList LinkList::slice(std::size_t begin, std::size_t count) const {
    LinkList part;
    const std::size_t end = std::min(begin + count, size());
    for (std::size_t i = begin; i < end; ++i)
        part.push(*this, i);
    return part;
}

void LinkList::drop_repeats() {
    const LinkIndex index(*this);
    if (!index.has_repeats())
        return;
    LinkList once;
    for (std::size_t i = 0; i < size(); ++i)
        if (index.is_first(i))
            once.push(*this, i);
    *this = std::move(once);
}

std::vector<backend::ValueList> target_keys(const LinkList& links, std::span<const TargetModel> models) {
    std::vector<backend::ValueList> keys;
    keys.reserve(models.size());
    for (const TargetModel& target : models)
        keys.emplace_back(target.model->primary_key().kind());
    char buffer[16];
    std::size_t model = 0;
    for (std::size_t i = 0; i < links.size(); ++i) {
        // The objects of one model tend to come together.
        while (models[model].content_type != links.content_types.integer_at(i))
            model = (model + 1) % models.size();
        if (const auto& integer = links.keys.integer_at(i))
            keys[model].push_integer(*integer);
        else
            keys[model].push(*text::parse_value(keys[model].kind(), links.keys.text_at(i), buffer));
    }
    // What is sorted is sorted no more by the server, which looks them up and locks them in this order.
    for (backend::ValueList& list : keys)
        list = sorted_distinct(std::move(list));
    return keys;
}

Reference LinkList::reference(std::size_t i) const {
    const auto& integer = keys.integer_at(i);
    return integer ? Reference{models[i], Value(models[i]->primary_key().kind(), ValueView::of_integer(*integer))}
                   : reference_to(models[i], keys.text_at(i));
}

void LinkListBuilder::add(const ObjectRef& object) {
    const ObjectView view = context_.reader.read(object);
    const Model& model = field_.data().linked_model(*view.model);
    const std::size_t index = model_index(model);
    const Field& key = view.model->primary_key();
    scratch_.clear();
    const ValueView value = view.key_view(scratch_);
    if (is_missing_key(key, value))
        throw UnsavedObject(
            fmt::format("an object of {} was never saved, so that {} cannot refer to it: insert it first",
                        model.label(), field_.label()));
    if (text::is_integer(key.kind())) {
        const std::int64_t integer = value.integer();
        if (integer > short_integer_ || integer < -short_integer_)
            check_length(model, value);
        keys_.push_integer(integer);
    } else {
        if (key.kind() == Kind::text)
            key.check(value);
        keys_.push_text(check_length(model, value));
    }
    model_of_.push_back(index);
}

/// The key's text.
std::string_view LinkListBuilder::check_length(const Model& model, const ValueView& key) {
    text_.clear();
    text::append_value(text_, model.primary_key().kind(), key);
    if (key_length_ && text_.size() > *key_length_ && text::count_characters(text_) > *key_length_)
        throw_key_too_long(field_, describe(model, key), text::count_characters(text_));
    return text_;
}

std::int64_t LinkListBuilder::short_integer(std::optional<std::size_t> key_length) {
    if (!key_length)
        return std::numeric_limits<std::int64_t>::max();
    constexpr std::size_t most_digits = 18;
    std::int64_t power = 1;
    // One character is kept for the sign.
    for (std::size_t digits = 1; digits < *key_length && digits <= most_digits; ++digits)
        power *= 10;
    return power - 1;
}

void throw_key_too_long(const GM2MField& field, const std::string& object, std::size_t length) {
    throw KeyTooLong(fmt::format(
        "the key of {} has {} characters, but {} takes {}: declare {}", object, length,
        field.has_through() ? field.through_fields().target->key->label() : "the join table of " + field.label(),
        field.key_length().value_or(0),
        field.has_through() ? "that field with a larger max_length" : "the relation with a larger pk_maxlength"));
}

std::size_t LinkListBuilder::model_index(const Model& model) {
    // The objects of one model tend to come together.
    if (!model_of_.empty() && distinct_models_[model_of_.back()] == &model)
        return model_of_.back();
    const auto found = std::ranges::find(distinct_models_, &model);
    if (found != distinct_models_.end())
        return static_cast<std::size_t>(found - distinct_models_.begin());
    model.require_complete();
    distinct_models_.push_back(&model);
    return distinct_models_.size() - 1;
}

LinkList LinkListBuilder::build(std::span<const std::optional<int>> ids) {
    LinkList list;
    list.content_types.reserve(model_of_.size());
    list.models.reserve(model_of_.size());
    if (std::ranges::all_of(ids, [](const auto& id) { return id.has_value(); })) {
        for (const std::size_t model : model_of_) {
            list.content_types.push_integer(*ids[model]);
            list.models.push_back(distinct_models_[model]);
        }
        list.keys = std::move(keys_);
        return list;
    }
    for (std::size_t i = 0; i < model_of_.size(); ++i) {
        const std::size_t model = model_of_[i];
        if (!ids[model])
            continue;
        list.content_types.push_integer(*ids[model]);
        list.keys.push(keys_, i);
        list.models.push_back(distinct_models_[model]);
    }
    return list;
}

LinkList LinkListBuilder::known() {
    std::vector<std::optional<int>> ids;
    for (const Model* model : distinct_models_)
        ids.push_back(context_.content_types.find_id(*model));
    return build(ids);
}

bool LinkListBuilder::needs_content_types() {
    return std::ranges::any_of(distinct_models_,
                               [&](const Model* model) { return !context_.content_types.find_id_once(*model); });
}

LinkList LinkListBuilder::complete() {
    // Callers that create the same ones do so in one order, lest they wait for each other.
    std::vector<const Model*> sorted = distinct_models_;
    std::ranges::sort(sorted, {}, &Model::label);
    for (const Model* model : sorted)
        context_.content_types.id_of(*model);
    std::vector<std::optional<int>> ids;
    for (const Model* model : distinct_models_) {
        ids.push_back(context_.content_types.id_of(*model));
        targets_.push_back({*ids.back(), model});
    }
    std::ranges::sort(targets_, {}, &TargetModel::content_type);
    return build(ids);
}

Reference reference_to(const Model* model, std::string_view text) {
    if (model) {
        char buffer[16];
        const Kind kind = model->primary_key().kind();
        if (const auto key = text::parse_value(kind, text, buffer))
            return {model, Value(kind, *key)};
    }
    return {model, Value(text)};
}

}  // namespace gm2m::relation
