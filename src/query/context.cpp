#include "query/context.hpp"

namespace gm2m {

Context::Cached& Context::entry_of(const Key& key) {
    return cache_[key];
}

}  // namespace gm2m
