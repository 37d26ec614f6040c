#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "stress/workers.hpp"

namespace gm2m::test {
namespace {

/// A connection that takes one step after the other, each as soon as it can.
class Actor {
public:
    Actor(const Cinema& cinema, const ScratchDatabase& scratch, const std::string& name)
        : scratch_(scratch), waits_(scratch.engine() == Engine::postgresql),
          db(Database::open(cinema.registry, scratch.url() + (waits_ ? "&application_name=" + name : ""), impatient())),
          waiting_("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + name +
                   "' AND state = 'active' AND wait_event_type = 'Lock'") {
        if (waits_)
            thread_ = std::thread([this] { run(); });
    }
    ~Actor() {
        if (!waits_)
            return;
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    /// Adds a step, and returns when there is none left or the next has to wait for another connection.
    void take(std::function<void()> step) {
        {
            const std::lock_guard lock(mutex_);
            steps_.push_back(std::move(step));
        }
        changed_.notify_all();
        go_on();
    }
    /// Whether steps are left.
    bool go_on() {
        if (!waits_)
            return !take_steps();
        std::unique_lock lock(mutex_);
        const auto done = [this] { return steps_.empty(); };
        while (!changed_.wait_for(lock, std::chrono::milliseconds(2), done)) {
            lock.unlock();
            if (scratch_.sql(waiting_).front() != "0")
                return true;
            lock.lock();
        }
        return false;
    }

private:
    const ScratchDatabase& scratch_;
    /// The server lets a statement wait for a lock; SQLite refuses to begin, and the step is tried again later.
    const bool waits_;

public:
    Database db;
    /// What steps have thrown that they should not.
    std::vector<std::string> errors;

private:
    static DatabaseOptions impatient() {
        DatabaseOptions options;
        options.busy_timeout = std::chrono::milliseconds(0);
        return options;
    }
    /// False if one cannot be taken now.
    bool take_steps() {
        for (; !steps_.empty(); steps_.pop_front())
            try {
                steps_.front()();
            } catch (const Busy&) {
                return false;
            }
        return true;
    }
    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return over_ || !steps_.empty(); });
            if (steps_.empty())
                return;
            const std::function<void()> step = steps_.front();
            lock.unlock();
            step();
            lock.lock();
            steps_.pop_front();
            changed_.notify_all();
        }
    }

    const std::string waiting_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> steps_;
    bool over_ = false;
    std::thread thread_;
};

/// What one of the two does: by itself, or in a transaction that it then commits or rolls back.
enum class Frame { none, committed, rolled_back };
constexpr Frame frames[] = {Frame::none, Frame::committed, Frame::rolled_back};

std::ostream& operator<<(std::ostream& out, Frame frame) {
    return out << (frame == Frame::none ? "alone" : frame == Frame::committed ? "committed" : "rolled back");
}

/// An operation in its frame, as steps.
class Script {
public:
    Script(Actor& actor, Frame frame, std::function<void(Database&)> operation)
        : actor_(actor), frame_(frame), operation_(std::move(operation)) {}

    std::size_t size() const { return frame_ == Frame::none ? 1 : 3; }
    void take_next() {
        const std::size_t step = frame_ == Frame::none ? 1 : next_;
        ++next_;
        actor_.take([this, step] {
            step == 0 ? transaction_.emplace(actor_.db), void() : step == 1 ? operate() : end();
        });
    }
    bool was_refused() const { return refused_; }
    bool has_happened() const { return frame_ != Frame::rolled_back && !refused_; }

private:
    void operate() {
        try {
            operation_(actor_.db);
        } catch (const Busy&) {
            throw;
        } catch (const IntegrityError& error) {
            refused_ = true;
            if (error.constraint() != IntegrityError::Constraint::foreign_key)
                actor_.errors.push_back(error.what());
        } catch (const std::exception& error) {
            refused_ = true;
            actor_.errors.push_back(error.what());
        }
    }
    void end() {
        try {
            if (frame_ == Frame::committed && !refused_)
                transaction_->commit();
        } catch (const std::exception& error) {
            actor_.errors.push_back(error.what());
        }
        transaction_.reset();
    }

