#include "relation/linked_objects.hpp"

#include <algorithm>
#include <deque>

#include "backend/text_form.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"
#include "relation/key_index.hpp"

namespace gm2m::relation {
namespace {

/// Keys of one model as one statement takes them, and where its objects go.
class ModelPart final : public backend::ResultSink {
public:
    ModelPart(const Model& model, const std::vector<std::uint32_t>& places, std::size_t first, std::vector<Object>& out)
        : model_(model), keys_(model.primary_key().kind()), index_(keys_), places_(places), first_(first), out_(out) {
        const auto fields = model.fields();
        for (std::size_t i = 0; i < fields.size(); ++i)
            if (fields[i]->is_primary_key())
                key_column_ = i;
    }
    ModelPart(const ModelPart&) = delete;
    ModelPart& operator=(const ModelPart&) = delete;

    backend::ValueList& keys() noexcept { return keys_; }
    backend::Request request(const ModelStatements& statements) {
        parameter_[0] = keys_;
        return {.sql = &statements.select_by_keys, .parameters = parameter_, .columns = statements.kinds, .sink = this};
    }

    void row(std::span<const ValueView> cells) override {
        Object object = read_object(model_, cells);
        index_.find(cells[key_column_], [&](std::size_t i) { out_[places_[first_ + i]] = object; });
    }

private:
    const Model& model_;
    backend::ValueList keys_;
    KeyIndex index_;
    const std::vector<std::uint32_t>& places_;
    std::size_t first_;
    std::vector<Object>& out_;
    std::size_t key_column_ = 0;
    backend::Parameter parameter_[1];
};

}  // namespace

LinkedObjects::Group& LinkedObjects::group_of(std::int64_t content_type) {
    if (!groups_.empty() && groups_[last_].content_type == content_type)
        return groups_[last_];
    const auto found = std::ranges::find(groups_, content_type, &Group::content_type);
    last_ = static_cast<std::size_t>(found - groups_.begin());
    if (found == groups_.end())
        groups_.push_back({content_type});
    return groups_[last_];
}

void LinkedObjects::row(std::span<const ValueView> cells) {
    Group& group = group_of(cells[0].integer());
    group.keys.push_text(cells[1].text());
    group.places.push_back(count_++);
}

std::vector<Object> LinkedObjects::load(Context& context) {
    std::vector<Object> objects(count_);
    std::deque<ModelPart> parts;
    std::vector<backend::Request> requests;
    for (Group& group : groups_) {
        const auto content_type = context.content_types.find(static_cast<int>(group.content_type));
        if (!content_type || !content_type->registered)
            continue;
        const Model& model = *content_type->registered;
        const ModelStatements& statements = ModelStatements::of(context, model);
        const Kind kind = model.primary_key().kind();
        std::vector<std::uint32_t> places;  // of the keys that can be keys of this model
        backend::ValueList keys(kind);
        keys.reserve(group.keys.size());
        places.reserve(group.keys.size());
        for (std::size_t i = 0; i < group.keys.size(); ++i) {
            char buffer[16];
            if (const auto key = text::parse_value(kind, group.keys.text_at(i), buffer)) {
                keys.push(*key);
                places.push_back(group.places[i]);
            }
        }
        group.places = std::move(places);
        for (std::size_t begin = 0; begin < keys.size(); begin += context.keys_per_statement) {
            ModelPart& part = parts.emplace_back(model, group.places, begin, objects);
            if (keys.size() <= context.keys_per_statement) {
                part.keys() = std::move(keys);
                requests.push_back(part.request(statements));
                break;
            }
            for (std::size_t i = begin; i < std::min(begin + context.keys_per_statement, keys.size()); ++i)
                part.keys().push(keys[i]);
            requests.push_back(part.request(statements));
        }
    }
    context.connection.execute(requests, backend::Access::read);
    std::erase_if(objects, [](const Object& object) { return !object; });
    return objects;
}

}  // namespace gm2m::relation
