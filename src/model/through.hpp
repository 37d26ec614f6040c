#pragma once

#include <string>
#include <vector>

#include "model/relation_data.hpp"

namespace gm2m::detail {

/// What is wrong with a relation's through model: a finding in the making. (BEHAVIOUR 7)
struct ThroughProblem {
    std::string id;       // "gm2m.E102"
    std::string message;  // without the relation's label and a full stop
    std::string hint;     // a sentence
    bool is_warning = false;
};

/// Which fields of the through model make the links; null where there is none, and `problems` say why. Where a field
/// was only guessed, among several, that is a problem too.
struct ThroughChoice {
    const Field* source = nullptr;
    const GenericForeignKey* target = nullptr;
    std::vector<ThroughProblem> problems;
};

/// `relation` has a source; without a registered through model there is that problem alone.
ThroughChoice choose_through_fields(const GM2MFieldData& relation);

}  // namespace gm2m::detail
