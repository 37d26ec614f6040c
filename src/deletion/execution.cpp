#include "deletion/execution.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "deletion/collector.hpp"
#include "deletion/link_condition.hpp"
#include "deletion/row_locks.hpp"

namespace gm2m::deletion {
namespace {

using backend::Access;
using backend::Dialect;
using backend::Parameter;
using backend::Request;
using backend::ValueList;

/// Models in the order in which their rows can go: what refers to others before those. Where foreign keys form a cycle,
/// some that can be NULL are cut; of a model to itself only if its rows go in several statements.
class DeletionOrder {
public:
    DeletionOrder(const Collected& collected, std::size_t keys_per_statement) {
        for (const Going& going : collected.objects) {
            left_.push_back(&going);
            if (going.size() > keys_per_statement)
                for (const Key& key : keys_between(going, going))
                    if (key.first->null())
                        cuts_.push_back(key);
        }
        while (!left_.empty())
            place_next();
    }

    const std::vector<const Going*>& order() const noexcept { return order_; }
    /// Foreign keys of objects that go, to be set to NULL before.
    const std::vector<std::pair<const Field*, const Going*>>& cuts() const noexcept { return cuts_; }

private:
    using Key = std::pair<const Field*, const Going*>;  // of these objects

    static std::vector<Key> keys_between(const Going& from, const Going& to) {
        std::vector<Key> keys;
        for (const auto& field : from.model().fields())
            if (!field->is_inherited() && field->target() && &field->target()->concrete_model() == &to.model())
                keys.emplace_back(field.get(), &from);
        return keys;
    }
    /// Of other models that are still to be placed.
    std::vector<Key> keys_to(const Going& going) const {
        std::vector<Key> keys;
        for (const Going* other : left_)
            if (other != &going)
                std::ranges::move(keys_between(*other, going), std::back_inserter(keys));
        return keys;
    }
    bool is_on_cycle(const Going& going) const {
        std::vector<const Going*> referring{&going};  // directly or through others
        for (std::size_t i = 0; i < referring.size(); ++i)
            for (const auto& [field, from] : keys_to(*referring[i])) {
                if (from == &going)
                    return true;
                if (std::ranges::find(referring, from) == referring.end())
                    referring.push_back(from);
            }
        return false;
    }

    /// The one on a cycle that the fewest keys refer to, all of which can be NULL.
    std::vector<const Going*>::iterator least_tied() {
        auto found = left_.end();
        for (auto it = left_.begin(); it != left_.end(); ++it) {
            const std::vector<Key> keys = keys_to(**it);
            if (std::ranges::all_of(keys, [](const Key& key) { return key.first->null(); }) && is_on_cycle(**it) &&
                (found == left_.end() || keys.size() < keys_to(**found).size()))
                found = it;
        }
        return found;
    }

    void place_next() {
        auto next = std::ranges::find_if(left_, [&](const Going* going) { return keys_to(*going).empty(); });
        if (next == left_.end()) {
            next = least_tied();
            if (next == left_.end())
                next = left_.begin();  // no order will do, unless the database defers its constraints
            else
                std::ranges::move(keys_to(**next), std::back_inserter(cuts_));
        }
        order_.push_back(*next);
        left_.erase(next);
    }

    std::vector<const Going*> left_, order_;
    std::vector<Key> cuts_;
};

/// The statements of one deletion, and what the rows that each of them changes count as; or those that count the rows
/// alone.
class Batch {
public:
    Batch(Context& context, const Collected& collected, bool counts_alone)
        : context_(context), dialect_(context.connection.dialect()), collected_(collected), counts_alone_(counts_alone) {}

    void lock() {
        for (const Going& going : collected_.objects)
            if (const std::string sql = lock_statement(context_, going.model(), going.size() == 1); !sql.empty())
                for_each_part(going, [&](Parameter keys) { append(sql, {keys}, nullptr); });
    }

    void foreign_keys() {
        for (const auto& [field, objects] : collected_.updates) {
            Tally& tally = tallies_.emplace_back(Tally{Tally::Of::foreign_key, nullptr, field->label()});
            const Value value = counts_alone_ ? Value() : new_value(*field);
            for_each_part(*objects, [&, field = field](Parameter keys) { set_foreign_key(*field, value, keys, tally); });
        }
    }

