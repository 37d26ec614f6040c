#include "deletion/collector.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include <gm2m/object_signals.hpp>

#include "deletion/absence.hpp"
#include "deletion/child_rows.hpp"
#include "deletion/deletion_order.hpp"
#include "deletion/link_reader.hpp"
#include "deletion/row_locks.hpp"
#include "deletion/row_statements.hpp"
#include "deletion/through_rows.hpp"
#include "query/query_compiler.hpp"

namespace gm2m::deletion {

using backend::Access;
using backend::Dialect;
using backend::Parameter;
using backend::Request;
using backend::RowSink;
using backend::ValueList;
using Action = ForeignKeyPolicy::Action;

namespace {

LinkSide side_of(const LinkEnd& end, const Going& going, bool unless_there) {
    return {&going, end.reverse, end.policy, end.linked_model, unless_there};
}

std::string list_of(const std::vector<Reference>& objects) {
    std::string list;
    for (std::size_t i = 0; i < objects.size() && i < 5; ++i)
        list += (i == 0 ? "" : ", ") + objects[i].to_string();
    return list + (objects.size() > 5 ? ", …" : "");
}

}  // namespace

/// The keys of the rows of a foreign key's model that refer to some keys.
class Collector::KeyReader final : public backend::ResultSink {
public:
    /// `unless_there`: as LinkSide has it.
    KeyReader(Context& context, const Field& foreign_key, ValueList targets, bool unless_there, bool lock,
              std::size_t limit)
        : foreign_key_(foreign_key),
          found_(foreign_key.model().primary_key().kind()),
          targets_(std::move(targets)),
          parameters_{Parameter(targets_)},
          kinds_{found_.kind()} {
        const Dialect& dialect = context.connection.dialect();
        const Field& key = foreign_key.model().primary_key();
        const std::string column = dialect.quote(foreign_key.column());
        sql_ = fmt::format("SELECT {} FROM {} WHERE {}", dialect.quote(key.column()),
                           context.table_of(foreign_key.model()), dialect.in_list(column, 1, targets_.kind()));
        if (const Model& target = foreign_key.target()->concrete_model(); unless_there)
            sql_ += and_is_absent(context, target, column, false,
                                  dialect.in_list(dialect.quote(target.primary_key().column()), 1, targets_.kind()));
        if (lock && dialect.locks_rows())
            sql_ += in_key_order(dialect, key) + " FOR UPDATE";
        if (limit > 0)
            sql_ += fmt::format(" LIMIT {}", limit);
    }
    KeyReader(const KeyReader&) = delete;
    KeyReader& operator=(const KeyReader&) = delete;

    Request request() {
        return {.sql = &sql_, .parameters = parameters_, .columns = kinds_, .sink = this, .plan_by_lists = true};
    }
    void row(std::span<const ValueView> cells) override { found_.push(cells[0]); }

