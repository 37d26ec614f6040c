#pragma once

#include "backend/text_form.hpp"

namespace gm2m::backend {

/// Whether columns of the kind hold integers. Dates and times are integers for us alone.
inline bool is_stored_as_integer(Kind kind) noexcept {
    return kind == Kind::boolean || text::is_integer(kind);
}

/// Text as SQLite columns hold it, for the kinds that have no storage class of their own.
inline void append_column_text(std::string& out, Kind kind, const ValueView& value) {
    switch (kind) {
        case Kind::uuid: text::append_uuid(out, value.text().data(), false); break;
        case Kind::date_time: text::append_date_time(out, value.integer()); break;
        default: text::append_value(out, kind, value); break;
    }
}

}  // namespace gm2m::backend
