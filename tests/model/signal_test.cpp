#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

#include <gm2m/gm2m.hpp>
#include <gm2m/interop/signals2.hpp>

#include "database/database_impl.hpp"
#include "deletion/deleting.hpp"

namespace gm2m::test {
namespace {

/// A signal of its own, and an event to send that says nothing.
class SignalTest : public testing::Test {
protected:
    static GM2MField declare(Registry& models) {
        models.model("app.Source").primary_key("id", Kind::integer);
        return models.gm2m("app.Source", "targets");
    }
    /// A receiver that notes that it was called.
    auto noting(const char* name, bool answer = false) {
        return [this, name, answer](const Deleting&) {
            called += name;
            return answer;
        };
    }
    std::string send() {
        called.clear();
        answered = signal.send(event);
        return called;
    }

    Registry models;
    GM2MField field = declare(models);
    Database db = Database::open(models, "sqlite3://:memory:");
    detail::DeletingLists lists{db.impl().context, field, {}};
    Deleting event{field, db, lists};
    Signal<Deleting> signal;
    std::string called;
    bool answered = false;
};
using SignalThreadsTest = SignalTest;

TEST_F(SignalTest, CallsItsReceiversInOrder) {
    EXPECT_FALSE(signal.is_heard());
    EXPECT_EQ(send(), "");
    signal.connect(noting("a"));
    signal.connect(noting("b"));
    signal.connect(noting("c"));
    EXPECT_TRUE(signal.is_heard());
    EXPECT_EQ(send(), "abc");
    EXPECT_EQ(send(), "abc");
}

// All are called, whatever they answer; what is no answer is read as no.
TEST_F(SignalTest, SaysWhetherAnyAnsweredTrue) {
    signal.connect(noting("a"));
    EXPECT_EQ(send(), "a");
    EXPECT_FALSE(answered);
    const SignalConnection yes = signal.connect(noting("b", true));
    signal.connect(noting("c"));
    signal.connect([&](const Deleting&) { called += "d"; });
    EXPECT_EQ(send(), "abcd");
    EXPECT_TRUE(answered);
}

TEST_F(SignalTest, Disconnects) {
    const SignalConnection a = signal.connect(noting("a"));
    const SignalConnection b = signal.connect(noting("b")), same = b;
    EXPECT_TRUE(b.is_connected());
    same.disconnect();
    EXPECT_FALSE(b.is_connected());
    EXPECT_EQ(send(), "a");
    b.disconnect();  // harmless
    a.disconnect();
    EXPECT_FALSE(signal.is_heard());
    const SignalConnection none;
    EXPECT_FALSE(none.is_connected());
    none.disconnect();
}

TEST_F(SignalTest, AScopedConnectionDisconnects) {
    ScopedConnection kept;
    EXPECT_FALSE(kept.is_connected());
    {
        const ScopedConnection a = signal.connect(noting("a"));
        ScopedConnection b = signal.connect(noting("b"));
        kept = std::move(b);
        EXPECT_EQ(send(), "ab");
    }
    EXPECT_EQ(send(), "b");
    // What it held goes when it takes another, not later.
    ScopedConnection c = signal.connect(noting("c"));
    kept = std::move(c);
    EXPECT_EQ(send(), "c");
    const SignalConnection released = kept.release();
    kept = {};
    EXPECT_EQ(send(), "c");
    released.disconnect();
    EXPECT_EQ(send(), "");
}

TEST_F(SignalTest, AConnectionMayOutliveItsSignal) {
    auto other = std::make_unique<Signal<Deleting>>();
    const ScopedConnection connection = other->connect(noting("a"));
    other.reset();
    EXPECT_FALSE(connection.is_connected());
}

// A receiver that disconnects another, or itself, while being called
TEST_F(SignalTest, DisconnectsWhileBeingCalled) {
    SignalConnection itself, next;
    itself = signal.connect([&](const Deleting&) {
        called += "a";
        itself.disconnect();
        next.disconnect();
    });
    next = signal.connect(noting("b"));
    signal.connect(noting("c"));
    EXPECT_EQ(send(), "ac");
    EXPECT_EQ(send(), "c");
}

// What connects during a call is not part of it.
TEST_F(SignalTest, ConnectsWhileBeingCalled) {
    const SignalConnection first = signal.connect([&](const Deleting&) {
        called += "a";
        signal.connect(noting("b"));
    });
    EXPECT_EQ(send(), "a");
    EXPECT_EQ(send(), "ab");
    first.disconnect();
    EXPECT_EQ(send(), "bb");
}

TEST_F(SignalTest, SendsWhileBeingCalled) {
    int depth = 0;
    signal.connect([&](const Deleting& again) {
        called += "(";
        if (++depth < 3)
            signal.send(again);
        called += ")";
    });
    EXPECT_EQ(send(), "((()))");
}

TEST_F(SignalTest, AReceiverThatThrowsEndsTheCall) {
    signal.connect(noting("a"));
    const ScopedConnection thrower = signal.connect([](const Deleting&) { throw std::out_of_range("no"); });
    signal.connect(noting("b"));
    EXPECT_THROW(send(), std::out_of_range);
    EXPECT_EQ(called, "a");
}

// interop/signals2.hpp: what Boost offers beyond
TEST_F(SignalTest, GivesTheBoostSignal) {
    NativeSignal<Deleting>& boost = native(signal);
    signal.connect(noting("c"));
    boost.connect(0, noting("a"));  // a group comes before what has none
    auto tracked = std::make_shared<int>(0);
    boost.connect(NativeSignal<Deleting>::slot_type(noting("d", true)).track_foreign(tracked));
    EXPECT_EQ(boost.num_slots(), 3U);
    EXPECT_EQ(send(), "acd");
    EXPECT_TRUE(answered);
    tracked.reset();
    EXPECT_EQ(send(), "ac");
    EXPECT_FALSE(boost(event));
}

// Threads connect, disconnect and send at once: nobody who stays connected misses a call.
TEST_F(SignalThreadsTest, ConnectAndSendAtOnce) {
    constexpr int senders = 3, connectors = 3, rounds = 500;
    std::atomic<int> heard = 0, passing = 0;
    signal.connect([&](const Deleting&) { ++heard; });
    std::latch start(senders + connectors);
    std::vector<std::thread> threads;
    for (int i = 0; i < senders; ++i)
        threads.emplace_back([&] {
            start.arrive_and_wait();
            for (int round = 0; round < rounds; ++round)
                signal.send(event);
        });
    for (int i = 0; i < connectors; ++i)
        threads.emplace_back([&] {
            start.arrive_and_wait();
            for (int round = 0; round < rounds; ++round) {
                ScopedConnection connection = signal.connect([&](const Deleting&) { ++passing; });
                if (round % 2 == 0)
                    signal.send(event);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(heard, senders * rounds + connectors * rounds / 2);
    EXPECT_GE(passing, connectors * rounds / 2);  // their own
    const int before = passing;
    signal.send(event);
    EXPECT_EQ(passing, before);
}

}  // namespace
}  // namespace gm2m::test
