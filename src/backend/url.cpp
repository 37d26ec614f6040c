#include <libpq-fe.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "backend/session.hpp"

namespace gm2m::backend {
namespace {

constexpr std::string_view forms =
    "expected sqlite3://<file>, sqlite3://:memory: or postgresql://<user>@<host>/<database>";

ConnectionUrl parse_sqlite(std::string_view rest) {
    ConnectionUrl url{ConnectionUrl::Engine::sqlite, {}, {}};
    std::string_view options;
    if (const auto question = rest.find('?'); question != std::string_view::npos) {
        options = rest.substr(question + 1);
        rest = rest.substr(0, question);
    }
    if (rest.starts_with("db=") || rest.starts_with("dbname="))  // SOCI's own form
        rest.remove_prefix(rest.find('=') + 1);
    if (rest.empty())
        throw ConfigurationError(fmt::format("the URL names no database file: {}", forms));
    if (rest.find('"') != std::string_view::npos || rest.find('\0') != std::string_view::npos)
        throw ConfigurationError("the name of a SQLite file cannot have a quotation mark or a NUL byte");
    url.file = rest;
    // The quotes let the name hold blanks.
    url.connect_string = fmt::format("db=\"{}\"", rest);
    while (!options.empty()) {
        const auto end = std::min(options.find('&'), options.size());
        const std::string_view option = options.substr(0, end);
        options.remove_prefix(std::min(end + 1, options.size()));
        const auto equals = std::min(option.find('='), option.size());
        const std::string_view name = option.substr(0, equals);
        const std::string_view value = option.substr(std::min(equals + 1, option.size()));
        if (name == "readonly" && (value == "true" || value == "false")) {
            if (value == "true")
                url.connect_string += " readonly=true";
        } else if (name == "create" && (value == "true" || value == "false")) {
            url.must_exist = value == "false" ? std::string(rest) : "";
        } else {
            throw ConfigurationError(
                fmt::format("'{}' is no option of a SQLite URL{}; there are readonly and create, each "
                            "true or false",
                            option, did_you_mean(name, {"readonly", "create"})));
        }
    }
    return url;
}

struct FreeOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

/// keyword='value', in the quotes of libpq and around them those of SOCI, which takes the string apart first.
std::string keyword_and_value(std::string_view keyword, std::string_view value) {
    if (value.find('"') != std::string_view::npos)
        throw ConfigurationError(
            fmt::format("SOCI cannot pass on a quotation mark in '{}': give it in libpq's environment "
                        "or, for a password, in a password file",
                        keyword));
    std::string text = fmt::format("{}=\"'", keyword);
    for (const char c : value) {
        if (c == '\'' || c == '\\')
            text += '\\';
        text += c;
    }
    return text + "'\"";
}

ConnectionUrl parse_postgresql(std::string_view whole, std::string_view rest) {
    // SOCI's form is a list of keywords; libpq's is a URI. libpq reads either.
    const bool keywords =
        rest.find('=') != std::string_view::npos && rest.find_first_of("/?@") == std::string_view::npos;
    char* message = nullptr;
    const std::string text(keywords ? rest : whole);
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(text.c_str(), &message));
    if (!options) {
        std::string reason = message ? message : "it cannot be read";
        PQfreemem(message);
        while (reason.ends_with('\n'))
            reason.pop_back();
        throw ConfigurationError(fmt::format("the URL makes no sense: {}", reason));
    }
    ConnectionUrl url{ConnectionUrl::Engine::postgresql, {}, {}};
    for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
        if (option->val && *option->val) {
            if (!url.connect_string.empty())
                url.connect_string += ' ';
            url.connect_string += keyword_and_value(option->keyword, option->val);
        }
    return url;
}

}  // namespace

ConnectionUrl parse_url(std::string_view url) {
    const auto colon = url.find("://");
    const std::string_view scheme = url.substr(0, colon);
    if (colon == std::string_view::npos)
        throw ConfigurationError(fmt::format("'{:.60}' is not a URL: {}", url, forms));
    const std::string_view rest = url.substr(colon + 3);
    if (scheme == "sqlite3" || scheme == "sqlite")
        return parse_sqlite(rest);
    if (scheme == "postgresql" || scheme == "postgres")
        return parse_postgresql(url, rest);
    throw ConfigurationError(fmt::format("'{}' is no engine that gm2m knows{}: {}", scheme,
                                         did_you_mean(scheme, {"sqlite3", "postgresql"}), forms));
}

}  // namespace gm2m::backend