    void links() {
        for (const ConcernedLinks& links : collected_.links) {
            const std::vector<LinkSide> sides = links.sides_where(true);
            if (sides.empty())
                continue;
            Tally& tally = tallies_.emplace_back(Tally{Tally::Of::relation, nullptr, links.relation->label});
            if (counts_alone_) {
                count_links(links, sides, tally);
                continue;
            }
            const auto append_part = [&](LinkCondition&& condition) {
                const LinkCondition& kept = conditions_.emplace_back(std::move(condition));
                append_change(kept.table(), kept.sql(), kept.parameters(), tally);
            };
            // Both ends in one statement, which goes through the table in one order: two deletions of objects that link to
            // each other then do not wait for one another. Where nobody else writes, two statements are faster.
            if (dialect_.locks_rows())
                for_each_condition(context_, *links.relation, sides, append_part);
            else
                for (const LinkSide& side : sides)
                    for_each_condition(context_, *links.relation, std::span(&side, 1), append_part);
        }
    }

    void rows() {
        if (collected_.rows_are_gone) {
            for (const Going& going : collected_.objects)
                tallies_.push_back({Tally::Of::model, &going.model(), going.model().label(), going.size()});
            return;
        }
        const DeletionOrder order(collected_, context_.keys_per_statement);
        if (!counts_alone_)
            for (const auto& [field, objects] : order.cuts())
                for_each_part(*objects, [&, field = field](Parameter keys) {
                    append(fmt::format("UPDATE {} SET {} = NULL WHERE {}", context_.table_of(field->model()),
                                       dialect_.quote(field->column()), is_among(field->model().primary_key(), keys)),
                           {keys}, nullptr);
                });
        for (const Going* going : order.order()) {
            Tally& tally = tallies_.emplace_back(Tally{Tally::Of::model, &going->model(), going->model().label()});
            for_each_part(*going, [&](Parameter keys) {
                append_change(context_.table_of(going->model()), is_among(going->model().primary_key(), keys),
                              std::span(&keys, 1), tally);
            });
        }
    }

    Deleted run() {
        context_.connection.execute(requests_, counts_alone_ ? Access::read : Access::write);
        for (std::size_t i = 0; i < requests_.size(); ++i)
            if (Tally* tally = tally_of_[i])
                tally->count += counts_alone_ ? counted_[i].number : requests_[i].affected;
        Deleted deleted;
        for (Tally& tally : tallies_)
            tally.add_to(deleted);
        return deleted;
    }

private:
    struct Tally {
        enum class Of { model, relation, foreign_key };
        Of of;
        const Model* model;
        std::string label;
        std::size_t count = 0;

        void add_to(Deleted& deleted) {
            if (count == 0)
                return;
            (of == Of::model ? deleted.rows : of == Of::relation ? deleted.links : deleted.updated) += count;
            if (of == Of::model)
                deleted.by_model.push_back({std::move(label), model, count});
            else
                (of == Of::relation ? deleted.by_relation : deleted.by_foreign_key).push_back({std::move(label), count});
        }
    };
    /// Takes a count; or the sources of links, and counts those that are not among some.
    struct Counted final : backend::ResultSink {
        void row(std::span<const ValueView> cells) override {
            if (!others)
                number = static_cast<std::size_t>(cells[0].integer());
            else if (!others->contains(cells[0]))
                ++number;
        }
        Kind kind = Kind::big_integer;
        const Going* others = nullptr;
        std::size_t number = 0;
    };

    /// Calls `take` with the keys: one by itself, else lists of as many as one parameter holds.
    template <class Take>
    void for_each_part(const Going& going, Take&& take) {
        if (going.size() == 1)
            return take(Parameter(going.keys().kind(), going.keys()[0]));
        if (going.size() <= context_.keys_per_statement)
            return take(Parameter(going.keys()));
        for (std::size_t begin = 0; begin < going.size(); begin += context_.keys_per_statement)
            take(Parameter(lists_.emplace_back(going.keys().slice(begin, context_.keys_per_statement))));
    }
    std::string is_among(const Field& field, const Parameter& keys) const {
        const std::string column = dialect_.quote(field.column());
        return keys.list ? dialect_.in_list(column, 1, keys.kind) : fmt::format("{} = {}", column, dialect_.parameter(1));
    }

