#pragma once

#include "backend/text_form.hpp"
#include "relation/distinct_keys.hpp"

namespace gm2m::relation {

/// Texts of keys, each once, numbered as they come. As long as all are integers they are kept as such, which takes half
/// of the time and memory.
class DistinctTexts {
public:
    std::size_t size() const noexcept { return keys_.size(); }
    /// By number: texts, or the integers that they are.
    const backend::ValueList& list() const noexcept { return keys_.list(); }

    std::string text_of(std::size_t number) const {
        std::string text;
        text::append_value(text, list().kind(), list()[number]);
        return text;
    }

    /// The number of a text, new or not.
    std::uint32_t insert(std::string_view text) {
        if (keys_.list().kind() == Kind::big_integer) {
            std::int64_t integer = 0;
            if (reads_as_integer(text, integer))
                return keys_.insert(ValueView::of_integer(integer));
            turn_into_texts();
        }
        return keys_.insert(ValueView::of_text(text));
    }

private:
    /// Whether the text is the only one of an integer. (An optional that is copied makes the processor wait: it is
    /// written in two parts and read as one.)
    static bool reads_as_integer(std::string_view text, std::int64_t& integer) noexcept {
        const std::size_t first_digit = text.starts_with('-') ? 1 : 0;
        if (text.size() > 1 && text[first_digit] == '0')
            return false;
        const std::optional<std::int64_t> parsed = text::parse_integer(text);
        integer = parsed.value_or(0);
        return parsed.has_value();
    }
    void turn_into_texts() {
        DistinctKeys texts(Kind::text);
        for (std::size_t i = 0; i < keys_.size(); ++i)
            texts.insert(ValueView::of_text(text_of(i)));
        keys_ = std::move(texts);
    }

    DistinctKeys keys_{Kind::big_integer};
};

}  // namespace gm2m::relation
