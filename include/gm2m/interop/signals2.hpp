#pragma once

#include <boost/signals2/signal.hpp>

#include <gm2m/signal.hpp>

namespace gm2m {

/// Calls all receivers; true if any has answered true.
struct AnyTrue {
    using result_type = bool;
    template <class Iterator>
    bool operator()(Iterator first, Iterator last) const {
        bool any = false;
        for (; first != last; ++first)
            any = *first || any;
        return any;
    }
};

template <class Event>
using NativeSignal = boost::signals2::signal<bool(const Event&), AnyTrue>;

template <class Event>
struct Signal<Event>::Native {
    NativeSignal<Event> signal;
};

/// The Boost signal under a signal of gm2m, for groups of receivers, tracked objects and what else Boost offers. Lives
/// as long as the signal.
template <class Event>
NativeSignal<Event>& native(Signal<Event>& signal) noexcept {
    return signal.native().signal;
}

}  // namespace gm2m
