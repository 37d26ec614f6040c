#include "relation/model_load.hpp"

#include "backend/text_form.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"

namespace gm2m::relation {

ModelLoad::ModelLoad(const Model& model, const backend::ValueList& texts, std::vector<Object>& objects)
    : model_(model), keys_(model.primary_key().kind()), objects_(objects) {
    const auto fields = model.fields();
    while (!fields[key_column_]->is_primary_key())
        ++key_column_;
    keys_.reserve(texts.size());
    places_.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        char buffer[16];
        if (const auto key = text::parse_value(keys_.kind(), texts.text_at(i), buffer)) {
            keys_.push(*key);
            places_.push_back(static_cast<std::uint32_t>(i));
        }
    }
}

void ModelLoad::append_requests(Context& context, std::vector<backend::Request>& requests) {
    const ModelStatements& statements = ModelStatements::of(context, model_);
    const auto append = [&](backend::ValueList keys, std::size_t first) {
        Part& part = parts_.emplace_back(*this, std::move(keys), first);
        requests.push_back({.sql = &statements.select_by_keys,
                            .parameters = part.parameters(),
                            .columns = statements.kinds,
                            .sink = &part});
    };
    if (keys_.empty())
        return;
    if (keys_.size() <= context.keys_per_statement)
        return append(std::move(keys_), 0);
    for (std::size_t begin = 0; begin < keys_.size(); begin += context.keys_per_statement)
        append(keys_.slice(begin, context.keys_per_statement), begin);
}

ModelLoad::Part::Part(ModelLoad& load, backend::ValueList keys, std::size_t first)
    : load_(load), keys_(std::move(keys)), index_(keys_), first_(first), parameters_{keys_} {}

void ModelLoad::Part::row(std::span<const ValueView> cells) {
    Object object = read_object(load_.model_, cells);
    index_.find(cells[load_.key_column_],
                [&](std::size_t i) { load_.objects_[load_.places_[first_ + i]] = object; });
}

}  // namespace gm2m::relation