    const Field& foreign_key() const noexcept { return foreign_key_; }
    const ValueList& found() const noexcept { return found_; }

private:
    const Field& foreign_key_;
    ValueList found_, targets_;
    std::array<Parameter, 1> parameters_;
    std::array<Kind, 1> kinds_;
    std::string sql_;
};

ValueView key_of(const ObjectView& object, Scratch& scratch) {
    const Model& model = *object.model;
    model.require_writable();
    const ValueView key = object.key_view(scratch);
    if (is_missing_key(model.primary_key(), key))
        throw UnsavedObject(fmt::format("an object of {} was never saved: there is nothing to delete", model.label()));
    return key;
}

void Collector::add(const ObjectView& object) {
    Scratch scratch;
    const ValueView key = key_of(object, scratch);
    Going& going = collected_.of(object.model->concrete_model());
    if (going.size() == 0)
        object.model->require_complete();
    going.insert(key);
}

void Collector::add(const detail::QueryState& query) {
    query.model->require_writable();
    query.model->require_complete();
    queries_.push_back(&query);
}

bool Collector::has_to_read() {
    return !queries_.empty() || std::ranges::any_of(collected_.objects, [&](const Going& g) { return has_to_read(g); });
}

bool Collector::has_to_read(const Going& going) {
    const bool is_ordered =
        to_delete_ && going.size() > context_.keys_per_statement && is_tied_to_itself(going.model());
    return is_ordered || going.model().parent() || is_told(going) ||
           (to_delete_ && going.model().signals().deleted.is_heard()) ||
           Dependents::of(context_, going.model()).go_after_reading;
}

bool Collector::has_to_lock() const {
    return to_delete_ && !collected_.objects.empty() && context_.connection.dialect().locks_rows();
}

bool Collector::is_told(const Going& going) {
    return to_delete_ && Dependents::of(context_, going.model()).is_told(context_.registry);
}

void Collector::collect(bool read) {
    if (read)
        take_given_children();
    if (has_to_lock())
        lock_given();
    read_queries();
    if (read)
        follow();
    std::erase_if(collected_.objects,
                  [](const Going& going) { return going.size() == 0; });  // the query has found none
    collect_updates();
    collect_links(read);
    if (read) {
        check_foreign_keys();
        check_links();
    }
}

// Whoever links to one of these objects, or refers to it, holds its row until it commits, so that what was linked is
// seen from here on; and waits for it from now on, to find it gone. (BEHAVIOUR 2.12)
void Collector::lock_given() {
    std::list<RowLock> locks = row_locks(context_, collected_.objects);
    run(context_, locks);
    for (auto first = locks.begin(); first != locks.end();) {
        Going there(first->model());
        for (; first != locks.end() && &first->model() == &there.model(); ++first)
            for (std::size_t i = 0; i < first->found().size(); ++i)
                there.insert(first->found()[i]);
        keep(there);
    }
}

/// Of what is given of a model, what is there goes.
void Collector::keep(const Going& there) {
    Going& given = collected_.of(there.model());
    if (there.size() == given.size())
        return;
    Going kept(given.model()), absent(given.model());
    for (std::size_t i = 0; i < given.size(); ++i)
        (there.contains(given.keys()[i]) ? kept : absent).insert(given.keys()[i]);
    given = std::move(kept);
    collected_.absent.push_back(std::move(absent));
}

/// Of what is given, the children that are there go with their rows in the tables of their parents.
void Collector::take_given_children() {
    std::deque<ChildRows> children;
    std::vector<Request> requests;
    for (const Going& going : collected_.objects)
        if (going.model().parent())
            for (std::size_t begin = 0; begin < going.size(); begin += context_.keys_per_statement)
                children
                    .emplace_back(context_, going.model(), going.keys().slice(begin, context_.keys_per_statement),
                                  to_delete_)
                    .append_requests(requests);
    context_.connection.execute(requests, Access::read);
    for (const ChildRows& rows : children)
        for (const Model* parent = rows.model().parent(); parent; parent = parent->parent())
            for (std::size_t i = 0; i < rows.found().size(); ++i)
                collected_.of(*parent).insert(rows.found()[i]);
}

/// The rows of children that were found, in the tables of their parents.
void Collector::take_parents(const Model& child, const ValueList& keys) {
    std::pmr::list<Going> found;
    for (const Model* parent = child.parent(); parent; parent = parent->parent()) {
        const Going& going = collected_.of(*parent);
        Going fresh(*parent);
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (!going.contains(keys[i]))
                fresh.insert(keys[i]);
        if (fresh.size() > 0)
            found.push_back(std::move(fresh));
    }
    const auto take = [&](const Model& parent, const ValueList& rows) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            collected_.of(parent).insert(rows[i]);
    };
    if (to_delete_ && context_.connection.dialect().locks_rows()) {
        std::list<RowLock> locks = row_locks(context_, found);
        run(context_, locks);
        for (const RowLock& lock : locks)
            take(lock.model(), lock.found());
    } else {
        for (const Going& fresh : found)
            take(fresh.model(), fresh.keys());
    }
}

// Where nobody else writes, to read the keys and then delete their rows is twice as fast as SQLite's RETURNING, which
// goes through the rows by a trigger and keeps them aside.
bool Collector::rows_can_go_first() {
    if (!to_delete_ || queries_.size() != 1 || !collected_.objects.empty() ||
        !context_.connection.dialect().locks_rows())
        return false;
    const Model& model = queries_.front()->model->concrete_model();
    return !Dependents::of(context_, model).go_last && !has_to_read(Going(model));
}