    Actor& actor_;
    Frame frame_;
    std::function<void(Database&)> operation_;
    std::size_t next_ = 0;
    std::optional<Transaction> transaction_;
    bool refused_ = false;
};

}  // namespace

/// 2.12: a link to a target that another transaction deletes meanwhile does not survive that deletion. One connection
/// makes links, another deletes, in every order in which the steps of both can be taken.
class InterleavingThreadsTest : public testing::TestWithParam<Configuration> {
protected:
    explicit InterleavingThreadsTest(const GM2MOptions& options = shared_relation())
        : scratch(GetParam().engine),
          cinema(GetParam(), options),
          db(Database::open(cinema.registry, scratch.url(), patient())) {
        db.create_tables();
        for (const char* model : {"cinema.Movie", "cinema.Opera"})
            db.content_types().get_for_model(model);
    }
    Object insert(const std::string& model, const std::string& field) {
        return db.insert(cinema.registry[model].make({{field, "x"}}));
    }
    RelatedManager links_of(Database& in, const Object& source) const {
        return in.related(source.reference(), cinema.preferred);
    }
    RelatedManager users_of(Database& in, const Object& target) const {
        return in.related(target.reference(), "user_set");
    }

    using Link = std::function<void(Database&)>;
    using Remove = std::function<void(Database&)>;

    void expect_in_every_order(const Link& link, const Remove& remove, bool reverse, bool removes_source = false) {
        for (const Frame linking : frames)
            for (const Frame removing : frames) {
                const std::size_t links = linking == Frame::none ? 1 : 3, removals = removing == Frame::none ? 1 : 3;
                std::string order = std::string(links, 'l') + std::string(removals, 'r');
                do {
                    SCOPED_TRACE(testing::Message() << order << ": linking " << linking << ", removing " << removing);
                    expect_after(order, linking, link, removing, remove, reverse, removes_source);
                } while (std::ranges::next_permutation(order).found);
            }
    }

    void expect_after(const std::string& order, Frame linking, const Link& link, Frame removing, const Remove& remove,
                      bool reverse, bool removes_source) {
        me = insert("cinema.User", "name");
        film = insert("cinema.Movie", "title");
        other = insert("cinema.Opera", "title");
        Script links(linker, linking, link), removal(remover, removing, remove);
        for (const char step : order) {
            (step == 'l' ? links : removal).take_next();
            // Who waited may go on now.
            (step == 'l' ? remover : linker).go_on();
        }
        while (linker.go_on() || remover.go_on()) {
        }
        EXPECT_EQ(linker.errors, std::vector<std::string>());
        EXPECT_EQ(remover.errors, std::vector<std::string>());
        linker.errors.clear();
        remover.errors.clear();
        EXPECT_FALSE(removal.was_refused());

        const auto is_there = [&](const Object& object) { return bool(db.find(object.model().label(), object.key())); };
        EXPECT_EQ(is_there(removes_source ? me : film), !removal.has_happened());
        // What was refused was so because the other deletes for good.
        EXPECT_TRUE(!links.was_refused() || removal.has_happened());
        const auto linked = [&](const Object& target) { return links_of(db, me).contains(target); };
        EXPECT_EQ(linked(film), is_there(film) && is_there(me) && links.has_happened());
        EXPECT_EQ(linked(other), is_there(other) && is_there(me) && links.has_happened() && !reverse);
        links_of(db, me).clear();
    }

    ScratchDatabase scratch;
    Cinema cinema;
    Database db;
    Actor linker{cinema, scratch, "gm2m_linker_" + name()}, remover{cinema, scratch, "gm2m_remover_" + name()};
    Object me, film, other;

