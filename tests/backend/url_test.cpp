#include <gtest/gtest.h>

#include <gm2m/error.hpp>

#include "backend/session.hpp"

namespace gm2m::test {
namespace {

using backend::ConnectionUrl;
using backend::parse_url;

TEST(UrlTest, NamesASqliteFile) {
    EXPECT_EQ(parse_url("sqlite3://cinema.db").engine, ConnectionUrl::Engine::sqlite);
    EXPECT_EQ(parse_url("sqlite3://cinema.db").connect_string, "db=\"cinema.db\"");
    EXPECT_EQ(parse_url("sqlite://cinema.db").connect_string, "db=\"cinema.db\"");
    EXPECT_EQ(parse_url("sqlite3:///srv/my films/a=b.db").connect_string, "db=\"/srv/my films/a=b.db\"");
    EXPECT_EQ(parse_url("sqlite3://db=cinema.db").connect_string, "db=\"cinema.db\"");
    EXPECT_EQ(parse_url("sqlite3://cinema.db?readonly=true").connect_string, "db=\"cinema.db\" readonly=true");
}

TEST(UrlTest, NamesAPostgresqlServerInAnyFormOfLibpq) {
    for (const char* url : {"postgresql://me@host:5433/cinema", "postgres://me@host:5433/cinema",
                            "postgresql://user=me host=host port=5433 dbname=cinema"}) {
        EXPECT_EQ(parse_url(url).engine, ConnectionUrl::Engine::postgresql);
        const std::string text = parse_url(url).connect_string;
        for (const char* part : {"user=\"'me'\"", "host=\"'host'\"", "port=\"'5433'\"", "dbname=\"'cinema'\""})
            EXPECT_NE(text.find(part), std::string::npos) << text;
    }
    EXPECT_NE(parse_url("postgresql://me:it%27s@host/x").connect_string.find("password=\"'it\\'s'\""),
              std::string::npos);
    EXPECT_EQ(parse_url("postgresql://").connect_string, "");
}

// "a URL that makes no sense"
TEST(UrlTest, RefusesWhatMakesNoSense) {
    for (const char* url : {"", "cinema.db", "sqlite3:", "sqlite3://", "sqlite3://?readonly=true", "mysql://x", "://x",
                            "sqlite3://x.db?readonly=maybe", "sqlite3://x.db?readnly=true", "sqlite3://a\"b",
                            "postgresql://host:port:more/x?y", "postgresql://host/db?nonsense=1"})
        EXPECT_THROW(parse_url(url), ConfigurationError) << url;
    try {
        parse_url("postgrsql://x");
        FAIL();
    } catch (const ConfigurationError& error) {
        EXPECT_NE(std::string(error.what()).find("did you mean 'postgresql'"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace gm2m::test
