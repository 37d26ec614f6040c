#include "backend/dialect.hpp"

#include <boost/uuid/detail/md5.hpp>
#include <fmt/format.h>

#include <gm2m/error.hpp>

namespace gm2m::backend {
namespace {

/// The first four hexadecimal digits of the MD5 of `text`, as the peer's names_digest() has them.
std::string short_hash(std::string_view text) {
    boost::uuids::detail::md5 hash;
    hash.process_bytes(text.data(), text.size());
    boost::uuids::detail::md5::digest_type digest;
    hash.get_digest(digest);
    // Boost gives four words, and from 1.86 on sixteen bytes.
    if constexpr (sizeof(digest[0]) == 1)
        return fmt::format("{:02x}{:02x}", digest[0], digest[1]);
    else
        return fmt::format("{:04x}", digest[0] >> 16);
}

}  // namespace

std::string Dialect::quote(std::string_view identifier) const {
    if (identifier.empty() || identifier.find('\0') != std::string_view::npos)
        throw ConfigurationError("a table or column cannot have an empty name or one with a NUL byte");
    std::string quoted = "\"";
    for (const char c : identifier) {
        quoted += c;
        if (c == '"')
            quoted += c;
    }
    quoted += '"';
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

std::string Dialect::fit(std::string_view identifier) const {
    const std::size_t limit = name_limit();
    if (limit == 0 || identifier.size() <= limit)
        return std::string(identifier);
    std::size_t kept = limit - 4;
    while (kept > 0 && (static_cast<unsigned char>(identifier[kept]) & 0xC0) == 0x80)
        --kept;  // not in the middle of a character
    return std::string(identifier.substr(0, kept)) + short_hash(identifier);
}

}  // namespace gm2m::backend