    std::string name() const { return scratch.path().substr(scratch.path().rfind('_') + 1); }
};
GM2M_INSTANTIATE(InterleavingThreadsTest, layout_configurations);

TEST_P(InterleavingThreadsTest, Add) {
    expect_in_every_order([&](Database& in) { links_of(in, me).add(other, film); },
                          [&](Database& in) { in.remove(film.reference()); }, false);
}

TEST_P(InterleavingThreadsTest, Set) {
    expect_in_every_order([&](Database& in) { links_of(in, me).set(film, other); },
                          [&](Database& in) { in.remove(film.reference()); }, false);
}

TEST_P(InterleavingThreadsTest, Toggle) {
    expect_in_every_order([&](Database& in) { links_of(in, me).toggle(other, film); },
                          [&](Database& in) { in.remove(film.reference()); }, false);
}

TEST_P(InterleavingThreadsTest, AddInReverse) {
    expect_in_every_order([&](Database& in) { users_of(in, film).add(me); },
                          [&](Database& in) { in.remove(film.reference()); }, true);
}

TEST_P(InterleavingThreadsTest, SetInReverse) {
    expect_in_every_order([&](Database& in) { users_of(in, film).set(me); },
                          [&](Database& in) { in.remove(film.reference()); }, true);
}

TEST_P(InterleavingThreadsTest, ToggleInReverse) {
    expect_in_every_order([&](Database& in) { users_of(in, film).toggle(me); },
                          [&](Database& in) { in.remove(film.reference()); }, true);
}

TEST_P(InterleavingThreadsTest, AddOfSeveralThatGo) {
    expect_in_every_order([&](Database& in) { links_of(in, me).add(other, film); },
                          [&](Database& in) {
                              Transaction both(in);
                              in.remove(film.reference());
                              in.remove(other.reference());
                              both.commit();
                          },
                          false);
}

TEST_P(InterleavingThreadsTest, AddToASourceThatGoes) {
    expect_in_every_order([&](Database& in) { links_of(in, me).add(other, film); },
                          [&](Database& in) { in.remove(me.reference()); }, false, true);
}

// What somebody else writes to a target, but for its key, is no reason to miss it.
TEST_P(InterleavingThreadsTest, AddWhileATargetChanges) {
    me = insert("cinema.User", "name");
    film = insert("cinema.Movie", "title");
    other = insert("cinema.Opera", "title");
    const std::vector<std::function<void(const RelatedManager&)>> writes{
        [&](const RelatedManager& mine) { mine.add(film, other); },
        [&](const RelatedManager& mine) { mine.set(other, film); },
        [&](const RelatedManager& mine) { mine.toggle(film, other); }};
    for (const auto& write : writes) {
        // It waits for its source, and then for a target.
        for (const bool for_target : {false, true}) {
            std::optional<Transaction> holding;
            remover.take([&] {
                holding.emplace(remover.db);
                if (for_target)
                    remover.db.remove(film.reference());
                else
                    remover.db.related(me.reference(), cinema.preferred).clear();
            });
            linker.take([&] { write(links_of(linker.db, me)); });
            if (!GetParam().is_sqlite()) {
                EXPECT_TRUE(linker.go_on());
                for (const Object& target : {film, other})
                    if (!for_target || target.reference() != film.reference())
                        scratch.sql(std::string("UPDATE ") + target.model().table() +
                                    " SET title = title || '!' WHERE id = " + target.key().to_string());
            }
            remover.take([&] { holding.reset(); });
            EXPECT_FALSE(linker.go_on());
            EXPECT_EQ(links_of(db, me).count(), 2U);
            links_of(db, me).clear();
        }
    }
}

