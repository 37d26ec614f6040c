#pragma once

#include "sql/archive.hpp"

namespace gm2m::test {

struct Operation {
    std::string name;
    std::function<void()> run;
};

/// All that the library does with relations, each in its forms, on the rows of an archive that has just been made. None
/// needs another to have run; what they write is to be rolled back. The archive outlives them.
std::vector<Operation> every_operation(ArchiveDatabase& archive);

/// What no statement may have in its text: values that operations of the above are given.
inline const std::string secret_text = "qwertz";
inline constexpr int secret_number = 424242;

}  // namespace gm2m::test
