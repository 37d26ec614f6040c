#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>

namespace gm2m::deletion {

/// Where a deletion keeps the nodes and tables of what it is made of, all of which go at once: in one piece, unless it
/// is of many objects.
class Memory {
public:
    Memory() = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    std::pmr::memory_resource* resource() noexcept { return &resource_; }

private:
    /// Enough for one object, which a few relations link.
    alignas(std::max_align_t) std::array<std::byte, 4096> buffer_;
    std::pmr::monotonic_buffer_resource resource_{buffer_.data(), buffer_.size()};
};

}  // namespace gm2m::deletion