/// 2.12: another object that gets the key of one while its deletion waits is another object. Where rows are locked: on
/// SQLite nobody writes between the steps of a deletion.
class ReplacedObjectThreadsTest : public InterleavingThreadsTest {
protected:
    static GM2MOptions told() {
        GM2MOptions options = shared_relation();
        options.on_delete = LinkPolicy::cascade_signal;
        return options;
    }
    ReplacedObjectThreadsTest() : InterleavingThreadsTest(told()) {
        me = insert("cinema.User", "name");
        film = insert("cinema.Movie", "title");
        other = insert("cinema.Opera", "title");
        links_of(db, me).add(film, other);
    }
    void SetUp() override {
        if (GetParam().is_sqlite())
            GTEST_SKIP() << "a deletion has the database to itself";
    }
    void begin(Actor& actor, std::optional<Transaction>& transaction, const std::function<void(Database&)>& work) {
        actor.take([&actor, &transaction, work] {
            transaction.emplace(actor.db);
            work(actor.db);
        });
    }
    void commit(Actor& actor, std::optional<Transaction>& transaction) {
        actor.take([&transaction] {
            transaction->commit();
            transaction.reset();
        });
    }
    void replace(Database& in) const {
        in.remove(film.reference());
        in.insert(cinema.registry["cinema.Movie"].make({{"id", film.key()}, {"title", "another"}}));
    }
    void expect_other_film() {
        while (remover.go_on()) {
        }
        EXPECT_TRUE(db.find("cinema.Movie", film.key()));
        EXPECT_TRUE(links_of(db, me).contains(film));
        EXPECT_EQ(verify(db), std::vector<Inconsistency>());
    }

    void expect_nothing_deleted_while_replaced() {
        begin(linker, replacing, [&](Database& in) { replace(in); });
        remover.take([&] { deleted = remover.db.remove(film.reference()); });
        linker.take([&] { links_of(linker.db, me).add(film); });
        commit(linker, replacing);
        expect_other_film();
        EXPECT_EQ(deleted.rows + deleted.links, 0U);
    }

    std::optional<Transaction> replacing, linking, holding;
    Deleted deleted;
};
GM2M_INSTANTIATE(ReplacedObjectThreadsTest, layout_configurations);

TEST_P(ReplacedObjectThreadsTest, ADeletionOfOne) {
    expect_nothing_deleted_while_replaced();
}

TEST_P(ReplacedObjectThreadsTest, ADeletionThatIsHeard) {
    std::size_t told = 0;
    const ScopedConnection hearing = cinema.preferred.deleting().connect([&](const Deleting& event) {
        if (&event.database() == &remover.db)
            told += event.objects().size() + event.links().size();
    });
    expect_nothing_deleted_while_replaced();
    EXPECT_EQ(told, 0U);
}

// The deletion has passed by the film, which was not there, and waits for the opera when the other film gets its link.
TEST_P(ReplacedObjectThreadsTest, ADeletionOfSeveral) {
    for (const bool is_heard : {false, true}) {
        std::optional<ScopedConnection> hearing;
        if (is_heard)
            hearing.emplace(cinema.registry["cinema.Movie"].signals().deleted.connect([](const ObjectsDeleted&) {}));
        Actor replacer(cinema, scratch, "gm2m_replacer_" + name()), holder(cinema, scratch, "gm2m_holder_" + name());
        const Reference you = insert("cinema.User", "name").reference();
        begin(holder, holding, [&](Database& in) { in.related(you, cinema.preferred).add(other.reference()); });
        begin(replacer, replacing, [&](Database& in) { replace(in); });
        remover.take([&] { deleted = remover.db.remove(std::vector{film.reference(), other.reference()}); });
        EXPECT_TRUE(remover.go_on());
        commit(replacer, replacing);
        EXPECT_TRUE(remover.go_on());
        begin(linker, linking, [&](Database& in) { links_of(in, me).add(film); });
        commit(holder, holding);
        remover.go_on();
        commit(linker, linking);
        expect_other_film();
        EXPECT_EQ(deleted.rows, 1U);
        EXPECT_FALSE(db.find("cinema.Opera", other.key()));
        db.insert(other);
    }
}

}  // namespace gm2m::test
