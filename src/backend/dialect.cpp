#include "backend/dialect.hpp"

#include <boost/uuid/detail/md5.hpp>
#include <fmt/format.h>

#include <gm2m/error.hpp>

namespace gm2m::backend {

std::string Dialect::quote(std::string_view identifier) const {
    if (identifier.empty() || identifier.find('\0') != std::string_view::npos)
        throw ConfigurationError("a table or column cannot have an empty name or one with a NUL byte");
    std::string quoted;
    quoted.reserve(identifier.size() + 2);
    quoted.append(1, '"').append(identifier).append(1, '"');
    for (std::size_t at = quoted.find('"', 1); at < quoted.size() - 1; at = quoted.find('"', at + 2))
        quoted.insert(at, 1, '"');
    return quoted;
}

std::string Dialect::escaped(std::string_view text, std::string_view special, char escape) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos)
            out += escape;
        out += c;
    }
    return out;
}

std::string Dialect::literal(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c;
        if (c == '\'')
            quoted += c;
    }
    return quoted + "'";
}

std::string Dialect::digest(std::string_view text) {
    boost::uuids::detail::md5 hash;
    hash.process_bytes(text.data(), text.size());
    boost::uuids::detail::md5::digest_type digest;
    hash.get_digest(digest);
    // Boost gives four words, and from 1.86 on sixteen bytes.
    std::string digits;
    for (const auto part : digest)
        digits += fmt::format("{:0{}x}", part, 2 * sizeof(part));
    return digits;
}

// Four digits, as the peer's names_digest() has them.
std::string Dialect::fit(std::string_view identifier) const {
    const std::size_t limit = name_limit();
    if (limit == 0 || identifier.size() <= limit)
        return std::string(identifier);
    std::size_t kept = limit - 4;
    while (kept > 0 && (static_cast<unsigned char>(identifier[kept]) & 0xC0) == 0x80)
        --kept;  // not in the middle of a character
    return std::string(identifier.substr(0, kept)) + digest(identifier).substr(0, 4);
}

}  // namespace gm2m::backend
