#pragma once

#include <memory>

#include "sql/archive.hpp"
#include "sql/plan.hpp"

namespace gm2m::test {

/// An archive with so many rows that an engine would not read all of them to find a few: 10,000 persons who like six
/// movies and four countries each, of as many movies and a thousand countries. Names, titles and keys are numbers, as
/// text or as such.
struct FilledArchive : ArchiveDatabase {
    explicit FilledArchive(const Configuration& configuration);

    std::unique_ptr<Planner> planner;
};

}  // namespace gm2m::test