void Collector::read_queries() {
    collected_.rows_are_gone = rows_can_go_first();
    for (const detail::QueryState* query : queries_) {
        Going& going = collected_.of(query->model->concrete_model());
        ValueList keys(going.keys().kind());
        RowSink sink([&](std::span<const ValueView> row) { keys.push(row[0]); });
        query::QueryCompiler compiler(context_, *query);
        if (collected_.rows_are_gone)
            compiler.remove();
        else
            compiler.select_keys(to_delete_);
        Request request = compiler.request(&sink);
        context_.connection.execute(request, collected_.rows_are_gone ? Access::write : Access::read);
        take_parents(going.model(), keys);
        going.insert_all(std::move(keys));
    }
}

bool Collector::takes_through_rows(const LinkEnd& end) {
    if (!end.has_through || end.policy == LinkPolicy::protect || leaves_links(end.policy))
        return false;
    const bool may_be_vetoed = to_delete_ && end.policy == LinkPolicy::cascade_signal_veto &&
                               is_heard(context_.registry, gm2m_field(*end.relation));
    return !may_be_vetoed;
}

/// Goes along foreign keys and relations through models, from what goes to what goes with it.
void Collector::follow() {
    for (bool first = true;; first = false) {
        Memory memory;  // of this round alone
        std::deque<KeyReader> readers;
        std::deque<ThroughRows> through;
        std::vector<Request> requests;
        const auto follow_part = [&](const Going& going, std::size_t begin, bool absent) {
            for (const LinkEnd& end : Dependents::of(context_, going.model()).ends)
                if (takes_through_rows(end))
                    requests.push_back(through
                                           .emplace_back(context_, *end.relation, side_of(end, going, absent), begin,
                                                         to_delete_, memory)
                                           .request());
            for (const Field* field : Dependents::of(context_, going.model()).foreign_keys) {
                const Action action = field->options().on_delete.action();
                if (action == Action::cascade || action == Action::protect || action == Action::restrict)
                    requests.push_back(
                        readers
                            .emplace_back(context_, *field, going.keys().slice(begin, context_.keys_per_statement),
                                          absent, to_delete_ && action == Action::cascade,
                                          action == Action::protect ? ObstructedDeletion::most_listed : 0)
                            .request());
            }
        };
        if (first)
            for (const Going& going : collected_.absent)
                for (std::size_t begin = 0; begin < going.size(); begin += context_.keys_per_statement)
                    follow_part(going, begin, true);
        for (const Going& going : collected_.objects) {
            std::size_t& done = followed_[&going.model()];
            for (; done < going.size(); done += std::min(context_.keys_per_statement, going.size() - done))
                follow_part(going, done, false);
        }
        if (requests.empty())
            return;
        context_.connection.execute(requests, Access::read);
        for (const ThroughRows& rows : through)
            if (!rows.found().empty())
                take(rows.model(), rows.found());
        for (KeyReader& reader : readers) {
            const Field& field = reader.foreign_key();
            const ValueList& found = reader.found();
            if (found.empty())
                continue;
            const Action action = field.options().on_delete.action();
            if (action != Action::cascade) {
                note(action == Action::protect ? protecting_ : restricting_, field, found);
                continue;
            }
            take(field.model(), found);
        }
    }
}

void Collector::take(const Model& model, const ValueList& keys) {
    Going& going = collected_.of(model.concrete_model());
    for (std::size_t i = 0; i < keys.size(); ++i)
        going.insert(keys[i]);
    take_parents(model, keys);
}

bool Collector::collect_unvetoed() {
    Memory memory;
    std::deque<ThroughRows> through;
    std::vector<Request> requests;
    for (ConcernedLinks& links : collected_.links) {
        if (!links.are_objects || !links.told || links.vetoed)
            continue;
        for (LinkSide& side : links.sides) {
            if (side.policy != LinkPolicy::cascade_signal_veto)
                continue;
            side.policy = LinkPolicy::cascade_signal;  // from here on
            for (std::size_t begin = 0; begin < side.objects->size(); begin += context_.keys_per_statement)
                requests.push_back(
                    through.emplace_back(context_, *links.relation, side, begin, true, memory).request());
        }
    }
    if (requests.empty())
        return false;
    context_.connection.execute(requests, Access::read);
    for (const ThroughRows& rows : through)
        if (!rows.found().empty())
            take(rows.model(), rows.found());
    follow();
    collect_updates();
    collect_links(true);
    refusals_.clear();
    check_foreign_keys();
    check_links();
    return true;
}

