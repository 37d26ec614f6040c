#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <gm2m/gm2m.hpp>

#include "support/configuration.hpp"
#include "support/names.hpp"

namespace gm2m::test {

// The models of the README: plain structs, two of which inherit their members.
struct Video {
    std::int64_t id{};
    std::string title;
};
struct Movie : Video {};
struct Documentary : Video {};
struct User {
    std::int64_t id{};
    std::string name;
};
/// A target whose key is text.
struct Country {
    std::string code;
    std::string name;
};

/// The cinema's models, as structs or at run time, and its relation: users prefer videos, operas and countries.
struct Cinema {
    explicit Cinema(const Configuration& configuration, GM2MOptions options = {});

    Registry registry;
    GM2MField preferred;

private:
    static GM2MField declare(Registry& registry, const Configuration& configuration, GM2MOptions options);
};

/// A test with the cinema in a database of its own. Objects are made by name, so that one body serves structs and
/// run-time models.
class CinemaTest : public testing::TestWithParam<Configuration> {
protected:
    explicit CinemaTest(GM2MOptions options = {});

    Object user(const std::string& name);
    Object movie(const std::string& title);
    Object documentary(const std::string& title);
    Object opera(const std::string& title);
    Object country(const std::string& code);
    std::vector<Object> movies(int count);

    RelatedManager preferred_by(const Object& user) { return db.related(user, cinema.preferred); }
    RelatedManager users_of(const Object& target) { return db.related(target, "user_set"); }
    /// "cinema.Movie:1 cinema.Opera:1": sorted, so that the layout makes no difference.
    static std::string names(const std::vector<Object>& objects);
    static std::string names(const std::vector<Reference>& references);
    /// What the join table holds, "content type:key" of this source, asked without the library.
    std::size_t rows_in_join_table();

    ScratchDatabase scratch;
    Cinema cinema;
    Database db;
};

/// Counts what the listener sees, but for BEGIN and COMMIT.
class StatementCounter {
public:
    explicit StatementCounter(Database& database);
    ~StatementCounter();

    std::size_t statements() const { return statements_.size(); }
    std::size_t round_trips() const;
    const std::vector<std::string>& texts() const { return statements_; }
    void reset();

private:
    Database& database_;
    std::vector<std::string> statements_;
    std::vector<std::uint64_t> round_trips_;
};

}  // namespace gm2m::test

#define GM2M_INSTANTIATE(suite, configurations)                              \
    INSTANTIATE_TEST_SUITE_P(Db, suite, testing::ValuesIn(configurations()), \
                             [](const auto& instance) { return name_of(instance.param); })
