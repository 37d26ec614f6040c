#include "relation/changed_links.hpp"

namespace gm2m::relation {
namespace {

Reference reference_to(const Model* model, std::string_view text) {
    std::optional<Value> key = model ? parse_key(*model, text) : std::nullopt;
    return {model, key ? *std::move(key) : Value(text)};
}

}  // namespace

std::vector<Reference> ChangedLinks::references(Context& context) const {
    std::vector<Reference> references;
    references.reserve(changed_.size() + keys_.size());
    for (const std::size_t i : changed_)
        references.push_back(reference_to(given_->models[i], given_->keys.text_at(i)));
    std::optional<std::int64_t> last;
    const Model* model = nullptr;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (last != content_types_.integer_at(i)) {
            last = content_types_.integer_at(i);
            model = model_of(context, *last);
        }
        references.push_back(reference_to(model, keys_.text_at(i)));
    }
    return references;
}

const Model* ChangedLinks::model_of(Context& context, std::int64_t content_type) const {
    const auto content = context.content_types.find(static_cast<int>(content_type));
    return content ? content->registered : nullptr;
}

}  // namespace gm2m::relation
