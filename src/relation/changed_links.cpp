#include "relation/changed_links.hpp"

namespace gm2m::relation {

void ChangedLinks::append_references(Context& context, std::vector<Reference>& out) const {
    out.reserve(out.size() + keys_.size());
    std::optional<std::int64_t> last;
    const Model* model = nullptr;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (last != content_types_.integer_at(i)) {
            last = content_types_.integer_at(i);
            const auto content_type = context.content_types.find(static_cast<int>(*last));
            model = content_type ? content_type->registered : nullptr;
        }
        const std::string_view text = keys_.text_at(i);
        std::optional<Value> key = model ? parse_key(*model, text) : std::nullopt;
        out.push_back({model, key ? *std::move(key) : Value(text)});
    }
}

}  // namespace gm2m::relation