void Collector::collect_updates() {
    const auto collect = [&](const Going& going, bool unless_there) {
        for (const Field* field : Dependents::of(context_, going.model()).foreign_keys) {
            const Action action = field->options().on_delete.action();
            const bool sets =
                action == Action::set_null || action == Action::set_default || action == Action::set_value;
            const bool known = std::ranges::any_of(collected_.updates, [&](const KeyUpdate& update) {
                return update.field == field && update.objects == &going;
            });
            if (sets && !known)
                collected_.updates.push_back({field, &going, unless_there});
        }
    };
    for (const Going& going : collected_.objects)
        collect(going, false);
    for (const Going& going : collected_.absent)
        collect(going, true);
}

void Collector::note(std::list<Referring>& all, const Field& field, const ValueList& keys) {
    auto found = std::ranges::find(all, &field, &Referring::field);
    if (found == all.end())
        found = all.insert(found, {&field, ValueList(keys.kind())});
    for (std::size_t i = 0; i < keys.size(); ++i)
        found->keys.push(keys[i]);
}

void Collector::check_foreign_keys() {
    for (const Referring& referring : protecting_)
        refuse(referring, false);
    for (const Referring& referring : restricting_)
        refuse(referring, true);
}

void Collector::refuse(const Referring& referring, bool restricts) {
    const auto& [field, keys] = referring;
    const Going* going = restricts ? collected_.find(field->model()) : nullptr;
    std::vector<Reference> objects;
    for (std::size_t i = 0; i < keys.size() && objects.size() < ObstructedDeletion::most_listed; ++i)
        if (!going || !going->contains(keys[i]))
            objects.push_back({&field->model(), Value(keys.kind(), keys[i])});
    if (objects.empty())
        return;
    std::string reason = fmt::format("{} refers to it and {}: {}", field->label(),
                                     restricts ? "restricts its deletion" : "protects it", list_of(objects));
    refusals_.push_back({restricts, std::move(reason), std::move(objects), {}});
}

// Once the rows are locked, a model without a content type has no links that lead to it, unless a receiver makes some.
void Collector::collect_links(bool locked) {
    const bool may_be_linked =
        !locked || std::ranges::any_of(collected_.objects, [&](const Going& going) { return is_told(going); });
    const auto collect = [&](const Going& going, bool unless_there) {
        for (const LinkEnd& end : Dependents::of(context_, going.model()).ends) {
            if (end.linked_model && !may_be_linked && !context_.content_types.find_id(*end.linked_model))
                continue;
            auto found = std::ranges::find(collected_.links, end.relation, &ConcernedLinks::relation);
            if (found == collected_.links.end())
                found =
                    collected_.links.insert(found, {.relation = end.relation,
                                                    .sides = std::pmr::vector<LinkSide>(collected_.memory.resource()),
                                                    .are_objects = end.has_through});
            const bool known = std::ranges::any_of(found->sides, [&](const LinkSide& side) {
                return side.objects == &going && side.reverse == end.reverse && side.linked_model == end.linked_model;
            });
            if (!known)
                found->sides.push_back(side_of(end, going, unless_there));
        }
    };
    for (const Going& going : collected_.objects)
        collect(going, false);
    for (const Going& going : collected_.absent)
        collect(going, true);
}

void Collector::check_links() {
    for (const ConcernedLinks& links : collected_.links) {
        std::pmr::vector<LinkSide> protecting = links.sides;
        std::erase_if(protecting, [](const LinkSide& side) { return side.policy != LinkPolicy::protect; });
        if (protecting.empty())
            continue;
        std::vector<Link> found = read_links(context_, links.field(), protecting, ObstructedDeletion::most_listed);
        if (found.empty())
            continue;
        std::string reason = fmt::format("{} protects it: it has the link {} -> {}{}", links.relation->label,
                                         found.front().source.to_string(), found.front().target.to_string(),
                                         found.size() > 1 ? " and others" : "");
        refusals_.push_back({false, std::move(reason), {}, std::move(found)});
    }
}

}  // namespace gm2m::deletion
