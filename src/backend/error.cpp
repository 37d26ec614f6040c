#include <gm2m/error.hpp>

namespace gm2m {

void Error::add_context(std::string_view context) {
    message_ += " (";
    message_ += context;
    message_ += ')';
}

}  // namespace gm2m
