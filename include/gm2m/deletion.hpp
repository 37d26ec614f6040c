#pragma once

#include <cstddef>

namespace gm2m {

/// What a deletion has removed.
struct Deleted {
    std::size_t rows = 0;
    std::size_t links = 0;
};

}  // namespace gm2m
