#pragma once

#include <optional>

#include "backend/text_form.hpp"
#include "relation/distinct_keys.hpp"

namespace gm2m::deletion {

/// The objects of one model that a deletion takes, each once, in the order in which they were found.
class Going {
public:
    explicit Going(const Model& model) : model_(&model), keys_(model.primary_key().kind()) {}

    const Model& model() const noexcept { return *model_; }
    const backend::ValueList& keys() const noexcept { return keys_.list(); }
    std::size_t size() const noexcept { return keys_.size(); }
    void insert(const ValueView& key) { keys_.insert(key); }
    /// Keys that differ from each other.
    void insert_all(backend::ValueList keys) {
        if (size() == 0)
            keys_ = relation::DistinctKeys(std::move(keys));
        else
            for (std::size_t i = 0; i < keys.size(); ++i)
                insert(keys[i]);
    }
    bool contains(const ValueView& key) const { return keys_.contains(key); }
    /// The place of a key, or none.
    std::uint32_t find(const ValueView& key) const { return keys_.find(key); }
    static constexpr std::uint32_t none = relation::KeyIndex::none;

    /// The keys as join tables hold them.
    backend::ValueList texts(std::size_t begin, std::size_t count) const {
        backend::ValueList all(Kind::text);
        std::string text;
        for (std::size_t i = begin; i < size() && i - begin < count; ++i) {
            text.clear();
            text::append_value(text, keys().kind(), keys()[i]);
            all.push_text(text);
        }
        return all;
    }

private:
    const Model* model_;
    relation::DistinctKeys keys_;
};

}  // namespace gm2m::deletion
