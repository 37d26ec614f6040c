#pragma once

#include <gm2m/model.hpp>

/// The rows of run-time models: one Value per field, in the order of declaration, behind the same thunks as a struct.
namespace gm2m {

detail::Storage run_time_storage();
detail::Accessor run_time_accessor(std::size_t index, Kind kind);

}  // namespace gm2m
