#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "backend/value_list.hpp"

namespace gm2m::relation {

/// Texts, each once, numbered as they come. Open addressing: most texts come many times.
class DistinctKeys {
public:
    std::size_t size() const noexcept { return texts_.size(); }
    const backend::ValueList& texts() const noexcept { return texts_; }

    /// The number of a text, new or not.
    std::uint32_t insert(std::string_view text) {
        if (texts_.size() * 2 >= slots_.size())
            grow();
        std::size_t slot = first_slot(text);
        while (slots_[slot] != 0) {
            if (texts_.text_at(slots_[slot] - 1) == text)
                return slots_[slot] - 1;
            slot = (slot + 1) & (slots_.size() - 1);
        }
        texts_.push_text(text);
        slots_[slot] = static_cast<std::uint32_t>(texts_.size());
        return slots_[slot] - 1;
    }

private:
    std::size_t first_slot(std::string_view text) const {
        return std::hash<std::string_view>()(text) & (slots_.size() - 1);
    }
    void grow() {
        slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, 0);
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            std::size_t slot = first_slot(texts_.text_at(i));
            while (slots_[slot] != 0)
                slot = (slot + 1) & (slots_.size() - 1);
            slots_[slot] = static_cast<std::uint32_t>(i + 1);
        }
    }

    backend::ValueList texts_{Kind::text};
    std::vector<std::uint32_t> slots_;  // number + 1; 0 is free
};

}  // namespace gm2m::relation
