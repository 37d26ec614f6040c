#include "text.hpp"

#include <algorithm>
#include <ostream>

#include "models.hpp"

namespace atlas {
namespace {

/// Code points, as bytes that do not continue one: near enough to columns for names.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](unsigned char byte) { return (byte & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string describe(const gm2m::Object& object) {
    const auto with_code = [](const auto& thing) { return thing.name + " (" + thing.code + ")"; };
    // The first visitor that takes the object's struct is called; the last one takes an object of any model.
    return object.visit([&](const Country& country) { return with_code(country); },
                        [&](const Subdivision& subdivision) { return with_code(subdivision); },
                        [](const TimeZone& zone) { return zone.name; },
                        [&](const Currency& currency) { return with_code(currency); },
                        [&](const Language& language) { return with_code(language); },
                        [&](const Script& script) { return with_code(script); },
                        [](const gm2m::Object& other) { return other.to_string(); });
}

void print_list(std::ostream& out, std::vector<std::string> names, std::size_t most) {
    constexpr std::size_t indent = 4, columns = 100;
    std::ranges::sort(names);
    if (names.size() > most) {
        const std::size_t hidden = names.size() - most;
        names.resize(most);
        names.push_back("and " + std::to_string(hidden) + " more");
    }
    out << std::string(indent, ' ');
    std::size_t column = indent;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string word = names[i] + (i + 1 < names.size() ? "," : "");
        if (i > 0 && column + 1 + width(word) > columns) {
            out << '\n' << std::string(indent, ' ');
            column = indent;
        } else if (i > 0) {
            out << ' ';
            ++column;
        }
        out << word;
        column += width(word);
    }
    out << '\n';
}

}  // namespace atlas