    void set_foreign_key(const Field& field, const Value& value, const Parameter& keys, Tally& tally) {
        const std::string table = context_.table_of(field.model()), condition = is_among(field, keys);
        if (counts_alone_)
            return append_change(table, condition, std::span(&keys, 1), tally);
        std::vector<Parameter> parameters{keys};
        if (!value.is_null())
            parameters.emplace_back(values_.emplace_back(value));
        append(fmt::format("UPDATE {} SET {} = {} WHERE {}", table, dialect_.quote(field.column()),
                           value.is_null() ? "NULL" : dialect_.parameter(2), condition),
               parameters, &tally);
    }
    static Value new_value(const Field& field) {
        const FieldOptions& options = field.options();
        Value value = options.on_delete.action() == ForeignKeyPolicy::set_value     ? options.on_delete.value()()
                      : options.on_delete.action() == ForeignKeyPolicy::set_default ? options.default_value
                                                                                    : Value();
        value = field.coerce(value);
        field.check(value.view());
        return value;
    }

    void count_links(const ConcernedLinks& links, std::span<const LinkSide> sides, Tally& tally) {
        for_each_condition_once(context_, *links.relation, sides, [&](LinkCondition&& condition, const Going* sources) {
            const LinkCondition& kept = conditions_.emplace_back(std::move(condition));
            if (!sources)
                return append_change(kept.table(), kept.sql(), kept.parameters(), tally);
            append(fmt::format("SELECT {} FROM {} WHERE {}", kept.source_column(), kept.table(), kept.sql()),
                   kept.parameters(), &tally);
            counted_.back().others = sources;
            counted_.back().kind = sources->keys().kind();
        });
    }

    void append_change(const std::string& table, const std::string& condition, std::span<const Parameter> parameters,
                       Tally& tally) {
        append(fmt::format("{} FROM {} WHERE {}", counts_alone_ ? "SELECT count(*)" : "DELETE", table, condition), parameters,
               &tally);
    }
    void append(std::string sql, std::span<const Parameter> parameters, Tally* tally) {
        Request request{.sql = &statements_.emplace_back(std::move(sql)),
                        .parameters = bound_.emplace_back(parameters.begin(), parameters.end())};
        if (counts_alone_) {
            Counted& counted = counted_.emplace_back();
            request.columns = std::span(&counted.kind, 1);
            request.sink = &counted;
        }
        requests_.push_back(request);
        tally_of_.push_back(tally);
    }
    void append(std::string sql, std::initializer_list<Parameter> parameters, Tally* tally) {
        append(std::move(sql), std::span(parameters.begin(), parameters.size()), tally);
    }

    Context& context_;
    const Dialect& dialect_;
    const Collected& collected_;
    const bool counts_alone_;

    std::deque<Tally> tallies_;
    std::deque<std::string> statements_;
    std::deque<std::vector<Parameter>> bound_;
    std::deque<ValueList> lists_;
    std::deque<Value> values_;
    std::deque<LinkCondition> conditions_;
    std::deque<Counted> counted_;
    std::vector<Request> requests_;
    std::vector<Tally*> tally_of_;
};

/// Whether the row, by going first, can be the lock.
bool is_a_lock_itself(Context& context, const Collected& collected) {
    return collected.objects.size() == 1 && collected.objects.front().size() == 1 && collected.updates.empty() &&
           !Dependents::of(context, collected.objects.front().model()).go_last;
}

}  // namespace

Deleted execute(Context& context, const Collected& collected, bool lock_first) {
    Batch batch(context, collected, false);
    if (lock_first && is_a_lock_itself(context, collected)) {
        batch.rows();
        batch.links();
        return batch.run();
    }
    if (lock_first && !(collected.links.empty() && collected.updates.empty()))
        batch.lock();
    batch.foreign_keys();
    batch.links();
    batch.rows();
    return batch.run();
}

Deleted count(Context& context, const Collected& collected) {
    Batch batch(context, collected, true);
    batch.foreign_keys();
    batch.links();
    batch.rows();
    return batch.run();
}

}  // namespace gm2m::deletion
