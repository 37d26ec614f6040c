#include "relation/link_notice.hpp"

#include <fmt/format.h>

namespace gm2m::relation {

bool LinkNotice::is_heard_of(std::initializer_list<SignalMember> signals) const {
    for (const detail::RelationData* sender = &relation_; sender; sender = sender->expanded_from)
        for (const SignalMember signal : signals)
            if ((sender->signals.*signal).is_heard())
                return true;
    return false;
}

bool LinkNotice::is_heard() const {
    return is_heard_of({&LinkSignals::adding, &LinkSignals::added, &LinkSignals::removing, &LinkSignals::removed});
}

bool LinkNotice::is_heard_of_clearing() const {
    return is_heard_of({&LinkSignals::clearing, &LinkSignals::cleared});
}

Changes LinkNotice::around(const Operation& run) const {
    return backend::in_transaction(context_.connection, [&] {
        if (is_heard_of({&LinkSignals::adding, &LinkSignals::removing})) {
            lock_object();
            const Changes expected = rehearse(run);
            send(&LinkSignals::removing, expected.removed);
            send(&LinkSignals::adding, expected.added);
        }
        Changes changes = run(false);
        send(&LinkSignals::removed, changes.removed);
        send(&LinkSignals::added, changes.added);
        return changes;
    });
}

std::size_t LinkNotice::around_clear(const std::function<bool()>& has_links,
                                     const std::function<std::size_t()>& run) const {
    return backend::in_transaction(context_.connection, [&]() -> std::size_t {
        if (is_heard_of({&LinkSignals::clearing})) {
            lock_object();
            // A link that somebody makes after the look has been made after this.
            if (!has_links())
                return 0;
            send(&LinkSignals::clearing, {}, 0);
        }
        const std::size_t count = run();
        if (count > 0)
            send(&LinkSignals::cleared, {}, count);
        return count;
    });
}

// What an operation changes depends on what is there, and each finds it out in a way of its own: it is run and undone.
Changes LinkNotice::rehearse(const Operation& run) const {
    backend::Connection& connection = context_.connection;
    const WriteLog::Rehearsal rehearsal(context_.write_log);
    connection.begin();
    try {
        Changes expected = run(true);
        connection.rollback();
        return expected;
    } catch (...) {
        connection.rollback();
        throw;
    }
}

// Undoing the rehearsal gives up its locks: with this one, writers of the object's own side still wait.
void LinkNotice::lock_object() const {
    const backend::Dialect& dialect = context_.connection.dialect();
    if (!dialect.locks_rows())
        return;
    const Field& key = object_.model->primary_key();
    const std::string sql =
        fmt::format("SELECT 1 FROM {} WHERE {} = {} FOR NO KEY UPDATE", context_.table_of(*object_.model),
                    dialect.quote(key.column()), dialect.parameter(1));
    const backend::Parameter parameters[] = {backend::Parameter(object_.key)};
    backend::Request request{.sql = &sql, .parameters = parameters};
    context_.connection.execute(request, backend::Access::read);
}

void LinkNotice::send(SignalMember signal, std::span<const Reference> objects) const {
    if (!objects.empty())
        send(signal, objects, objects.size());
}

// A receiver of an abstract model's relation hears of those in its place.
void LinkNotice::send(SignalMember signal, std::span<const Reference> objects, std::size_t count) const {
    for (const detail::RelationData* sender = &relation_; sender; sender = sender->expanded_from)
        (sender->signals.*signal).send({relation_.label, object_, reverse_, objects, count, *context_.database});
}

}  // namespace gm2m::relation
