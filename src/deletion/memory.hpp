#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <new>
#include <type_traits>
#include <utility>

namespace gm2m::deletion {

/// Where a deletion keeps what its statements refer to, and the nodes and tables of what it collects: in one piece but
/// for what they hold on the heap, unless it is of many objects. All of it goes at once.
class Memory {
public:
    Memory() = default;
    ~Memory() {
        while (last_) {
            ToDestroy& held = *std::exchange(last_, last_->before);
            held.destroy(held);
        }
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    std::pmr::memory_resource* resource() noexcept { return &resource_; }

    /// A T that lives as long as this, and stays where it is.
    template <class T, class... Arguments>
    T& make(Arguments&&... arguments) {
        if constexpr (std::is_trivially_destructible_v<T>) {
            return *new (resource_.allocate(sizeof(T), alignof(T))) T(std::forward<Arguments>(arguments)...);
        } else {
            auto* held = new (resource_.allocate(sizeof(Held<T>), alignof(Held<T>)))
                Held<T>(std::forward<Arguments>(arguments)...);
            held->before = std::exchange(last_, held);  // now, as T may have made others
            return held->value;
        }
    }

private:
    struct ToDestroy {
        void (*destroy)(ToDestroy&);
        ToDestroy* before;
    };
    template <class T>
    struct Held : ToDestroy {
        template <class... Arguments>
        explicit Held(Arguments&&... arguments)
            : ToDestroy{[](ToDestroy& held) { static_cast<Held&>(held).~Held(); }, nullptr},
              value(std::forward<Arguments>(arguments)...) {}
        T value;
    };

    /// Enough for one object, which a few relations link.
    alignas(std::max_align_t) std::array<std::byte, 4096> buffer_;
    std::pmr::monotonic_buffer_resource resource_{buffer_.data(), buffer_.size()};
    ToDestroy* last_ = nullptr;
};

}  // namespace gm2m::deletion
