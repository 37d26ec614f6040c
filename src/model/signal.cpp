#include <gm2m/signal.hpp>

#include <gm2m/interop/signals2.hpp>

namespace gm2m {

namespace detail {

struct ReceiverTie {
    boost::signals2::connection connection;
};

}  // namespace detail

void SignalConnection::disconnect() const {
    if (tie_)
        tie_->connection.disconnect();
}

bool SignalConnection::is_connected() const {
    return tie_ && tie_->connection.connected();
}

template <class Event>
Signal<Event>::Signal() : native_(std::make_unique<Native>()) {}
template <class Event>
Signal<Event>::~Signal() = default;

template <class Event>
bool Signal<Event>::is_heard() const {
    return !native_->signal.empty();
}

template <class Event>
bool Signal<Event>::send(const Event& event) const {
    return native_->signal(event);
}

template <class Event>
SignalConnection Signal<Event>::connect_function(std::function<bool(const Event&)> receiver) {
    return SignalConnection(
        std::make_shared<detail::ReceiverTie>(detail::ReceiverTie{native_->signal.connect(std::move(receiver))}));
}

// The events are defined by the layers that send them; a signal knows them by reference alone.
class Deleting;
struct LinkChange;
struct ObjectSaved;
struct ObjectsDeleted;
template class Signal<Deleting>;
template class Signal<LinkChange>;
template class Signal<ObjectSaved>;
template class Signal<ObjectsDeleted>;

}  // namespace gm2m
