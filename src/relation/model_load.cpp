#include "relation/model_load.hpp"

#include <numeric>

#include "backend/text_form.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"
#include "relation/sorted_order.hpp"

namespace gm2m::relation {
namespace {

/// Reads keys, which are of a kind, or texts or integers that stand for their texts, as keys of that kind.
class KeyReader {
public:
    KeyReader(const backend::ValueList& keys, Kind kind) : keys_(keys), kind_(kind) {}

    /// Nothing if the i-th is no key of that kind. Valid until the next call.
    std::optional<ValueView> read(std::size_t i) {
        if (keys_.kind() == kind_)
            return keys_[i];
        if (!keys_.holds_integers())
            return text::parse_value(kind_, keys_.text_at(i), buffer_);
        text_.clear();
        text::append_integer(text_, keys_.integer_at(i));
        return text::parse_value(kind_, text_, buffer_);
    }

private:
    const backend::ValueList& keys_;
    Kind kind_;
    std::string text_;
    char buffer_[16];
};

}  // namespace

ModelLoad::ModelLoad(const Model& model, const backend::ValueList& keys, std::vector<Object>& objects,
                     std::vector<std::uint32_t> places)
    : rows_(model), keys_(model.primary_key().kind()), places_(std::move(places)), objects_(objects) {
    const auto fields = model.fields();
    while (!fields[key_column_]->is_primary_key())
        ++key_column_;
    if (places_.empty()) {
        places_.resize(keys.size());
        std::iota(places_.begin(), places_.end(), 0);
    }
    keys_.reserve(keys.size());
    KeyReader reader(keys, keys_.kind());
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (const auto key = reader.read(i)) {
            places_[keys_.size()] = places_[i];
            keys_.push(*key);
        }
    places_.resize(keys_.size());
    if (form_of(keys_.kind()) != ValueView::Form::text)
        sort_keys();
}

// Each page of the table is read once, the rows tend to come back in this order, and a key that two texts stand for
// ("1", "01") stands twice in a row.
void ModelLoad::sort_keys() {
    backend::ValueList keys(keys_.kind());
    keys.reserve(keys_.size());
    std::vector<std::uint32_t> places;
    places.reserve(keys_.size());
    for (const std::uint32_t i : sorted_order(keys_)) {
        keys.push(keys_[i]);
        places.push_back(places_[i]);
    }
    keys_ = std::move(keys);
    places_ = std::move(places);
}

void ModelLoad::append_requests(Context& context, std::vector<backend::Request>& requests) {
    const RowReadStatements& statements = RowReadStatements::of(context, rows_.model());
    const std::span<const Kind> columns = ModelColumns::of(context, rows_.model()).kinds;
    const auto append = [&](backend::ValueList keys, std::size_t first) {
        Part& part = parts_.emplace_back(*this, std::move(keys), first);
        requests.push_back({.sql = &statements.select_by_keys,
                            .parameters = part.parameters(),
                            .columns = columns,
                            .sink = &part,
                            .plan_by_lists = true});
    };
    if (keys_.empty())
        return;
    if (keys_.size() <= context.keys_per_statement)
        return append(std::move(keys_), 0);
    for (std::size_t begin = 0; begin < keys_.size(); begin += context.keys_per_statement)
        append(keys_.slice(begin, context.keys_per_statement), begin);
}

ModelLoad::Part::Part(ModelLoad& load, backend::ValueList keys, std::size_t first)
    : load_(load), keys_(std::move(keys)), first_(first), parameters_{keys_} {}

void ModelLoad::Part::row(std::span<const ValueView> cells) {
    const std::uint32_t found = index_.find_next(keys_, cells[load_.key_column_]);
    if (found == KeyIndex::none)
        return;
    const auto repeats = [&](std::size_t i) {
        return keys_.holds_integers() ? keys_.integer_at(i) == keys_.integer_at(found)
                                      : keys_.text_at(i) == keys_.text_at(found);
    };
    std::size_t begin = found, end = found + std::size_t{1};
    while (begin > 0 && repeats(begin - 1))
        --begin;
    while (end < keys_.size() && repeats(end))
        ++end;
    const std::span places(load_.places_.begin() + static_cast<std::ptrdiff_t>(first_ + begin), end - begin);
    const Object& object = load_.objects_[places.front()] = read_object(load_.rows_, cells);
    for (const std::uint32_t place : places.subspan(1))
        load_.objects_[place] = object;
}

}  // namespace gm2m::relation
