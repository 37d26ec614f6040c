#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "atlas/models.hpp"
#include "support/configuration.hpp"

namespace gm2m::test {

/// A copy of the database that the peer wrote: a file, or a database on the server. Gone afterwards.
class PeerDatabase {
public:
    explicit PeerDatabase(Engine engine);
    ~PeerDatabase();
    PeerDatabase(const PeerDatabase&) = delete;
    PeerDatabase& operator=(const PeerDatabase&) = delete;

    const std::string& url() const { return url_; }
    /// Runs SQL with the engine's own means; returns the first column of each row.
    std::vector<std::string> sql(const std::string& statement) const;
    /// Everything that the peer's tables hold, a line for each row.
    std::vector<std::string> contents() const;

private:
    std::optional<ScratchDatabase> file_;  // SQLite
    std::string name_;                     // PostgreSQL: of the database
    std::string url_;
};

/// A test on the peer's database, with the models of the example.
class AtlasTest : public testing::TestWithParam<Engine> {
protected:
    AtlasTest() : peer(GetParam()), db(open(atlas)) {}

    Database open(const ::atlas::Atlas& models) const {
        return Database::open(models.models, peer.url(), DatabaseOptions::django());
    }
    RelatedManager related_to(const std::string& code) {
        return db.related(db.get<::atlas::Country>(code), atlas.related);
    }

    PeerDatabase peer;
    ::atlas::Atlas atlas;
    Database db;
};

std::string name_of(Engine engine);

}  // namespace gm2m::test

#define GM2M_INSTANTIATE_ON_ENGINES(suite)                                          \
    INSTANTIATE_TEST_SUITE_P(Db, suite, testing::ValuesIn(::gm2m::test::engines()), \
                             [](const auto& instance) { return name_of(instance.param); })
