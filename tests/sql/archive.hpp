#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/cinema.hpp"

namespace gm2m::test {

/// What a relation can be, in few models: keys that are numbers and text, on both sides; foreign keys, a generic one,
/// an ordinary many-to-many field, two relations. Statements depend on the models' metadata alone, so that run-time
/// models do for all.
struct Archive {
    explicit Archive(Layout layout);

    Registry registry;
    GM2MField likes;       // archive.Person to anything
    GM2MField related;     // archive.Country to anything
    ManyToManyField tags;  // archive.Movie to archive.Tag
};

/// An archive in a database of its own, with a few rows.
struct ArchiveDatabase {
    explicit ArchiveDatabase(const Configuration& configuration);

    QuerySet persons() { return db.query("archive.Person"); }
    QuerySet movies() { return db.query("archive.Movie"); }
    QuerySet countries() { return db.query("archive.Country"); }
    QuerySet tags() { return db.query("archive.Tag"); }
    QuerySet notes() { return db.query("archive.Note"); }
    /// The links of Archive::likes.
    QuerySet likes() { return db.query(archive.likes.join_model().label()); }
    /// Both sides of the relations.
    RelatedManager liked_by(const Object& person) { return db.related(person, archive.likes); }
    RelatedManager persons_who_like(const Object& target) { return db.related(target, "person_set"); }
    RelatedManager tags_of(const Object& movie) { return db.related(movie, archive.tags); }
    RelatedManager movies_tagged(const Object& tag) { return db.related(tag, "movie_set"); }

    /// The statements of an operation.
    std::vector<std::string> sent(const std::function<void()>& operation);

    ScratchDatabase scratch;
    Archive archive;
    Database db;
    /// Two persons, two movies, a country, a tag. Bob likes all the others but Ann, alien is tagged red.
    Object ann, bob, alien, brazil, chad, red;
};

class ArchiveTest : public testing::TestWithParam<Configuration>, protected ArchiveDatabase {
protected:
    ArchiveTest() : ArchiveDatabase(GetParam()) {}
};

/// A statement as the tests spell it: identifiers without their quotes, the parameters of both engines `$1`, `$2`….
std::string plain(std::string_view sql);

/// A plain statement in words of neither engine: `number(x)` for a key that is read from text, `text(x)` for one that
/// is written so, `list($1)` for the values of a list.
std::string neutral(const std::string& plain_sql);

}  // namespace gm2m::test
