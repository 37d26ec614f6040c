#pragma once

#include <unordered_map>

#include "deletion/collected.hpp"
#include "model/access.hpp"
#include "query/query_state.hpp"

namespace gm2m::deletion {

/// Why a deletion is refused.
struct Refusal {
    bool is_restriction;  // else a protection
    std::string reason;
    std::vector<Reference> objects;
    std::vector<Link> links;
};

/// The key of an object that is to be deleted. Throws UnsavedObject, ObjectError.
ValueView key_of(const ObjectView& object, Scratch& scratch);

/// Finds what a deletion takes: first it is told; then it follows foreign keys, breadth first, with one statement for
/// each foreign key and step, however many objects there are. (BEHAVIOUR 6.4)
class Collector {
public:
    /// `to_delete`: the rows that go are locked as they are found, in the order of their keys. `memory` outlives this.
    Collector(Context& context, bool to_delete, Memory& memory)
        : context_(context), to_delete_(to_delete), collected_(memory) {}
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    /// Throws UnsavedObject, ObjectError.
    void add(const ObjectView& object);
    /// `query` outlives this.
    void add(const detail::QueryState& query);

    /// Whether the database has to be asked before anything is deleted.
    bool has_to_read();
    /// Whether rows have to be locked before that.
    bool has_to_lock() const;
    /// Asks it if `read`, which has_to_read() has said: once it is decided, a receiver that connects meanwhile makes no
    /// difference. If it asks or locks, inside a transaction.
    void collect(bool read);
    /// Once receivers of `deleting` have answered: collects the rows of through models that they could have kept, and
    /// did not. Whether that has brought anything that is to be told in turn.
    bool collect_unvetoed();

    Collected& collected() noexcept { return collected_; }
    const std::vector<Refusal>& refusals() const noexcept { return refusals_; }

private:
    class KeyReader;
    /// Objects by one foreign key that refers to objects that go.
    struct Referring {
        const Field* field;
        backend::ValueList keys;
    };

    static void note(std::list<Referring>& all, const Field& field, const backend::ValueList& keys);
    void refuse(const Referring& referring, bool restricts);
    bool has_to_read(const Going& going);
    /// Whether a receiver of `deleting` is called.
    bool is_told(const Going& going);
    /// Whether all that goes is one query's, and nothing has to be known before its rows go.
    bool rows_can_go_first();
    void lock_given();
    void keep(const Going& there);
    void take_given_children();
    void take_parents(const Model& child, const backend::ValueList& keys);
    void read_queries();
    /// Whether the rows of a through model at this end go, as far as is known yet.
    bool takes_through_rows(const LinkEnd& end);
    void follow();
    void take(const Model& model, const backend::ValueList& keys);
    void collect_updates();
    void collect_links(bool locked);
    void check_foreign_keys();
    void check_links();

    Context& context_;
    bool to_delete_;
    Collected collected_;
    std::vector<const detail::QueryState*> queries_;
    std::unordered_map<const Model*, std::size_t> followed_;  // so many keys of each
    std::list<Referring> protecting_;
    std::list<Referring> restricting_;  // unless they go too
    std::vector<Refusal> refusals_;
};

}  // namespace gm2m::deletion
