#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace gm2m {

namespace detail {
struct ReceiverTie;
}

/// The tie between a receiver and a signal: a handle, cheap to copy, that outlives both without harm. When it goes, the
/// receiver stays connected; see ScopedConnection.
class SignalConnection {
public:
    SignalConnection() noexcept = default;
    explicit SignalConnection(std::shared_ptr<detail::ReceiverTie> tie) noexcept : tie_(std::move(tie)) {}

    /// The receiver is not called any more; a call that is under way on another thread may still end.
    void disconnect() const;
    bool is_connected() const;

private:
    std::shared_ptr<detail::ReceiverTie> tie_;
};

/// Disconnects its receiver when it goes. Movable.
class ScopedConnection {
public:
    ScopedConnection() noexcept = default;
    ScopedConnection(SignalConnection connection) noexcept : connection_(std::move(connection)) {}
    ScopedConnection(ScopedConnection&& other) noexcept : connection_(std::exchange(other.connection_, {})) {}
    ScopedConnection& operator=(ScopedConnection&& other) noexcept {
        if (this != &other) {
            connection_.disconnect();
            connection_ = std::exchange(other.connection_, {});
        }
        return *this;
    }
    ~ScopedConnection() { connection_.disconnect(); }

    void disconnect() { connection_.disconnect(); }
    bool is_connected() const { return connection_.is_connected(); }
    /// Leaves the receiver connected.
    SignalConnection release() noexcept { return std::exchange(connection_, {}); }

private:
    SignalConnection connection_;
};

/// Tells receivers of events. They are called in the order in which they connected, on the thread that sends. May be
/// connected to, disconnected from and sent by any threads at once, also by a receiver that is being called: what
/// connects during a call is not part of it. A receiver that throws ends the call and what it is about.
/// interop/signals2.hpp gives the Boost signal underneath.
template <class Event>
class Signal {
public:
    Signal();
    ~Signal();
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    /// The receiver takes a `const Event&`, and answers with a bool or not at all, which is no.
    template <class Receiver>
    SignalConnection connect(Receiver receiver) {
        static_assert(std::invocable<Receiver&, const Event&>,
                      "gm2m: a receiver is called with the signal's event: it takes a const Event&");
        if constexpr (std::invocable<Receiver&, const Event&>)
            return connect_receiver(std::move(receiver));
    }
    /// Whether anybody is connected: what would be sent need not be gathered otherwise.
    bool is_heard() const;
    /// Calls all receivers; says whether any has answered true.
    bool send(const Event& event) const;

    struct Native;
    Native& native() const noexcept { return *native_; }

private:
    template <class Receiver>
    SignalConnection connect_receiver(Receiver receiver) {
        using Answer = std::invoke_result_t<Receiver&, const Event&>;
        // A count, or a pointer that happens to be returned, would be taken for a veto.
        static_assert(std::is_void_v<Answer> || std::same_as<std::remove_cvref_t<Answer>, bool>,
                      "gm2m: a receiver returns a bool, or nothing");
        if constexpr (std::is_void_v<Answer>)
            return connect_function([receiver = std::move(receiver)](const Event& event) mutable {
                receiver(event);
                return false;
            });
        else
            return connect_function(std::move(receiver));
    }
    SignalConnection connect_function(std::function<bool(const Event&)> receiver);

    std::unique_ptr<Native> native_;
};

}  // namespace gm2m
