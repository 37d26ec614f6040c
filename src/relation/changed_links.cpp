#include "relation/changed_links.hpp"

namespace gm2m::relation {

const Model* ModelsByContentType::find(std::int64_t content_type) {
    const auto known = models_.find(content_type);
    if (known != models_.end())
        return known->second;
    const auto found = context_.content_types.find(static_cast<int>(content_type));
    return models_.emplace(content_type, found ? found->registered : nullptr).first->second;
}

std::vector<Reference> ChangedLinks::references(Context& context) const {
    std::vector<Reference> references;
    references.reserve(changed_.size() + keys_.size());
    for (const std::size_t i : changed_)
        references.push_back(given_->reference(i));
    ModelsByContentType models(context);
    // The links of one model tend to come together.
    std::int64_t last = 0;
    const Model* model = nullptr;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (const std::int64_t content_type = content_types_.integer_at(i); i == 0 || content_type != last) {
            last = content_type;
            model = models.find(content_type);
        }
        references.push_back(reference_to(model, keys_.text_at(i)));
    }
    return references;
}

}  // namespace gm2m::relation
