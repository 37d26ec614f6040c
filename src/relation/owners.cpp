#include "relation/owners.hpp"

#include "backend/text_form.hpp"
#include "model/access.hpp"
#include "model/prefetched.hpp"

namespace gm2m::relation {

Owners::Owners(const Model& model, std::span<const Object> all) : keys_(model.primary_key().kind()) {
    for (const Object& object : all) {
        detail::Row* const row = object.row();
        const std::uint32_t owner = keys_.insert(saved_key({&model, data_of(row), nullptr, row}).view());
        if (owner == rows_.size())
            rows_.push_back(row);
        else
            repeats_.push_back({owner, row});
    }
}

backend::ValueList Owners::near_keys(const schema::TypedSide& side) const {
    return side.is_generic() ? key_texts() : keys();
}

backend::ValueList Owners::key_texts() const {
    backend::ValueList texts(Kind::text);
    texts.reserve(size());
    std::string text;
    for (std::size_t i = 0; i < size(); ++i) {
        text.clear();
        text::append_value(text, keys().kind(), keys()[i]);
        texts.push_text(text);
    }
    return texts;
}

void Owners::give(LinksByOwner links, std::span<const Object> targets, const detail::RelationData& relation,
                  bool reverse, std::span<const Object> rows) const {
    std::size_t begin = 0;
    for (std::size_t owner = 0; owner < rows_.size(); ++owner) {
        std::vector<Object> objects, through;
        objects.reserve(links.ends[owner] - begin);
        for (; begin < links.ends[owner]; ++begin) {
            if (const Object& target = targets[links.targets.front()]) {
                objects.push_back(target);
                if (!rows.empty())
                    through.push_back(rows[links.targets.front()]);
            }
            links.targets.pop_front();
        }
        detail::Prefetched& stored = detail::Prefetched::store(*rows_[owner], &relation, reverse, std::move(objects));
        stored.through = std::move(through);
    }
    for (const auto& [owner, row] : repeats_) {
        const detail::Prefetched& first = *detail::Prefetched::find(rows_[owner], &relation, reverse);
        detail::Prefetched::store(*row, &relation, reverse, first.objects).through = first.through;
    }
}

}  // namespace gm2m::relation
