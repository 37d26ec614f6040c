#pragma once

#include <gm2m/value.hpp>

namespace gm2m::query {

inline bool is_number(Kind kind) {
    return kind == Kind::small_integer || kind == Kind::integer || kind == Kind::big_integer || kind == Kind::real ||
           kind == Kind::decimal;
}

/// Whether values of the kinds compare, on both engines.
inline bool are_comparable(Kind a, Kind b) {
    return a == b || (is_number(a) && is_number(b));
}

/// Whether the kind has a least and a greatest value, on both engines.
inline bool has_order(Kind kind) {
    return is_number(kind) || kind == Kind::text || kind == Kind::date || kind == Kind::time || kind == Kind::date_time;
}

}  // namespace gm2m::query
