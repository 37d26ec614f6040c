#pragma once

/// The version of the library. The build reads it from here; it is written nowhere else.
#define GM2M_VERSION_MAJOR 0
#define GM2M_VERSION_MINOR 1
#define GM2M_VERSION_PATCH 0
